"""A VM that is started and never runs: a real libvirt, as virt-launcher has it (user 107, no capability), makes
a real QEMU open what an <interface> names. No guest is needed to see whether that works.

    with PausedVm(pod.name) as vm:
        with vm.started(interface_xml) as queues:
            …
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from lab.libvirt import Libvirt
from lab.pod import QEMU_UID, Pod

NAME = "paused"
FILE = "kubevirt-private/paused.xml"  # under /run
DOMAIN = f"""<domain type="qemu"><name>{NAME}</name><memory unit="MiB">32</memory>
<os><type arch="x86_64" machine="q35">hvm</type></os><devices>%s</devices></domain>"""
# A /dev of the pod's own, as a container has one, with the node of a macvtap, which its device plugin asks the
# runtime to put there. $1: the interface's index, $2: "MAJOR:MINOR", $3: whose it is.
OWN_DEV = """
mkdir /run/dev && mount -t tmpfs -o mode=755 tmpfs /run/dev && cd /dev
cp -a --parents null zero full random urandom net/tun /run/dev
mknod -m 600 "/run/dev/tap$1" c "${2%:*}" "${2#*:}" && chown "$3" "/run/dev/tap$1"
mount --move /run/dev /dev
"""


class PausedVm:
    """In the pod that the network namespace belongs to."""

    def __init__(self, network_namespace: str):
        self._pod = Pod(network_namespace)

    def __enter__(self) -> "PausedVm":
        with ExitStack() as stack:
            stack.enter_context(self._pod)
            self._libvirt = stack.enter_context(Libvirt(self._pod))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def lend_macvtap(self, index: int, device_number: str) -> None:
        self._pod.run(["sh", "-ec", OWN_DEV, "sh", index, device_number, QEMU_UID], root=True)

    @contextmanager
    def started(self, interface: str) -> Iterator[int]:
        """QEMU has opened what `interface` names, with as many queues; LabError with libvirt's words where it
        could not."""
        # vhost needs a device that this lab has not.
        domain = DOMAIN % interface.replace('name="vhost" ', "")
        (self._pod.room / FILE).write_text(domain, encoding="utf-8")
        self._libvirt.virsh("create", f"/run/{FILE}", "--paused", "--validate")
        try:
            yield self._libvirt.virsh("qemu-monitor-command", NAME, "--hmp",
                                      "info network").count("type=tap")
        finally:
            self._libvirt.virsh("destroy", NAME)
