"""A file that programs wait at until all of them are there, and then run from one moment on.

    with Gate(room / "gate") as gate:
        …                   # start 100 times `flock --shared --no-fork GATE PROGRAM…`
        gate.open_for(100)
"""

import fcntl
from pathlib import Path

from lab.process import wait_until

LOCKS = Path("/proc/locks")


class Gate:
    """Closed by entering."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> "Gate":
        self._file = self.path.open("w", encoding="ascii")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_) -> None:
        self._file.close()

    def open_for(self, count: int) -> None:
        """When so many wait."""
        wait_until(f"{count} at the gate", lambda: self._waiting() >= count)
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def _waiting(self) -> int:
        """proc_locks(5): "1: -> FLOCK  ADVISORY  READ 1234 fe:00:5678 0 EOF" is one that waits."""
        inode = f":{self.path.stat().st_ino} "
        return sum("->" in line and inode in line for line in LOCKS.read_text(encoding="ascii").splitlines())
