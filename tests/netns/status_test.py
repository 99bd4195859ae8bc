"""STATUS on the real kernel: a node that can attach says nothing, one that lacks something says what; it
touches nothing of the node's."""

import tempfile
import unittest

from lab.multus import CniError
from pod_case import everything
from verbs_case import VerbsCase

NOT_AVAILABLE = 50
STRACE = ("strace", "-qq", "-e", "trace=sendmsg", "-o")


class Status(VerbsCase):
    def status(self, under=(), **options: object) -> str:
        return self.call("STATUS", {"name": "blue-net", "patchbay": options}, under)

    def refused(self, under=(), **options: object) -> str:
        refusal = self.refusal("STATUS", {"name": "blue-net", "patchbay": options}, under)
        self.assertEqual(refusal.code, NOT_AVAILABLE)
        return refusal.text

    def test_this_node_is_ready_for_every_option(self) -> None:
        for options in ({}, {"mode": "bridge"}, {"multiQueue": True, "trunk": [{"id": 42}]},
                        {"ipam": "dhcp"}, {"cacheDirs": [str(self.room)]}, {"guard": "full", "responder": True},
                        {"guard": "mac", "mode": "bridge"}):
            with self.subTest(options):
                self.assertEqual(self.status(**options), "")

    def test_touches_nothing(self) -> None:
        self.node.settle()
        before = everything(self.node)
        self.status(under=("ip", "netns", "exec", self.node.name))
        self.assertEqual(everything(self.node), before)

    def test_without_tun(self) -> None:
        text = self.refused(under=("unshare", "--mount", "sh", "-c",
                                   'mount -t tmpfs none /dev/net && exec "$0"'))
        self.assertIn("expected to be able to make a tap", text)
        self.assertIn("/dev/net/tun: No such file or directory; load the kernel module tun", text)

    def test_a_context_that_this_node_has_not(self) -> None:
        context = "system_u:system_r:container_t:s0"
        text = self.refused(selinuxContext=context)
        self.assertIn(f'under the SELinux context "{context}"', text)
        self.assertIn("this node has no SELinux", text)
        self.assertTrue(text.endswith("whose policy lets patchbay-cni enter that context"), text)

    def test_without_the_right_to_make_a_namespace(self) -> None:
        text = self.refused(under=("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"))
        self.assertIn("Operation not permitted", text)
        self.assertIn("with CAP_SYS_ADMIN", text)

    def test_with_proc_sys_read_only(self) -> None:
        text = self.refused(under=("unshare", "--mount", "sh", "-c",
                                   'mount -o bind,ro /proc/sys /proc/sys && exec "$0"'))
        self.assertIn("Read-only file system", text)
        self.assertIn("a writable /proc/sys/net", text)

    def test_whatever_the_kernel_refuses_is_named(self) -> None:
        messages = self.room / "messages"
        self.status(under=(*STRACE, messages))
        remedies = set()
        for failing in range(1, len(messages.read_text().splitlines()) + 1):
            under = (*STRACE, "/dev/null", "-e", f"inject=sendmsg:error=EOPNOTSUPP:when={failing}")
            try:
                self.status(under=under)  # where a bridge serves as well as a dummy, say
            except CniError as refusal:
                self.assertEqual(refusal.code, NOT_AVAILABLE)
                self.assertIn("expected to be able to", refusal.text)
                self.assertIn("Operation not supported", refusal.text)
                remedies.add(refusal.text.rsplit("; ", 1)[1])
        self.assertIn("load the kernel module dummy, or bridge", remedies)
        self.assertIn("load the kernel modules sch_ingress, cls_u32, act_mirred", remedies)

    def test_a_cache_that_can_not_be_read(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            text = self.refused(cacheDirs=[file.name])
            self.assertIn(f'"{file.name}" can\'t be read: Not a directory', text)

    def test_mistakes_in_the_options(self) -> None:
        refusal = self.refusal("STATUS", {"name": "blue-net", "patchbay": {"mod": "bridge"}})
        self.assertEqual(refusal.code, 7)
        self.assertIn('did you mean "mode"?', refusal.text)

    def test_not_before_its_version(self) -> None:
        refusal = self.refusal("STATUS", {"cniVersion": "1.0.0", "name": "blue-net"})
        self.assertEqual((refusal.code, refusal.text.split(",")[0]), (1, "STATUS came with CNI 1.1.0"))


if __name__ == "__main__":
    unittest.main()
