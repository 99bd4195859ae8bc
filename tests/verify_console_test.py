"""`patchbay verify` at a guest's console, by a stand-in that runs real shells (lab/console_guest.py) with each
nuisance that consoles have. Real guests are tests/vm/verify_test.py's."""

import fcntl
import json
import os
import pty
import re
import subprocess
import termios
import unittest

from console_case import ANSWERS, BUSYBOX_ANSWERS, DIFFERS, INVALID, IO, TRY_AGAIN, ConsoleCase
from lab.console_guest import BUSYBOX, DASH, PASSWORD, PRINTK
from verify_test import ADDRESSES


class Console(ConsoleCase):
    def test_logs_in_and_out_again(self):
        guest = self.guest()
        self.assert_as_planned(self.verify(guest))
        self.assert_at_login(guest)
        self.assertFalse((guest.programs / "history").exists())
        self.assertNotIn(PASSWORD.encode(), guest.said)

    def test_waits_for_a_guest_that_boots_with_messages_of_the_kernel_between(self):
        guest = self.guest(boot=(b"[    0.000000] Linux version 6.1.0\r\n",
                                 b"\x1b[0;32m  OK  \x1b[0m] Started udev\r\n", b"[    2.5] # not a prompt #"),
                           moment=0.7, printk=3)
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
            guest.settle(lambda: re.search(rb"speed[^$]*\$ ", guest.said[start:]), "stty")
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

    def test_a_vm_that_is_stopped_meanwhile(self):
        done = self.verify(self.guest(ends_at=b"ip -d -j address"))
        self.assertEqual(done.returncode, IO, done.stderr)
        self.assertIn("the guest's console: it is gone: ", done.stderr)

    def test_interrupted_at_the_question_for_the_user_it_asks_for_no_password(self):
        guest = self.guest()
        terminal, theirs = pty.openpty()
        with subprocess.Popen(self.command("--console", f"unix:{guest.socket}"), stdin=theirs, stderr=subprocess.PIPE,
                              text=True, start_new_session=True,
                              preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) as verify, \
                open(terminal, "r+b", buffering=0) as screen:
            os.close(theirs)
            shown = b""
            while not shown.endswith(b"user: "):
                shown += screen.read(4096)
            screen.write(b"\x03")
            self.assertIn("the guest's console: stopped", verify.communicate(timeout=100)[1])
        self.assertEqual(verify.returncode, TRY_AGAIN)
        self.assert_at_login(guest)

    def test_a_guest_that_says_nothing(self):
        guest = self.guest(boot=(b"",), moment=1000)
        done = self.verify(guest, "--timeout", "2")
        self.assertEqual(done.returncode, TRY_AGAIN)
        self.assertIn("it printed nothing: does the guest run", done.stderr)

    def test_stopped_by_a_signal_it_leaves_as_well(self):
        guest = self.guest()
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


if __name__ == "__main__":
    unittest.main()
