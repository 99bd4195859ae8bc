"""A machine with nothing to boot from but its network: QEMU's virtio NIC with the iPXE of its ROM, on the
pod's tap and as the pod's user. Its screen is text, for the firmware shows all on the serial line, too."""

from lab.pod import Pod, terminate
from lab.process import LabError, wait_until

ENDED = "No more network devices"  # iPXE, whether it had an address or not


class NetworkBoot:
    """On while entered."""

    def __init__(self, pod: Pod, tap: str, mac: str):
        self._pod = pod
        self._screen = pod.room / "guest/screen"
        self._command = ["qemu-system-x86_64", "-accel", "tcg", "-machine", "q35", "-m", "64", "-nodefaults",
                         "-no-user-config", "-nographic", "-serial", "stdio",
                         "-netdev", f"tap,id=net,ifname={tap},script=no,downscript=no",
                         "-device", f"virtio-net-pci,netdev=net,mac={mac},bootindex=1"]

    def __enter__(self) -> "NetworkBoot":
        with self._screen.open("wb") as screen:
            self._process = self._pod.start(self._command, stdout=screen, stderr=screen)
        return self

    def __exit__(self, *_) -> None:
        terminate(self._process)

    def screen(self) -> str:
        return self._screen.read_text(encoding="utf-8", errors="replace")

    def outcome(self) -> str:
        """The screen once all network devices were tried."""
        def ended() -> bool:
            if self._process.poll() is not None:
                raise LabError(f"QEMU ended with {self._process.returncode}: {self.screen()}")
            return ENDED in self.screen()

        wait_until("iPXE", ended, 300)
        return self.screen()
