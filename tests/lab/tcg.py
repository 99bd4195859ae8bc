"""Everything the lab changes in KubeVirt's domain XML, in one place. KubeVirt's guests run on KVM
from a disc with a boot loader; these run emulated, on any machine, with Debian's kernel booted
directly. Nothing here touches an <interface> but for the vhost driver, which needs
/dev/vhost-net."""

import xml.etree.ElementTree as ElementTree

KERNEL = "/run/guest/vmlinuz"  # as the pod sees them
INITRD = "/run/guest/initrd"

ElementTree.register_namespace("kubevirt", "http://kubevirt.io")
ElementTree.register_namespace("qemu", "http://libvirt.org/schemas/domain/qemu/1.0")


def for_this_machine(domain_xml: str, kernel_words: str) -> str:
    """`domain_xml` as a sidecar returned it, made to start without KVM. `kernel_words`: what makes this
    guest differ from others of the image."""
    domain = ElementTree.fromstring(domain_xml)
    domain.set("type", "qemu")  # was kvm
    cpu = domain.find("cpu")
    cpu.set("mode", "custom")  # was host-model, which emulation does not know
    ElementTree.SubElement(cpu, "model").text = "qemu64"
    drop(domain, "maxMemory")  # memory hotplug: needs NUMA cells, which KVM guests get
    for name in ("bios", "baseBoard", "chassis"):  # empty: libvirt takes it, its schema does not
        drop(domain.find("sysinfo"), name)
    system = domain.find("os")
    command_line = ("console=ttyS0 root=/dev/vda rw quiet systemd.show_status=0 "
                    f"fsck.mode=skip mitigations=off {kernel_words}")
    for name, text in (("kernel", KERNEL), ("initrd", INITRD), ("cmdline", command_line)):
        ElementTree.SubElement(system, name).text = text
    for name in ("serial", "console"):  # a terminal instead of a socket, for `virsh console`
        device = domain.find(f"devices/{name}")
        device.set("type", "pty")
        drop(device, "source")
    for interface in domain.iterfind("devices/interface"):
        driver = interface.find("driver[@name='vhost']")
        if driver is not None:
            del driver.attrib["name"]
    return ElementTree.tostring(domain, encoding="unicode")


def drop(parent: ElementTree.Element, name: str) -> None:
    child = parent.find(name)
    if child is not None:  # what libvirt has normalised went through here before
        parent.remove(child)
