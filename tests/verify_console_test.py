"""`patchbay verify` at a guest's console, by a stand-in that runs real shells (lab/console_guest.py) with each
nuisance that consoles have; and from a transcript and a guest agent's words. Real guests are
tests/vm/verify_test.py's."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lab.console_guest import BUSYBOX, DASH, PASSWORD, PRINTK, USER, ConsoleGuest, Nuisances, write_programs
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
BANNER = "Successfully connected to vm1 console. The escape sequence is ^]\r\n\n"
RELAY = r"""
import os, select, socket, sys
os.write(1, sys.argv[2].encode())
guest = socket.socket(socket.AF_UNIX); guest.connect(sys.argv[1])
while True:
    for ready in select.select([0, guest], [], [])[0]:
        data = os.read(0, 4096) if ready == 0 else guest.recv(4096)
        if not data: sys.exit(0)
        guest.sendall(data) if ready == 0 else os.write(1, data)
"""


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


class Console(ConsoleCase):
    def test_logs_in_and_out_again(self):
        guest = self.guest()
        self.assert_as_planned(self.verify(guest))
        self.assert_at_login(guest)
        self.assertFalse((guest.programs / "history").exists())
        self.assertNotIn(PASSWORD.encode(), guest.said)

    def test_waits_for_a_guest_that_boots_with_messages_of_the_kernel_between(self):
        guest = self.guest(boot=(b"[    0.000000] Linux version 6.1.0\r\n", b"\x1b[0;32m  OK  \x1b[0m] Started udev\r\n",
                                 b"[    2.5] # not a prompt #"), moment=0.7, printk=3)
        self.assert_as_planned(self.verify(guest))
        self.assertIn(PRINTK, guest.said)
        self.assert_at_login(guest)

    def test_a_session_that_is_there_stays_with_its_line_history_and_terminal(self):
        guest = self.guest(logged_in=True, typed=b"touch never-run", environment={"HISTCONTROL": "ignorespace"})
        self.assert_as_planned(self.verify(guest))
        self.assertFalse((guest.programs / "never-run").exists())
        self.assert_same_shell(guest)
        start = len(guest.said)
        guest.type(b"history\r")
        guest.settle(lambda: b"  history" in guest.said[start:], "its history")
        self.assertNotIn(b"cksum", guest.said[start:])
        self.assertNotIn(b"HISTFILE", guest.said[start:])

    def test_the_terminals_settings_stay(self):
        settings = []
        guest = self.guest(logged_in=True, shell=DASH, prompt="$ ", typed=b"stty -echo rows 31 cols 77\r")
        for _ in range(2):
            start = len(guest.said)
            guest.type(b"stty -a\r")
            guest.settle(lambda: b"flusho" in guest.said[start:] or b"extproc" in guest.said[start:], "stty")
            settings.append(re.search(rb"speed[^$]*", guest.said[start:])[0])
            if len(settings) == 1:
                self.assert_as_planned(self.verify(guest))
        self.assertEqual(*settings)

    def test_a_guest_whose_ip_knows_no_json_and_that_has_no_resolved(self):
        guest = self.guest(BUSYBOX_ANSWERS, logged_in=True, shell=DASH, prompt="$ ")
        self.assert_as_planned(self.verify(guest))
        self.assert_same_shell(guest)

    def test_busyboxs_own_shell_ip_and_no_cksum(self):
        """Its shell prefers its own `ip`, so it is this machine's network that it sees."""
        guest = self.guest({}, "busybox", logged_in=True, shell=BUSYBOX, prompt="/ # ")
        done = self.verify(guest)
        self.assertEqual((done.returncode, done.stderr), (DIFFERS, ""))
        self.assertIn("vlan100: not found\n  DIFFERS  NIC\n", done.stdout)
        self.assert_same_shell(guest)

    def test_a_difference(self):
        guest = self.guest({**ANSWERS, "ip -d -j address": json.dumps([ADDRESSES[0]])})
        done = self.verify(guest)
        self.assertEqual(done.returncode, DIFFERS)
        self.assertIn("vlan100: not found\n  DIFFERS  NIC\n", done.stdout)
        self.assert_at_login(guest)

    def test_a_password_question_that_somebody_left(self):
        guest = self.guest(password_left=True)
        self.assert_as_planned(self.verify(guest))

    def test_wrong_credentials(self):
        self.write_credentials("wrong")
        guest = self.guest()
        done = self.verify(guest)
        self.assertEqual((done.returncode, done.stdout), (INVALID, ""))
        self.assertIn('the guest refuses the password of user "root"', done.stderr)
        self.assertNotIn("wrong", done.stderr)
        self.assert_at_login(guest)

    def test_an_expired_password(self):
        guest = self.guest(expired=True)
        done = self.verify(guest)
        self.assertEqual(done.returncode, INVALID)
        self.assertIn("has to change the password", done.stderr)
        self.assert_at_login(guest)

    def test_a_program_in_the_foreground_is_left_alone(self):
        guest = self.guest(logged_in=True, typed=b"sleep 1000\r")
        done = self.verify(guest, "--timeout", "4")
        self.assertEqual(done.returncode, TRY_AGAIN)
        self.assertIn("waited 4 s for a login or a shell's prompt", done.stderr)
        self.assertIn("a program that runs there has to be ended by whoever started it", done.stderr)
        self.assertNotIn(b"\x03", guest.heard)
        guest.type(b"\x03")
        self.assert_same_shell(guest)

    def test_a_guest_that_says_nothing(self):
        guest = self.guest(boot=(b"",), moment=1000)
        done = self.verify(guest, "--timeout", "2")
        self.assertEqual(done.returncode, TRY_AGAIN)
        self.assertIn("it printed nothing: does the guest run", done.stderr)

    def test_stopped_by_a_signal_it_leaves_as_well(self):
        slow = {**ANSWERS}
        guest = self.guest(slow)
        (guest.programs / "ip").write_text("#!/bin/sh\nsleep 1000\n", encoding="utf-8")
        with subprocess.Popen(self.command("--console", str(guest.socket), "--credentials", str(self.credentials)),
                              stderr=subprocess.PIPE, text=True) as verify:
            guest.settle(lambda: b"ip -d -j address" in guest.heard, "the first question")
            verify.terminate()
            self.assertIn("stopped by Terminated", verify.communicate(timeout=60)[1])
        self.assertEqual(verify.returncode, TRY_AGAIN)
        self.assert_at_login(guest)

    def test_pings_from_inside(self):
        reachable = "3 packets transmitted, 3 packets received, 0% packet loss\n"
        guest = self.guest({**ANSWERS, "ping -c 3 -w 10 192.168.0.3": reachable,
                            "ping -6 -c 3 -w 10 fd00::1": reachable})
        done = self.verify(guest, "--ping-gateways", "--ping", "192.168.0.60")
        self.assertEqual(done.returncode, DIFFERS)
        self.assertIn("guest:\n  DIFFERS  ping 192.168.0.60\n           expected an answer\n", done.stdout)
        for gateway in ("192.168.0.3", "fd00::1"):
            self.assertIn(f"  ok       ping {gateway}: 3 packets transmitted, 3 packets received", done.stdout)


class Ways(ConsoleCase):
    def test_a_command_on_a_terminal_of_its_own(self):
        guest = self.guest()
        relay = self.room / "relay.py"
        relay.write_text(RELAY, encoding="utf-8")
        done = self.run_verify("--console", f"{sys.executable} {relay} {guest.socket} '{BANNER}'",
                               "--credentials", str(self.credentials))
        self.assert_as_planned(done)
        self.assert_at_login(guest)

    def test_a_command_that_fails_is_quoted(self):
        done = self.run_verify("--console", "echo no such VM; exit 3")
        self.assertEqual(done.returncode, IO)
        self.assertIn("it ended with 3; the last it said was \"no such VM\"", done.stderr)

    def test_a_serial_device(self):
        guest = self.guest(logged_in=True)
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        relay = subprocess.Popen([sys.executable, "-c", RELAY, str(guest.socket), ""], stdin=ours, stdout=ours)
        self.addCleanup(relay.wait)
        self.addCleanup(relay.kill)
        self.assert_as_planned(self.run_verify("--console", os.ttyname(theirs)))
        self.assert_same_shell(guest)

    def test_nobody_listens(self):
        done = self.run_verify("--console", f"unix:{self.room}/nothing")
        self.assertEqual(done.returncode, NOT_FOUND)
        self.assertIn("could not connect to the console's socket", done.stderr)

    def test_no_such_domain(self):
        done = self.run_verify("--domain", "none-of-this-name", "--connect", "test:///default")
        self.assertEqual(done.returncode, NOT_FOUND)
        self.assertIn("libvirt domain none-of-this-name: could not find it: Domain not found", done.stderr)


class TheCredentials(ConsoleCase):
    def test_are_not_taken_where_others_may_read_them(self):
        self.write_credentials(PASSWORD, 0o640)
        guest = self.guest()
        done = self.verify(guest)
        self.assertEqual(done.returncode, INVALID)
        self.assertIn("chmod 600", done.stderr)

    def test_two_lines_and_nothing_else(self):
        self.credentials.write_text("root\n", encoding="utf-8")
        done = self.verify(self.guest())
        self.assertEqual(done.returncode, INVALID)
        self.assertIn("expected two lines", done.stderr)

    def test_without_a_file_or_a_terminal(self):
        guest = self.guest()
        done = self.run_verify("--console", f"unix:{guest.socket}")
        self.assertEqual(done.returncode, NOT_FOUND)
        self.assertIn("give --credentials FILE", done.stderr)

    def test_are_asked_for_on_the_terminal_without_echo(self):
        guest = self.guest()
        child, terminal = pty.fork()
        if child == 0:
            os.execv(PROGRAMS / "patchbay", self.command("--console", f"unix:{guest.socket}"))
        self.addCleanup(os.close, terminal)
        shown = self.read_until(terminal, "user: ")
        os.write(terminal, f"{USER}\n".encode())
        shown += self.read_until(terminal, "Password: ")
        os.write(terminal, f"{PASSWORD}\n".encode())
        shown += self.read_until(terminal, "says\r\n")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), OK)
        self.assertNotIn(PASSWORD, shown)

    def read_until(self, terminal: int, end: str) -> str:
        text = ""
        while end not in re.sub(r"\x1b\[[0-9;]*m", "", text):
            self.assertTrue(select.select([terminal], [], [], 110)[0], text)
            text += os.read(terminal, 4096).decode()
        return text


class WithoutAConsole(ConsoleCase):
    def transcript(self, text: str) -> subprocess.CompletedProcess:
        (self.room / "transcript").write_text(text, encoding="utf-8")
        return self.run_verify("--transcript", str(self.room / "transcript"))

    def test_a_transcript_of_the_commands_to_paste(self):
        """Run by a real shell on a console that folds at 80 columns, and kept."""
        guest = self.guest(logged_in=True, typed=b"stty cols 80\r")
        commands = subprocess.run([PROGRAMS / "patchbay", "verify", "--print-commands"], text=True,
                                  capture_output=True, check=True).stdout
        self.assertEqual(commands.count("\n"), 1)
        guest.type(commands.encode().replace(b"\n", b"\r"))
        guest.type(b"echo th''e end\r")
        guest.settle(lambda: b"the end" in guest.said, "the commands")
        self.assert_as_planned(self.transcript(guest.said.decode()))

    def test_a_transcript_by_hand_of_an_old_guest_and_one_that_a_terminal_has_folded(self):
        by_hand = "".join(f"[root@old ~]# {command}\n{text}" for command, text in BUSYBOX_ANSWERS.items())
        self.assert_as_planned(self.transcript(by_hand))
        folded = "".join(f"$ {command}\n" + "\n".join(re.findall(".{1,80}", text, re.DOTALL)) + "\n"
                         if text.startswith("[") else f"$ {command}\n{text}" for command, text in ANSWERS.items())
        self.assert_as_planned(self.transcript(folded))

    def test_a_transcript_without_it_is_an_error(self):
        done = self.transcript("$ ip -d -j address\n" + ANSWERS["ip -d -j address"])
        self.assertEqual(done.returncode, MALFORMED)
        self.assertIn("expected the output of `ip -4 -j route`", done.stderr)
        self.assertIn("patchbay verify --print-commands", done.stderr)

    def test_what_an_agent_does_not_say_is_never_ok(self):
        vmi = json.loads((FIXTURE / "vmi.json").read_text(encoding="utf-8"))
        seen = {"mac": MAC, "name": "vlan100", "interfaceName": "enp2s0", "infoSource": "domain, guest-agent"}
        pod = {"mac": POD_MAC, "name": "default", "interfaceName": "enp1s0", "infoSource": "guest-agent",
               "ipAddresses": ["10.0.2.2"]}
        for addresses, status, line in (
                (["192.168.0.62", "192.168.0.63", "fd00::62"], OK, "  not looked at: link, prefix lengths, "
                 "whether addresses expire, routes, MTU, name servers, search domains\n"),
                (["192.168.0.62", "fd00::62"], DIFFERS, "           found    192.168.0.62, fd00::62\n")):
            vmi["status"]["interfaces"] = [pod, {**seen, "ipAddresses": addresses}]
            (self.room / "vmi.json").write_text(json.dumps(vmi), encoding="utf-8")
            done = subprocess.run([PROGRAMS / "patchbay", "verify", "-f", self.room / "vmi.json", "--pod",
                                   FIXTURE / "pod.json", "--agent"], text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(line, done.stdout)
            self.assertNotIn("ok       routes", done.stdout)
            self.assertNotIn("ok       MTU", done.stdout)


if __name__ == "__main__":
    unittest.main()
