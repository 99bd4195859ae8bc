"""The port guard: what a guest may send, seen at the far end of the node's cable, and what was dropped, in
`patchbay inspect`. Rule by rule it is tests/binding/guest_port_test.cc's; here frames pass a kernel."""

import unittest

from guard_case import (GUEST4, GUEST6, HOST4, HOST6, IPAM, STRANGER, VIRTUAL, GuardCase, advertisement, arp, ipv4,
                        tagged)
from lab.frames import arrives
from lab.multus import BINDING_NAD, CniError
from pod_case import MAC, bridge, everything


class Guard(GuardCase):
    def assert_passes(self, **frames: bytes) -> None:
        for name, sent in frames.items():
            with self.subTest(name):
                self.out.send(sent)
                self.assertTrue(arrives(self.wire, sent))

    def assert_stays(self, **frames: bytes) -> None:
        """What is sent behind them arrives."""
        for sent in frames.values():
            self.out.send(sent)
        mark = arp(GUEST4)[:-1] + b"!"
        self.out.send(mark)
        seen = []
        self.wire.settimeout(10)
        while not seen or seen[-1] != mark:
            seen.append(self.wire.recv(2048))
        for name, sent in frames.items():
            self.assertNotIn(sent, seen, name)

    def test_full(self) -> None:
        self.attach("full", allowedAddresses=[VIRTUAL])
        guest = self.plug()
        guest.configure(f"{GUEST4}/26", f"{GUEST6}/64")
        for address in (HOST4, HOST6):
            self.assertTrue(guest.ping(address, wait=30))
        self.assert_passes(own=ipv4(GUEST4), virtual=ipv4(VIRTUAL), gratuitous=arp(VIRTUAL))
        self.assert_stays(address=ipv4("192.168.0.63"), gateways=arp(HOST4), server=ipv4(GUEST4, ports=(67, 68)),
                          router=advertisement(), mac=ipv4(GUEST4, source=STRANGER),
                          sender=arp(GUEST4, hardware=STRANGER), tag=tagged(42, ipv4(GUEST4)))
        self.assertEqual(self.dropped(), {"ipv4": 1, "arp": 2, "dhcp": 1, "router": 1, "mac": 1, "vlan": 1})
        self.assertIn("guard full, 7 dropped (mac 1, arp 2, ipv4 1, dhcp 1, router 1, vlan 1)",
                      " ".join(self.pod.run(*self.as_user_107("patchbay"), "inspect", "--output", "table").split()))

    def test_mac(self) -> None:
        self.attach("mac")
        self.plug()
        self.assert_passes(any=ipv4("203.0.113.1"), server=ipv4(GUEST4, ports=(67, 68)), router=advertisement(),
                           tag=tagged(42, ipv4(GUEST4)))
        self.assert_stays(mac=ipv4(GUEST4, source=STRANGER), sender=arp(GUEST4, hardware=STRANGER),
                          tag=tagged(42, ipv4(GUEST4, source=STRANGER)))
        self.assertEqual(self.dropped(), {"mac": 2, "arp": 1})

    def test_off_and_none_pass_all(self) -> None:
        self.attach("off")
        self.assertIsNone(self.pod.link("ctl" + self.blue.record[2:]))
        self.plug()
        self.assert_passes(mac=ipv4("203.0.113.1", source=STRANGER))

    def test_trunk(self) -> None:
        self.attach("full", trunk=[{"id": 42}])
        self.plug()
        self.assert_passes(tag=tagged(42, ipv4("203.0.113.1")), own=ipv4(GUEST4))
        self.assert_stays(other_tag=tagged(43, ipv4(GUEST4)), address=ipv4("203.0.113.1"),
                          mac=tagged(42, ipv4(GUEST4, source=STRANGER)))
        self.assertEqual(self.dropped(), {"ipv4": 1, "mac": 1}, "the trunk's filter counts its own")

    def test_in_pod_bridge(self) -> None:
        self.attach("full", mode="bridge")
        guest = self.plug()
        guest.configure(f"{GUEST4}/26", f"{GUEST6}/64")
        for address in (HOST4, HOST6):
            self.assertTrue(guest.ping(address, wait=30))
        self.assert_stays(address=ipv4("192.168.0.63"), mac=ipv4(GUEST4, source=STRANGER))
        self.assertEqual(self.dropped(), {"ipv4": 1, "mac": 1})

    def test_all_goes_with_the_attachment(self) -> None:
        before = everything(self.pod)
        for mode in ("redirect", "bridge"):
            self.multus.detach(self.attach("full", mode=mode))
            self.assertEqual(everything(self.pod), before, mode)


class Drift(GuardCase):
    def test_check_misses_what_is_gone_and_add_puts_it_back(self) -> None:
        self.attach("full", responder=True)
        control = "ctl" + self.blue.record[2:]
        whole = everything(self.pod)
        self.assertEqual(self.multus.call_binding("CHECK", self.blue), {})
        for damage, expected in (
                (("tc", "filter", "delete", "dev", control, "egress"), "at its egress patchbay-port-1-"),
                (("ip", "link", "delete", control), f"link {control} is not there"),
                (("ip", "link", "set", control, "down"), f"link {control}: expected state up"),
                (("tc", "qdisc", "delete", "dev", self.blue.tap, "ingress"), "at its ingress patchbay-port-1-")):
            with self.subTest(damage):
                self.pod.run(*damage)
                with self.assertRaisesRegex(CniError, expected):
                    self.multus.call_binding("CHECK", self.blue)
                self.multus.call_binding("ADD", self.blue)
                self.assertEqual(self.multus.call_binding("CHECK", self.blue), {})
                self.assertEqual(self.inspect()["panel"]["nics"][0]["port"]["answers"], [GUEST4, GUEST6])
        self.assertEqual(sorted(everything(self.pod)["filters"]), sorted(whole["filters"]))

    def test_a_kernel_that_takes_no_program_fails_only_who_asked(self) -> None:
        """strace answers for it."""
        refuses = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=bpf", "-e", "inject=bpf:error=EPERM")
        blue = self.multus.add_network(self.pod, "blue", bridge(IPAM), mac=MAC)
        blue.binding_interface = "net1"
        self.pod.settle()
        before = everything(self.pod)
        for options in ({"guard": "mac"}, {"responder": True}):
            blue.binding_nad = {**BINDING_NAD, "patchbay": {"cacheDirs": [str(self.multus.cache)], **options}}
            with self.assertRaisesRegex(CniError, "could not load the BPF program of the guest's port: Operation not "
                                        "permitted.*it needs Linux 5.17"):
                self.multus.call_binding("ADD", blue, under=refuses)
            self.assertEqual(everything(self.pod), before)
        blue.binding_nad = {**BINDING_NAD, "patchbay": {"cacheDirs": [str(self.multus.cache)]}}
        self.multus.call_binding("ADD", blue, under=refuses)

    def test_guard_that_would_let_nothing_out_is_refused(self) -> None:
        before = everything(self.pod)
        with self.assertRaisesRegex(CniError, '"blue": guard "full" lets out what bears the guest\'s addresses'):
            self.attach("full", ipam=None)
        self.assertEqual(everything(self.pod)["filters"].keys(), before["filters"].keys())


if __name__ == "__main__":
    unittest.main()
