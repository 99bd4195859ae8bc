"""KubeVirt's domain XML for a VMI: domain.xml and devices.xml are its own (v1.9.0, as in
tests/fixtures/12-nocloud-userdata) with $names where VMs differ; the interfaces are made here as
its converter makes them for masquerade and for a binding registered with domainAttachmentType
tap."""

import string
import xml.etree.ElementTree as ElementTree

from lab.manifests import (cloud_init_source, cloud_init_volume, memory_of, network_of, pod_link,
                           tap_link)
from lab.netns import Namespace
from lab.paths import LAB
from lab.seed import DISC

FEWEST_INTERFACES = 4  # KubeVirt fills up to this many with placeholders, for ports to hotplug into


class Domain:
    """The XML of one VMI, given its pod as the network's plugins have left it."""

    def __init__(self, vmi: dict, pod: Namespace):
        metadata = vmi["metadata"]
        self._values = {"domain": f"{metadata['namespace']}_{metadata['name']}",
                        "name": metadata["name"], "namespace": metadata["namespace"],
                        "uid": metadata["uid"], "memory": str(memory_of(vmi)),
                        "uuid": vmi["spec"]["domain"]["firmware"]["uuid"],
                        "cloudinitdisk": cloud_init_disk_xml(vmi) if cloud_init_volume(vmi) else ""}
        self.interfaces = [interface_xml(vmi, interface, pod)
                           for interface in vmi["spec"]["domain"]["devices"]["interfaces"]]
        self._devices = string.Template((LAB / "devices.xml").read_text()).substitute(self._values)

    @property
    def name(self) -> str:
        return self._values["domain"]

    def first(self) -> str:
        """What the first OnDefineDomain gets: with placeholders where there are few interfaces."""
        placeholders = [placeholder_xml(number)
                        for number in range(FEWEST_INTERFACES - len(self.interfaces))]
        return self._document(self.interfaces + placeholders, self._devices)

    def again(self, defined: str) -> str:
        """What the second gets: the interfaces once more, every other device as libvirt has it."""
        devices = [ElementTree.tostring(device, encoding="unicode")
                   for device in ElementTree.fromstring(defined).iterfind("devices/*")
                   if device.tag != "interface"]
        return self._document(self.interfaces, "".join(devices))

    def _document(self, interfaces: list[str], devices: str) -> str:
        template = string.Template((LAB / "domain.xml").read_text())
        return template.substitute(self._values, interfaces="".join(interfaces), devices=devices)


def with_root_port(domain_xml: str) -> str:
    """What the third gets: the second's result with one more root port for hotplug."""
    indices = [int(controller.get("index", "0"))
               for controller in ElementTree.fromstring(domain_xml).iterfind("devices/controller")
               if controller.get("type") == "pci"]
    port = (f'<controller type="pci" index="{max(indices) + 1}" model="pcie-root-port">'
            "</controller>\n")
    return domain_xml.replace("</devices>", port + "</devices>")


def cloud_init_disk_xml(vmi: dict) -> str:
    metadata = vmi["metadata"]
    return f"""\t\t<disk device="disk" type="file" model="virtio-non-transitional">
\t\t\t<source file="/var/run/libvirt/cloud-init-dir/{metadata['namespace']}/{metadata['name']}/\
{DISC[cloud_init_source(vmi)]}"></source>
\t\t\t<target bus="virtio" dev="vdb"></target>
\t\t\t<driver error_policy="stop" name="qemu" type="raw" discard="unmap"></driver>
\t\t\t<alias name="ua-cloudinitdisk"></alias>
\t\t</disk>
"""


def interface_xml(vmi: dict, interface: dict, pod: Namespace) -> str:
    network = network_of(vmi, interface["name"])
    link = pod.link(pod_link(network))
    tap = tap_link(network)
    target = tap if pod.link(tap) else pod_link(network)
    mac = interface.get("macAddress", link["address"])
    return f"""\t\t<interface type="ethernet">
\t\t\t<source></source>
\t\t\t<target dev="{target}" managed="no"></target>
\t\t\t<model type="virtio-non-transitional"></model>
\t\t\t<mac address="{mac}"></mac>
\t\t\t<mtu size="{link['mtu']}"></mtu>
\t\t\t<alias name="ua-{interface['name']}"></alias>
\t\t\t<rom enabled="no"></rom>
\t\t</interface>
"""


def placeholder_xml(number: int) -> str:
    return f"""\t\t<interface type="ethernet">
\t\t\t<source></source>
\t\t\t<target dev="placeholder-{number}" managed="no"></target>
\t\t\t<model type="virtio-non-transitional"></model>
\t\t\t<alias name="placeholder-{number}"></alias>
\t\t</interface>
"""
