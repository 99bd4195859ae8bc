"""What the tests of `patchbay verify` at a console share: a guest that is as planned (verify_test.py's), on a
stand-in's console, and credentials for it."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.console_guest import PASSWORD, USER, ConsoleGuest, Nuisances, write_programs
from lab.paths import PROGRAMS, SOURCE
from verify_test import ADDRESSES, AS_PLANNED, DNS, MAC, POD_MAC, ROUTES4, ROUTES6, SEARCH

FIXTURE = SOURCE / "tests/fixtures/40-static-dual-stack"
OK, DIFFERS, MALFORMED, NOT_FOUND, IO, TRY_AGAIN, INVALID = 0, 1, 65, 66, 74, 75, 78
ANSWERS = {"ip -d -j address": json.dumps(ADDRESSES) + "\n", "ip -4 -j route": json.dumps(ROUTES4) + "\n",
           "ip -6 -j route": json.dumps(ROUTES6) + "\n", "resolvectl dns": DNS,
           "resolvectl domain": SEARCH}
# The same guest, by a busybox that has neither -j nor resolvectl.
BUSYBOX_ADDRESSES = f"""1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: enp1s0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc pfifo_fast qlen 1000
    link/ether {POD_MAC} brd ff:ff:ff:ff:ff:ff
    inet 10.0.2.2/24 brd 10.0.2.255 scope global dynamic enp1s0
       valid_lft 3000sec preferred_lft 3000sec
3: enp2s0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc pfifo_fast qlen 1000
    link/ether {MAC} brd ff:ff:ff:ff:ff:ff
    inet 192.168.0.62/26 scope global enp2s0
       valid_lft forever preferred_lft forever
    inet 192.168.0.63/26 scope global secondary enp2s0
       valid_lft forever preferred_lft forever
    inet6 fd00::62/64 scope global flags 02
       valid_lft forever preferred_lft forever
"""
BUSYBOX_ANSWERS = {
    "ip address": BUSYBOX_ADDRESSES,
    "ip -4 route": "default via 10.0.2.1 dev enp1s0  metric 100 \n10.0.2.0/24 dev enp1s0 scope link  src 10.0.2.2 \n"
                   "10.0.0.0/8 via 192.168.0.3 dev enp2s0  metric 100 \n"
                   "192.168.0.0/26 dev enp2s0 scope link  src 192.168.0.62 \n",
    "ip -6 route": "fd00::/64 dev enp2s0  metric 256 \ndefault via fd00::1 dev enp2s0  metric 1024 \n"
                   "multicast ff00::/8 dev enp2s0  metric 256 \n",
    "cat /etc/resolv.conf": "nameserver 10.0.0.53\nnameserver fd00::53\nsearch corp.example\n"}
KEEPS_SHELL = b"\r\necho [$PATCHBAY] $((40+2))\r"  # where nothing of ours is left, it prints "[] 42"


class ConsoleCase(unittest.TestCase):
    def setUp(self) -> None:
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.room = Path(room.name)
        self.credentials = self.room / "login"
        self.write_credentials(PASSWORD)

    def write_credentials(self, password: str, mode: int = 0o600) -> None:
        self.credentials.write_text(f"{USER}\n{password}\n", encoding="utf-8")
        self.credentials.chmod(mode)

    def guest(self, answers: dict = ANSWERS, tools: str = "machine", **nuisances) -> ConsoleGuest:
        programs = self.room / "programs"
        write_programs(programs, answers, tools)
        guest = ConsoleGuest(self.room, programs, Nuisances(**nuisances))
        self.enterContext(guest)
        guest.settle(lambda: not guest.be.typed, "what somebody typed before")
        return guest

    def command(self, *more: str) -> list[str]:
        return [str(word) for word in (PROGRAMS / "patchbay", "verify", "-f", FIXTURE / "vmi.json", "--pod",
                                       FIXTURE / "pod.json", *more)]

    def run_verify(self, *more: str, timeout: float = 110) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*more), text=True, capture_output=True, timeout=timeout, check=False,
                              start_new_session=True)  # no terminal to ask anything

    def verify(self, guest: ConsoleGuest, *more: str) -> subprocess.CompletedProcess:
        done = self.run_verify("--console", f"unix:{guest.socket}", "--credentials", str(self.credentials), *more)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        return done

    def assert_as_planned(self, done: subprocess.CompletedProcess) -> None:
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (OK, AS_PLANNED, ""))

    def assert_at_login(self, guest: ConsoleGuest) -> None:
        guest.settle(lambda: guest.state == "login" and guest.said.endswith(b"login: "), "the login prompt")

    def assert_same_shell(self, guest: ConsoleGuest) -> None:
        start = len(guest.said)
        guest.type(KEEPS_SHELL)
        guest.settle(lambda: b"[] 42" in guest.said[start:], "the shell that was there before")
