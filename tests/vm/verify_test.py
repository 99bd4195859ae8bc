"""`patchbay verify` at a real guest: by libvirt's stream while it boots, by `virsh console`, by the serial
console's own terminal, by its guest agent. Right and wrong addresses, a session that is there already; each time
the console is as it was before."""

import json
import subprocess
import time
import unittest
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lab.console import LOGIN, Console
from lab.guest_image import guest_image
from lab.libvirt import URI
from lab.manifests import Manifests
from lab.node import Node
from lab.pod import PROGRAMS_IN_POD
from lab.process import LabError, wait_until
from lab.vm import PASSWORD, USER, VirtualMachine

MANIFESTS = Manifests(Path(__file__).parent / "verify")
HOST, HOST6 = "192.168.1.1", "fd00:1::1"
OWN, OWN6, OTHER = "192.168.1.62/24", "fd00:1::62/64", "192.168.1.99/24"
OK, DIFFERS, INVALID = 0, 1, 78
AS_PLANNED = f"""  ok       addresses: {OWN}, {OWN6}
  ok       routes: 198.51.100.0/24 via {HOST}
  ok       MTU: 1500
  ok       name servers: 192.168.1.53
  ok       search domains: corp.example
"""
# A shell that somebody left: with a variable, and a terminal of his own making. The lab's console wants no prompt
# (console.py), verify wants one.
LEFT = "MARK=as-it-was; stty rows 33 cols 99"
PROMPT, NO_PROMPT = "PS1='\\u@\\h:\\w# '", "PS1="
STILL = "echo $MARK/$PATCHBAY/$(stty size)"


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        node = stack.enter_context(Node())
        node.apply_policies(MANIFESTS)
        node.host("eth2", f"{HOST}/24", f"{HOST6}/64")
        cls.vm = stack.enter_context(VirtualMachine(node, MANIFESTS, "seenvm", guest_image()))
        cls.vm.attach()
        cls.vm.start()
        cls.name = cls.vm.launcher.domain.name
        cls.write("plan.json", json.dumps(cls.vm.plan()))
        cls.write("credentials", f"{USER}\n{PASSWORD}\n")
        cls.write("wrong", f"{USER}\nwrong\n")
        cls.stream = ("--domain", cls.name, "--connect", URI)
        cls.virsh = ("--console", f"virsh -q -c '{URI}' console {cls.name} --force")
        # First of all at a guest that boots. Its resolver may be later than its login prompt.
        deadline = time.monotonic() + 300
        while True:
            cls.first = cls.verify(*cls.stream, "--timeout", "600", login="credentials")
            if AS_PLANNED in cls.first.stdout or time.monotonic() > deadline:
                break
            time.sleep(1)

    @classmethod
    def write(cls, name: str, text: str) -> None:
        file = cls.vm.pod.room / "patchbay-verify" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        cls.vm.pod.give(file)

    @classmethod
    def verify(cls, *words: str, login: str = "") -> subprocess.CompletedProcess:
        credentials = ("--credentials", f"/run/patchbay-verify/{login}") if login else ()
        return subprocess.run(
            cls.vm.pod.command([PROGRAMS_IN_POD / "patchbay", "verify", "--plan", "/run/patchbay-verify/plan.json",
                                *words, *credentials]),
            text=True, capture_output=True, timeout=900, check=False, stdin=subprocess.DEVNULL, start_new_session=True)

    def assert_as_planned(self, done: subprocess.CompletedProcess) -> None:
        self.assertEqual((done.returncode, done.stderr), (OK, ""), done.stdout)
        self.assertIn(AS_PLANNED, done.stdout)
        self.assertTrue(done.stdout.endswith("/seenvm: the guest has what the plan says\n"), done.stdout)

    @contextmanager
    def somebody(self) -> Iterator[Console]:
        """Who finds the console at its login prompt, and leaves it without logging out."""
        with self.vm.console() as console:
            self.knock(console)
            console.log_in(USER, PASSWORD)
            yield console

    @staticmethod
    def give_prompt(console: Console) -> None:
        """Leaving kills virsh, and what it has not passed on is lost."""
        console.send(PROMPT)
        console.wait_for(rf"{USER}@\S+#", 60)

    @staticmethod
    def knock(console: Console) -> None:
        """Until somebody answers: what is typed while virsh is still connecting is lost."""
        def answered() -> bool:
            console.send("")
            try:
                return bool(console.wait_for(r"(login:|[#$]) ?$", 5))
            except LabError:
                return False

        wait_until("an answer on the console", answered)

    def test_at_a_guest_that_boots_by_libvirts_stream(self):
        self.assert_as_planned(self.first)
        with self.somebody() as console:
            self.assertNotIn("unset HISTFILE", console.run("cat ~/.bash_history 2>/dev/null"))
            console.send("exit")
            console.wait_for(LOGIN, 120)

    def test_a_wrong_address_by_virsh_console_at_a_session_that_stays(self):
        with self.somebody() as console:
            nic = console.run("ip -br link | grep 02:00:00:00:00:62").split()[0]
            console.run(f"ip address del {OWN} dev {nic}; ip address add {OTHER} dev {nic}; {LEFT}")
            before = console.run(STILL)
            self.give_prompt(console)
        done = self.verify(*self.virsh)
        self.assertEqual((done.returncode, done.stderr), (DIFFERS, ""), done.stdout)
        self.assertIn(f"  DIFFERS  addresses\n           expected {OWN}, {OWN6}\n"
                      f"           found    {OTHER}, {OWN6}\n           look at  what the guest was told", done.stdout)
        with self.vm.console() as console:
            self.knock(console)
            console.send(NO_PROMPT)
            self.assertEqual((console.run(STILL), before), ("as-it-was//33 99",) * 2)
            self.assertNotIn("cksum", console.run("history"))
            console.run(f"ip address del {OTHER} dev {nic}; ip address add {OWN} dev {nic}; "
                        f"ip route replace 198.51.100.0/24 via {HOST} proto static")
            self.give_prompt(console)
        done = self.verify(*self.virsh, "--ping", HOST, "--ping", HOST6)
        self.assert_as_planned(done)
        for host in (HOST, HOST6):
            self.assertIn(f"  ok       ping {host}: 3 packets transmitted, 3 received", done.stdout)
        with self.vm.console() as console:
            self.knock(console)
            console.send("exit")
            console.wait_for(LOGIN, 120)

    def test_by_the_serial_consoles_terminal(self):
        terminal = self.vm.libvirt.virsh("ttyconsole", self.name).strip()
        done = self.verify("--console", terminal, "--ping-gateways", login="credentials")
        self.assert_as_planned(done)
        self.assertIn(f"  ok       ping {HOST}: 3 packets transmitted, 3 received", done.stdout)

    def test_by_the_guest_agent(self):
        done = self.verify(*self.stream, "--agent")
        self.assertEqual((done.returncode, done.stderr), (OK, ""), done.stdout)
        self.assertIn(f"  ok       addresses: {OWN}, {OWN6}\n  not looked at: link, whether addresses expire, routes, "
                      "MTU, name servers, search domains\n", done.stdout)

    def test_wrong_credentials(self):
        done = self.verify(*self.stream, login="wrong")
        self.assertEqual((done.returncode, done.stdout), (INVALID, ""))
        self.assertIn('the guest refuses the password of user "root"', done.stderr)


if __name__ == "__main__":
    unittest.main()
