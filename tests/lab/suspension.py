"""Stops a program at a moment of our choosing: right after its n-th call of one system call.

    with Suspension("sendmsg", 7, room) as stopped:
        call = threads.submit(multus.call_binding, "ADD", blue, under=stopped.command)
        stopped.wait()      # it stands still now
        …
        stopped.resume()
        call.result()"""

import os
import re
import signal
import tempfile
from pathlib import Path

from lab.process import LabError, wait_until

# strace pads a pid to five places.
STOPPED = re.compile(r"^(\d+) +--- stopped by SIGSTOP ---$", re.MULTILINE)
# The program's own end, which its execve began; threads of it may end before.
ENDED = re.compile(r"\A(\d+) (?s:.*)^\1 +\+\+\+ ", re.MULTILINE)


class Suspension:
    """`command` goes before the program's own; leaving ends a program that still stands."""

    def __init__(self, call: str, number: int, room: Path):
        self._story = Path(tempfile.mkdtemp(dir=room)) / "story"
        self._call = call
        self._pid: int | None = None
        self.command = ["strace", "-f", "-q", "-o", self._story, "-e", f"trace=execve,{call}", "-e",
                        f"inject={call}:signal=SIGSTOP:when={number}"]

    def __enter__(self) -> "Suspension":
        return self

    def __exit__(self, *_) -> None:
        self.kill()

    def wait(self) -> bool:
        """Whether it stands, that is: it came as far as the call and did not end before."""
        try:
            found = wait_until("the program to stop", self._stopped_or_ended)
        except LabError as error:
            raise LabError(f"{error}; strace's story:\n{self._told()}") from error
        if found.re is STOPPED:
            self._pid = int(found[1])
        return self._pid is not None

    def calls(self) -> int:
        """How often it has made the call, in all."""
        return self._told().count(f" {self._call}(")

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """As when the runtime loses patience, or the node's memory runs out."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self._pid is not None:
            os.kill(self._pid, number)
            self._pid = None

    def _stopped_or_ended(self) -> re.Match | None:
        return STOPPED.search(self._told()) or ENDED.search(self._told())

    def _told(self) -> str:
        return self._story.read_text() if self._story.exists() else ""
