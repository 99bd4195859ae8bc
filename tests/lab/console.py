"""A guest's serial console, the way `kubectl virt console` shows it: `virsh console` on a terminal
of its own. Waits by polling, logs in, runs commands and returns exactly what each printed."""

import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Sequence

from lab import interrupts
from lab.process import LabError, start

# Colours, cursor movements, bracketed paste, terminal queries: nothing of it is content.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|"
                     r"\x1b[=>78c]|[\x00\x07\r]")
# Not at the text's end: while the guest boots, a message of systemd's or the kernel's may follow.
LOGIN = r"(?m)^(?!Last )\S+ login: ?"
SHELL = r"\S+@\S+:\S*[#$] ?"
LOGIN_PATIENCE = 1500  # 25 s on an idle machine, minutes on a busy one


class Console:
    """`command`: what attaches the console (virsh console VM --force, in the pod)."""

    def __init__(self, command: Sequence[str]):
        self._command = command
        self._raw = ""  # everything the guest has printed so far
        self._commands = 0
        self._mark = 0  # where in it the answer to the last line sent begins

    def __enter__(self) -> "Console":
        self._terminal, theirs = pty.openpty()
        attributes = termios.tcgetattr(theirs)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        self._process = start(self._command, stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT)
        os.close(theirs)
        return self

    def __exit__(self, *_) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def log_in(self, user: str, password: str) -> None:
        """Waits for the guest to boot and logs in; cloud-init may set the password only later."""
        deadline = time.monotonic() + LOGIN_PATIENCE
        self.wait_for(LOGIN, LOGIN_PATIENCE)
        while True:
            self.send(user)
            self.wait_for("Password:", 120)
            self.send(password)
            if self.wait_for(f"Login incorrect|{SHELL}", 120).group() != "Login incorrect":
                break
            if time.monotonic() > deadline:
                raise LabError(f"the guest refuses {user}'s password; its console:\n{self.tail()}")
            self.wait_for(LOGIN, 120)
        # No line is folded, what we type is not shown again, no pager comes between, nor a message of the kernel's
        # or systemd's (systemd(1), SIGRTMIN+21).
        self.run("stty -echo cols 500; dmesg -n 1; kill -s RTMAX-9 1; unset PROMPT_COMMAND PS1 PS2; "
                 "export SYSTEMD_PAGER=; bind 'set enable-bracketed-paste off'", 60)

    def run(self, command: str, timeout: float = 120) -> str:
        """What `command` prints in the guest's shell, whatever its exit status."""
        self._commands += 1
        begin, end = f"<{self._commands}<", f">{self._commands}>"
        # Quoted apart, so that the echo of what we type is not taken for the mark itself.
        self.send(f"echo '<''{begin[1:]}'; {command}; echo '>''{end[1:]}'")
        match = self.wait_for(rf"(?s){begin}\n(.*?)\n?{end}\n", timeout)
        return match.group(1)

    def succeeds(self, command: str, timeout: float = 120) -> bool:
        return self.run(f"{command} >/dev/null 2>&1; echo $?", timeout).split()[-1] == "0"

    def send(self, line: str) -> None:
        self._mark = len(self._raw)
        os.write(self._terminal, line.encode() + b"\r")

    def wait_for(self, pattern: str, timeout: float) -> re.Match:
        """The first match of `pattern` in what came after the last line sent."""
        deadline = time.monotonic() + timeout
        while not (match := re.search(pattern, self.answer())):
            interrupts.check()
            if time.monotonic() > deadline:
                raise LabError(f"waited {timeout:.0f} s for {pattern!r} on the guest's console; "
                               f"it ends with:\n{self.tail()}")
            if select.select([self._terminal], [], [], 0.2)[0]:
                self._read()
        return match

    def answer(self) -> str:
        """What the guest has printed since the last line sent, without control sequences."""
        return CONTROL.sub("", self._raw[self._mark:])

    def _read(self) -> None:
        try:
            self._raw += os.read(self._terminal, 65536).decode(errors="replace")
        except OSError as error:  # EIO: virsh is gone
            raise LabError(f"virsh console ended; the guest's console ends with:\n"
                           f"{self.tail()}") from error

    def tail(self, lines: int = 25) -> str:
        return "\n".join(CONTROL.sub("", self._raw).splitlines()[-lines:])
