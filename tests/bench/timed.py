"""timed.py FILE PROGRAM: runs PROGRAM on its own standard streams and writes what it took into FILE, as JSON:
seconds of time and of CPU, the kernel's on its account included. The exit status is the program's."""

import json
import os
import sys
import time
from pathlib import Path


def main(file: str, *command: str) -> int:
    began = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    took = time.monotonic() - began
    Path(file).write_text(json.dumps({"wall": took, "cpu": used.ru_utime + used.ru_stime}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
