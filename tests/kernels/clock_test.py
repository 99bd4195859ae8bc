"""The clock on the wall set back and forth while somebody waits: by a day, in a guest whose clock is ours. Every wait
of ours ends when its time is over, no sooner and no later, as the clock that nobody sets counts it."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import grpc

from lab.hooks import HookError, HookManager
from lab.kernel_guest import COMMAND_LINE
from lab.process import wait_until
from pod_case import bridge, static
from sidecar_case import SidecarCase

DAY = 86_400
NETWORK_STATUS = Path("/etc/patchbay/network-status")
STATUS_WAIT = 3.0  # sidecar/hooks.h
DAD_WAIT = 0.5  # binding/duplicate_probe.cc: at least, from the first question to the end
STOP_WAIT = 1.0  # sidecar/server.cc: for calls that have begun
PAUSE = 0.2  # from one jump to the next: some are within each of these
INFO = "/kubevirt.hooks.info.Info/Info"
SLOWLY = 60.0  # what an emulated guest on a busy machine may take for all else


def set_clock(seconds: float) -> None:
    """Forward or back by so much."""
    time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)


def connect(path: Path, *options: tuple[str, int]) -> grpc.Channel:
    return grpc.insecure_channel(f"unix:{path}", [("grpc.default_authority", "localhost"), *options])


def call_hook(path: Path, method: str, request, result: type, _seconds: float):
    """Without a deadline, and without waiting for the channel: gRPC's Python counts by the clock that is set here."""
    with connect(path) as channel:
        try:
            return channel.unary_unary(method, type(request).SerializeToString, result.FromString)(
                request, wait_for_ready=True)
        except grpc.RpcError as error:
            raise HookError(method, error) from error


class Clock(SidecarCase):
    def setUp(self) -> None:
        if COMMAND_LINE not in Path("/proc/cmdline").read_text():
            self.fail("sets the clock: only in the guest of lab.kernel_guest")
        super().setUp()
        self.stack.enter_context(mock.patch("lab.hooks._call", call_hook))
        began = (time.time(), time.monotonic())
        self.addCleanup(lambda: time.clock_settime(time.CLOCK_REALTIME, began[0] + time.monotonic() - began[1]))

    def assert_takes(self, least: float, call: Callable[[], object], jump: float) -> None:
        """The clock being set by `jump` seconds again and again, so that it is whenever `call` begins to wait."""
        ended, jumps = threading.Event(), []

        def keep_jumping() -> None:
            while not ended.wait(PAUSE):
                set_clock(jump)
                jumps.append(jump)

        thread = threading.Thread(target=keep_jumping)
        start = time.monotonic()
        thread.start()
        try:
            call()
            took = time.monotonic() - start
        finally:
            ended.set()
            thread.join()
        self.assertTrue(jumps)
        self.assertGreaterEqual(took, least)
        self.assertLess(took, least + SLOWLY)

    def test_a_hook_waits_for_network_status_as_long_as_ever(self) -> None:
        self.attach("192.168.0.62/26")
        self.pod.run("ip", "link", "del", self.multus.attachments[-1].record)  # so that nothing else says it
        NETWORK_STATUS.parent.mkdir(exist_ok=True)
        NETWORK_STATUS.write_text("")
        self.addCleanup(NETWORK_STATUS.unlink)
        self.start_sidecar()

        def refused() -> None:
            with self.assertRaises(HookError) as caught:
                manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
            self.assertIn("network-status", caught.exception.details)

        for jump in (-DAY, DAY):
            manager = HookManager(self.folder.parent)
            self.assert_takes(STATUS_WAIT, refused, jump)
            self.end(signal.SIGTERM)
            self.run_sidecar()  # a new one, for each waits so long only once

    def test_the_sidecar_ends_and_is_found_under_its_name_again(self) -> None:
        self.start_sidecar()
        for jump in (-DAY, DAY):
            with self.unread_answer():
                self.assert_takes(STOP_WAIT, lambda: self.end(signal.SIGTERM), jump)
            self.run_sidecar()
        socket_path = HookManager(self.folder.parent).sidecars[0].socket
        self.end(signal.SIGKILL)
        set_clock(-DAY)  # the socket file is from tomorrow
        self.run_sidecar()
        wait_until("the new run", lambda: "in place of" in self.log_file.read_text())
        self.assertEqual(list(self.folder.iterdir()), [socket_path])

    def end(self, number: signal.Signals) -> None:
        self.sidecar.send_signal(number)
        self.sidecar.wait()

    @contextmanager
    def unread_answer(self) -> Iterator[None]:
        """A call whose client takes 5 bytes of the answer: the sidecar's end waits for it, and not for ever."""
        path = HookManager(self.folder.parent).sidecars[0].socket
        with connect(path, ("grpc.http2.lookahead_bytes", 5), ("grpc.http2.bdp_probe", 0)) as channel:
            call = channel.unary_stream(INFO)(b"")
            call.initial_metadata()  # the answer is on its way
            yield
            self.assertEqual(call.code(), grpc.StatusCode.UNAVAILABLE)

    def test_the_question_for_duplicates_is_asked_as_long_as_ever(self) -> None:
        for number, jump in enumerate((-DAY, DAY), 62):
            blue = self.multus.add_network(self.pod, f"net-{number}", bridge(static(f"192.168.0.{number}/26")))
            self.assert_takes(DAD_WAIT, lambda: self.multus.add_binding(blue, {"patchbay": {
                "cacheDirs": [str(self.multus.cache)], "dad": True}}), jump)


if __name__ == "__main__":
    raise SystemExit("python3 -m lab.kernel_guest tests/kernels/clock_test.py")
