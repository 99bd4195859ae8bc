"""A guest that is nothing but its console, on a unix socket as QEMU has one: boots, asks for a login, and runs
a real shell on a terminal of its own, in which `ip` and `resolvectl` say what a test wants. Every nuisance of a
real console is an option."""

import fcntl
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD = "root", "s3cret word"
PRINTK = b"\r\n[   42.123456] virtio_net virtio1 enp2s0: a message of the kernel's\r\n"
BASH = ("/bin/bash", "--norc", "--noprofile", "-i")
DASH = ("/bin/dash", "-i")
BUSYBOX = ("/bin/busybox", "sh", "-i")
# A title, colours, the time: what distributors and people make of a prompt.
COLOURED = "\\[\\e]0;root@vm1: ~\\a\\]\\[\\e[01;32m\\]root@vm1\\[\\e[00m\\]:\\[\\e[01;34m\\]~\\[\\e[00m\\]# "


@dataclass
class Nuisances:
    shell: tuple[str, ...] = BASH
    prompt: str = COLOURED
    boot: tuple[bytes, ...] = ()  # printed a moment after each other, before the login prompt
    moment: float = 0.2
    logged_in: bool = False
    typed: bytes = b""  # by whoever is logged in, before us
    printk: int = 0  # so many answers have a message of the kernel's in their middle
    expired: bool = False
    password_left: bool = False  # somebody typed a user and went away
    ends_at: bytes = b""  # the VM is stopped where somebody types that
    environment: dict = field(default_factory=dict)


class ConsoleGuest:
    """While entered, listens on `socket`; `programs` is a folder with all that its shell finds. All but the
    boot happens in one thread of its own."""

    def __init__(self, room: Path, programs: Path, nuisances: Nuisances):
        self.socket, self.programs, self.be = room / "console", programs, nuisances
        self.heard = b""  # what came from the client
        self.said = b""  # what the console printed, with or without a client
        self.state = "boot"
        self._terminal, self._shell, self._client = -1, None, None
        self._line = b""
        self._over = threading.Event()

    def __enter__(self) -> "ConsoleGuest":
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.socket))
        self._server.listen(1)
        self._thread = threading.Thread(target=self._live)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()
        self._end_shell()
        self._server.close()
        self.socket.unlink()

    def type(self, text: bytes) -> None:
        """What somebody at the console types, besides the client."""
        self._typed(text)

    def settle(self, done, what: str) -> None:
        deadline = time.monotonic() + 60
        while not done():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited for {what}; the console ends with {self.said[-500:]!r}")
            time.sleep(0.02)

    def _live(self) -> None:
        if self.be.logged_in:
            self._start_shell()
        else:
            threading.Thread(target=self._boot, daemon=True).start()
        while not self._over.is_set():
            self._turn()
        if self._client:
            self._client.close()

    def _boot(self) -> None:
        for line in self.be.boot:
            time.sleep(self.be.moment)
            self._say(line)
        if self.be.password_left:
            self.state, self._user = "password", "somebody"
            self._say(b"\r\nvm1 login: somebody\r\nPassword: ")
        else:
            self._prompt()

    def _turn(self) -> None:
        watched = [self._server, *([self._client] if self._client else []),
                   *([self._terminal] if self._terminal >= 0 else [])]
        for ready in select.select(watched, [], [], 0.02)[0]:
            if ready is self._server:
                self._client = self._server.accept()[0]
            elif ready is self._client:
                self._from_client()
            else:
                self._from_shell()

    def _from_client(self) -> None:
        try:
            data = self._client.recv(4096)
        except ConnectionResetError:  # it went without having read all
            data = b""
        self.heard += data
        if data and not (self.be.ends_at and self.be.ends_at in self.heard):
            self._typed(data)
        else:
            self._client.close()
            self._client = None

    def _from_shell(self) -> None:
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            data = b""
        if not data:  # the shell has ended, as by `exit`
            self._end_shell()
            return self._prompt()
        if self.be.printk and b"/pb" not in data and len(data) > 200:
            self.be.printk -= 1
            data = data[:len(data) // 2] + PRINTK + data[len(data) // 2:]
        self._say(data)
        if data.endswith((b"# ", b"$ ")):
            os.write(self._terminal, self.be.typed)
            self.be.typed = b""

    def _say(self, data: bytes) -> None:
        self.said += data
        if self._client:
            try:
                self._client.sendall(data)
            except OSError:
                pass

    def _prompt(self) -> None:
        self.state, self._line = "login", b""
        self._say(b"\r\nDebian GNU/Linux 12 vm1 ttyS0\r\n\r\nvm1 login: ")

    def _typed(self, data: bytes) -> None:
        if self._terminal >= 0:
            os.write(self._terminal, data)
            return
        for byte in data:
            self._getty(bytes([byte]))

    def _getty(self, byte: bytes) -> None:
        """agetty and login, as far as a line of text goes."""
        if self.state == "boot":
            return
        if byte == b"\x15":
            self._line = b""
        elif byte == b"\x04":
            self._prompt()
        elif byte not in b"\r\n":
            self._line += byte
            if self.state == "login":
                self._say(byte)
        elif self.state == "login" and self._line:
            self.state, self._user, self._line = "password", self._line.decode(), b""
            self._say(b"\r\nPassword: ")
        elif self.state == "password":
            self._judge(self._line.decode())
        else:
            self._prompt()

    def _judge(self, password: str) -> None:
        if (self._user, password) != (USER, PASSWORD):
            self._say(b"\r\n\r\nLogin incorrect\r\n")
            self._prompt()
        elif self.be.expired:
            self.state, self._line = "change", b""
            self._say(b"\r\nYou are required to change your password immediately (administrator enforced)."
                      b"\r\nCurrent password: ")
        else:
            self._say(b"\r\nLast login: Tue Nov 24 10:00:00 UTC 2026 on ttyS0\r\n"
                      b"Unauthorized access is not allowed, permission denied\r\n")
            self._start_shell()

    def _start_shell(self) -> None:
        self.state = "shell"
        self._terminal, theirs = pty.openpty()
        attributes = termios.tcgetattr(theirs)
        attributes[0] |= termios.ICRNL
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        self._shell = subprocess.Popen(
            self.be.shell, stdin=theirs, stdout=theirs, stderr=theirs, cwd=self.programs,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={"PATH": str(self.programs), "TERM": "vt220", "PS1": self.be.prompt, "INPUTRC": "/dev/null",
                 "HISTFILE": str(self.programs / "history"), "HOME": str(self.programs), **self.be.environment})
        os.close(theirs)

    def _end_shell(self) -> None:
        if self._shell:
            try:
                os.killpg(self._shell.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._shell.wait()
            self._shell = None
            os.close(self._terminal)
            self._terminal = -1


def write_programs(folder: Path, answers: dict[str, str], tools: str = "machine") -> None:
    """`answers`: what each command prints, by its words; any other of the same program fails. `tools`: the
    machine's own, or busybox's, which here has no cksum."""
    folder.mkdir()
    for name in ("sh", "env", "tr", "stty", "cat", "cksum", "sleep", "touch", "head", "ping"):
        found = "/bin/busybox" if tools == "busybox" else shutil.which(name)
        if found and not (tools == "busybox" and name == "cksum"):
            (folder / name).symlink_to(found)
    for program in {command.split()[0] for command in answers}:
        cases = ""
        for command, text in answers.items():
            if command.split()[0] == program:
                file = folder / f".{len(list(folder.iterdir()))}-{program}"
                file.write_text(text, encoding="utf-8")
                words = " ".join(command.split()[1:])
                cases += f'"{words}") /bin/busybox cat {file};;\n'
        script = folder / program
        script.unlink(missing_ok=True)
        script.write_text(f'#!/bin/sh\ncase "$*" in\n{cases}*) exit 1;;\nesac\n', encoding="utf-8")
        script.chmod(0o755)
