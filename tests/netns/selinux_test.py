"""selinuxContext: the tap is made by a process of that context. This kernel has no SELinux: what it says
is real, and where a test needs a kernel that takes the context, strace alone says so; then the process is
executed and makes the tap as it would."""

import unittest

from lab.multus import CniError
from pod_case import MAC, PodCase, bridge, everything, static

CONTEXT = "system_u:system_r:container_t:s0"
ATTRIBUTE = "attr/exec>"


class SelinuxContext(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        nad = bridge(static("192.168.0.62/26"), patchbay={"selinuxContext": CONTEXT, "multiQueue": True})
        self.blue = self.multus.add_network(self.pod, "blue", nad, mac=MAC)
        self.trace = self.room / "trace"
        self.under = ["strace", "-f", "-y", "-qq", "-s", "200", "-o", self.trace,
                      "-e", "trace=write,execve,ioctl,openat,socket,pipe2,clone,clone3"]

    def add(self, *inject: str) -> None:
        self.blue.binding_nad = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                                 "patchbay": {"cacheDirs": [str(self.multus.cache)]}}
        self.blue.binding_interface = "net9"
        self.multus.call_binding("ADD", self.blue, under=[*self.under, *inject])

    def calls(self) -> list[tuple[str, str]]:
        """(pid, call) of each line."""
        return [tuple(line.split(maxsplit=1)) for line in self.trace.read_text().splitlines()]

    def assert_later_programs_run_as_always(self) -> None:
        """The last word on the context of the next program is none. (This kernel refuses that, too.)"""
        written = [call for _, call in self.calls() if call.startswith("write") and ATTRIBUTE in call]
        self.assertEqual(len(written), 2)
        self.assertIn(f'"{CONTEXT}"', written[0])
        self.assertRegex(written[1], r', "", 0(\)| <unfinished)')

    def test_a_node_without_selinux_says_so_and_nothing_changes(self) -> None:
        before = everything(self.pod)
        with self.assertRaises(CniError) as caught:
            self.add()
        for word in (CONTEXT, self.blue.tap, "this node has no SELinux", "selinuxContext"):
            self.assertIn(word, caught.exception.text)
        self.assertEqual(everything(self.pod), before)

    def test_a_refusing_policy_is_another_matter(self) -> None:
        with self.assertRaisesRegex(CniError, "Permission denied; allow it in the node's policy"):
            self.add("-e", "inject=write:error=EACCES:when=1")

    def test_a_process_of_the_context_makes_the_tap(self) -> None:
        self.add("-e", f"inject=write:retval={len(CONTEXT)}:when=1")
        tap = self.pod.link(self.blue.tap)["linkinfo"]["info_data"]
        self.assertEqual((tap["user"], tap["group"], tap["multi_queue"]), (107, 107, True))
        calls = self.calls()
        ours = calls[0][0]
        asked, = [n for n, (pid, call) in enumerate(calls)
                  if call.startswith("write") and ATTRIBUTE in call and f'"{CONTEXT}"' in call]
        executed, = [n for n, (pid, call) in enumerate(calls) if call.startswith("execve") and pid != ours]
        made, = [n for n, (_, call) in enumerate(calls) if "TUNSETIFF" in call]
        self.assertEqual(calls[asked][0], ours)
        self.assertIn('"/proc/self/exe", ["make-tap"', calls[executed][1])
        self.assertEqual(calls[made][0], calls[executed][0])
        self.assertLess(asked, executed)
        self.assertLess(executed, made)
        for _, call in calls[:executed]:  # nothing of ours stays open in that process; Clang's counters do
            if call.startswith(("openat", "socket", "pipe2")) and ".profraw" not in call:
                self.assertIn("CLOEXEC", call)
        self.assert_later_programs_run_as_always()

    def test_a_process_that_can_not_be_started_leaves_no_context_behind(self) -> None:
        before = everything(self.pod)
        with self.assertRaisesRegex(CniError, f"{CONTEXT}.*could not execute /proc/self/exe: Resource temp"):
            self.add("-e", f"inject=write:retval={len(CONTEXT)}:when=1",
                     "-e", "inject=clone,clone3:error=EAGAIN")
        self.assert_later_programs_run_as_always()
        self.assertEqual(everything(self.pod), before)

    def test_what_that_process_says_is_in_the_error(self) -> None:
        before = everything(self.pod)
        self.under = ["unshare", "--mount", "sh", "-c",
                      'mount -t tmpfs none /dev/net && exec "$0" "$@"',
                      *(word for word in self.under if word != "-f")]  # or its words would not come
        with self.assertRaisesRegex(CniError, f"{CONTEXT}.*/dev/net/tun: No such file.*load the"):
            self.add("-e", f"inject=write:retval={len(CONTEXT)}:when=1")
        self.assertEqual(everything(self.pod), before)


if __name__ == "__main__":
    unittest.main()
