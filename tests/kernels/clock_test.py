"""The clock on the wall set back and forth while somebody waits: by a day, in a guest whose clock is ours. Every wait
of ours ends when its time is over, no sooner and no later, as the clock that nobody sets counts it."""

import signal
import socket
import threading
import time
from pathlib import Path
from unittest import mock

from lab.hooks import HookError, HookManager
from lab.kernel_guest import COMMAND_LINE
from lab.process import stop, wait_until
from pod_case import bridge, static
from sidecar_case import CONTAINER, SidecarCase

DAY = 86_400
NETWORK_STATUS = Path("/etc/patchbay/network-status")
STATUS_WAIT = 3.0  # sidecar/hooks.h
DAD_WAIT = 0.5  # binding/duplicate_probe.cc: at least, from the first question to the end
SLOWLY = 60.0  # what an emulated guest on a busy machine may take for all else


def set_clock(seconds: float) -> None:
    """Forward or back by so much."""
    time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)


class Clock(SidecarCase):
    def setUp(self) -> None:
        if COMMAND_LINE not in Path("/proc/cmdline").read_text():
            self.fail("sets the clock: only in the guest of lab.kernel_guest")
        super().setUp()
        for limit in ("INFO_SECONDS", "CONNECT_SECONDS"):  # of a virt-launcher that is not emulated
            self.stack.enter_context(mock.patch(f"lab.hooks.{limit}", SLOWLY))
        began = (time.time(), time.monotonic())
        self.addCleanup(lambda: time.clock_settime(time.CLOCK_REALTIME, began[0] + time.monotonic() - began[1]))

    def spent(self, call, *jumps: float) -> float:
        """How long `call` took, the clock being set by each of `jumps` seconds, one after another."""
        timers = [threading.Timer(0.3 + 1.2 * n, set_clock, [jump]) for n, jump in enumerate(jumps)]
        start = time.monotonic()
        for timer in timers:
            timer.start()
        call()
        took = time.monotonic() - start
        for timer in timers:
            timer.join()
        return took

    def test_a_hook_waits_for_network_status_as_long_as_ever(self) -> None:
        self.attach("192.168.0.62/26")
        self.pod.run("ip", "link", "del", self.multus.attachments[-1].record)  # so that nothing else says it
        NETWORK_STATUS.parent.mkdir(exist_ok=True)
        NETWORK_STATUS.write_text("")
        self.addCleanup(NETWORK_STATUS.unlink)
        manager = self.start_sidecar()

        def refused() -> None:
            with self.assertRaises(HookError) as caught:
                manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
            self.assertIn("network-status", caught.exception.details)

        took = self.spent(refused, -DAY, 2 * DAY)
        self.assertGreaterEqual(took, STATUS_WAIT)
        self.assertLess(took, STATUS_WAIT + SLOWLY)

    def test_the_sidecar_ends_and_is_found_under_its_name_again(self) -> None:
        manager = self.start_sidecar()
        socket_path = manager.sidecars[0].socket
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(str(socket_path))
            self.assertLess(self.spent(lambda: self.end(signal.SIGTERM), -DAY), SLOWLY)
        self.start_again()
        socket_path = HookManager(self.folder.parent).sidecars[0].socket
        self.end(signal.SIGKILL)
        set_clock(-DAY)  # the socket file is from tomorrow
        self.start_again()
        wait_until("the new run", lambda: "in place of" in self.log_file.read_text())
        self.assertEqual(list(self.folder.iterdir()), [socket_path])

    def end(self, number: signal.Signals) -> None:
        self.sidecar.send_signal(number)
        self.sidecar.wait()

    def start_again(self) -> None:
        folder = self.folder
        with self.log_file.open("w") as log:
            self.sidecar = self.pod.start(*self.as_user_107("patchbay-sidecar"), "--socket-dir", folder,
                                          env={"CONTAINER_NAME": CONTAINER}, stderr=log)
        self.addCleanup(stop, self.sidecar)
        wait_until("its socket", lambda: any(folder.iterdir()))

    def test_the_question_for_duplicates_is_asked_as_long_as_ever(self) -> None:
        for number, jump in enumerate((-DAY, DAY), 62):
            blue = self.multus.add_network(self.pod, f"net-{number}", bridge(static(f"192.168.0.{number}/26")))
            took = self.spent(lambda: self.multus.add_binding(blue, {"patchbay": {
                "cacheDirs": [str(self.multus.cache)], "dad": True}}), jump)
            self.assertGreaterEqual(took, DAD_WAIT)
            self.assertLess(took, DAD_WAIT + SLOWLY)


if __name__ == "__main__":
    raise SystemExit("python3 -m lab.kernel_guest tests/kernels/clock_test.py")
