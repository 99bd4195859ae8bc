"""libvirt as virt-launcher runs it: a session daemon of user 107 in the pod, without privilege. It
opens the taps as that user, so a tap with the wrong owner fails here as it would in a cluster."""

import shutil
import uuid
from pathlib import Path

from lab.paths import LAB_CACHE
from lab.pod import Pod, terminate
from lab.process import LabError, wait_until

SOCKET = "/run/libvirt/libvirt-sock"
URI = f"qemu+unix:///session?socket={SOCKET}"
# libvirt asks QEMU what it can do (8 s under load) and keeps the answer here.
PROBES = Path("kubevirt-private/libvirt/qemu/capabilities")
PROBES_KEPT = LAB_CACHE / "libvirt-capabilities"
QEMU_CONF = 'stdio_handler = "file"\nsecurity_driver = "none"\n'


class Libvirt:
    """A libvirtd in `pod` while entered; `virsh` talks to it."""

    def __init__(self, pod: Pod):
        self.pod = pod
        self.log = pod.room / "kubevirt-private/libvirtd.log"

    def __enter__(self) -> "Libvirt":
        configuration = self.pod.room / "kubevirt-private/libvirt"
        configuration.mkdir()
        (configuration / "qemu.conf").write_text(QEMU_CONF)
        # Two that have the machine's would not migrate to one another.
        (configuration / "libvirtd.conf").write_text(f'host_uuid = "{uuid.uuid4()}"\n')
        probes = self.pod.room / PROBES
        if PROBES_KEPT.is_dir():
            shutil.copytree(PROBES_KEPT, probes)
        else:
            probes.mkdir(parents=True)
        for path in [*probes.iterdir(), probes]:
            self.pod.give(path)
        with self.log.open("w") as log:
            self._daemon = self.pod.start(["libvirtd"], stdout=log, stderr=log)
        try:
            wait_until("libvirtd's socket", self._listening, timeout=60)
        except BaseException:
            terminate(self._daemon)
            raise
        return self

    def _listening(self) -> bool:
        if self._daemon.poll() is not None:
            raise LabError(f"libvirtd ended with {self._daemon.returncode}: {self.log.read_text()}")
        return (self.pod.room / SOCKET.removeprefix("/run/")).exists()

    def __exit__(self, *_) -> None:
        terminate(self._daemon)
        probes = [*(self.pod.room / PROBES).glob("*.xml")]
        if probes:
            PROBES_KEPT.mkdir(parents=True, exist_ok=True)
            for path in probes:
                shutil.copyfile(path, PROBES_KEPT / path.name)

    def virsh(self, *words: str, timeout: float = 120) -> str:
        return self.pod.run(["virsh", "-q", "-c", URI, *words], timeout=timeout)
