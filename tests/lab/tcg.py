"""Everything the lab changes in KubeVirt's domain XML, in one place. KubeVirt's guests run on KVM from
a disc with a boot loader; these run emulated, on any machine, with Debian's kernel booted directly.
Nothing here touches an <interface> but for the vhost driver, which needs /dev/vhost-net."""

import xml.etree.ElementTree as ElementTree

KERNEL = "/run/guest/vmlinuz"  # as the pod sees them
INITRD = "/run/guest/initrd"

ElementTree.register_namespace("kubevirt", "http://kubevirt.io")
ElementTree.register_namespace("qemu", "http://libvirt.org/schemas/domain/qemu/1.0")


def for_this_machine(domain_xml: str, machine_id: str) -> str:
    """`domain_xml` as a sidecar returned it, made to start without KVM."""
    domain = ElementTree.fromstring(domain_xml)
    domain.set("type", "qemu")  # was kvm
    cpu = domain.find("cpu")
    cpu.set("mode", "custom")  # was host-model, which emulation does not know
    ElementTree.SubElement(cpu, "model").text = "qemu64"
    domain.remove(domain.find("maxMemory"))  # memory hotplug: needs NUMA cells, which KVM guests get
    sysinfo = domain.find("sysinfo")
    for name in ("bios", "baseBoard", "chassis"):  # empty: libvirt takes it, its schema does not
        sysinfo.remove(sysinfo.find(name))
    system = domain.find("os")
    command_line = ("console=ttyS0 root=/dev/vda rw quiet systemd.show_status=0 "
                    f"fsck.mode=skip systemd.machine_id={machine_id}")
    for name, text in (("kernel", KERNEL), ("initrd", INITRD), ("cmdline", command_line)):
        ElementTree.SubElement(system, name).text = text
    serial = domain.find("devices/serial")  # a terminal instead of a socket, for `virsh console`
    serial.set("type", "pty")
    serial.remove(serial.find("source"))
    console = domain.find("devices/console")
    console.set("type", "pty")
    if (source := console.find("source")) is not None:
        console.remove(source)
    for interface in domain.iterfind("devices/interface"):
        driver = interface.find("driver[@name='vhost']")
        if driver is not None:
            del driver.attrib["name"]
    return ElementTree.tostring(domain, encoding="unicode")
