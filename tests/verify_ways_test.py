"""The ways by which `patchbay verify` comes to a guest's words, besides the nuisances of a console
(verify_console_test.py): commands, sockets, devices, libvirt; credentials; transcripts; a guest agent."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import termios
import unittest

from console_case import (ANSWERS, BUSYBOX_ANSWERS, DIFFERS, FIXTURE, INVALID, IO, MALFORMED, NOT_FOUND, OK,
                          ConsoleCase)
from lab.console_guest import PASSWORD, USER
from lab.paths import PROGRAMS
from verify_test import MAC, POD_MAC

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

    def test_an_address_to_ping_is_read_before_anything_is_asked(self):
        done = self.run_verify("--console", "unix:nobody", "--ping", "10.0.0.0/8")
        self.assertEqual(done.returncode, INVALID)
        self.assertIn('--ping: expected an IPv4 or IPv6 address', done.stderr)

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
        """Which is said before anything is asked of the console."""
        self.write_credentials(PASSWORD, 0o640)
        done = self.run_verify("--console", "unix:nobody", "--credentials", str(self.credentials))
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
        self.assertFalse(termios.tcgetattr(terminal)[3] & termios.ECHO)
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
