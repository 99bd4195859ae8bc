"""Signals that end the lab, taken at moments of our own choosing: the handler only remembers; `check`,
which every wait and every command of the lab calls, then leaves through all `with` blocks. An
exception out of a handler would strike anywhere, in the middle of gRPC, too, which then hangs."""

import signal
import sys

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_received: list[int] = []
_left: list[int] = []  # the signal that `check` has acted upon


def listen() -> None:
    """From now on SIGNALS end this process by `check` instead of at once."""
    for number in SIGNALS:
        signal.signal(number, lambda number, _: _received.append(number))


def check() -> None:
    """SystemExit where a signal has come, the first time only: taking down runs commands, too."""
    if _received and not _left:
        _left.append(_received[0])
        print(f"\n{signal.Signals(_received[0]).name}: taking everything down", file=sys.stderr)
        raise SystemExit(status())


def status() -> int:
    """The exit status for the first signal received; 0 where there was none."""
    return 128 + _received[0] if _received else 0
