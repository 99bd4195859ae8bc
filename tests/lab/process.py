"""Running programs for the lab: every failure says which program, with what arguments, and what it
printed; every program that stays is ours to end, and dies with us even when we are killed."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from lab import interrupts

Found = TypeVar("Found")


class LabError(Exception):
    """What was attempted, what came of it, what to do: the text is for a person."""


def run(command: Sequence[str], *, stdin: str = "", timeout: float = 120, env: dict | None = None,
        cwd: str | os.PathLike | None = None) -> str:
    """Runs `command` and returns its stdout; LabError when it fails or takes too long."""
    interrupts.check()
    try:
        done = subprocess.run([str(word) for word in command], input=stdin, text=True, cwd=cwd,
                              capture_output=True, timeout=timeout, env=env, check=False)
    except FileNotFoundError as error:
        raise LabError(f"{command[0]} is not installed; ./dev setup installs it") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{shown(command)} took more than {timeout:.0f} s") from error
    if done.returncode != 0:
        interrupts.check()  # ^C at a terminal reaches the command as well
        raise LabError(f"{shown(command)} ended with {done.returncode}: "
                       f"{(done.stderr or done.stdout).strip()}")
    return done.stdout


def start(command: Sequence[str], **options) -> subprocess.Popen:
    """Starts a program that stays. The kernel kills it when this process ends, however it ends."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *[str(word) for word in command]],
                            start_new_session=True, **{"stdin": subprocess.DEVNULL, **options})


def as_user_107(*command: object) -> list[object]:
    """The command that runs `command` as the pod's user, without any capability."""
    return ["setpriv", "--reuid=107", "--regid=107", "--clear-groups", "--inh-caps=-all",
            "--bounding-set=-all", "--no-new-privs", *command]


def stop(process: subprocess.Popen, patience: float = 10) -> int:
    """SIGTERM, SIGKILL after `patience` seconds; the exit status, negative for a signal."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def wait_until(what: str, probe: Callable[[], Found | None], timeout: float = 120,
               pause: float = 0.05) -> Found:
    """Polls until `probe` returns something true and returns it; LabError with `what` if never."""
    deadline = time.monotonic() + timeout
    while not (found := probe()):
        interrupts.check()
        if time.monotonic() > deadline:
            raise LabError(f"waited {timeout:.0f} s in vain for {what}")
        time.sleep(pause)
    return found


def shown(command: Sequence[str]) -> str:
    text = " ".join(str(word) for word in command)
    return text if len(text) < 300 else f"{text[:60]} … {text[-200:]}"
