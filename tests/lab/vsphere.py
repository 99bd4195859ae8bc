"""VMs as vSphere describes them, made up: what `govc vm.info -json` and `govc object.collect -json` print,
reduced to what an import looks at (tests/fixtures/vsphere has whole ones)."""

import ipaddress
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Nic:
    mac: str
    portgroup: str  # its key
    addresses: tuple[str, ...] = ()  # with length, static
    gateways: tuple[str, ...] = ()
    adapter: str = "VirtualVmxnet3"


def vm_info(vms: dict[str, list[Nic]], dns: tuple[str, ...] = (), memory_mb: int = 512) -> str:
    """One document of all VMs, by name."""
    return json.dumps({"virtualMachines": [_vm(name, number, nics, dns, memory_mb)
                                           for number, (name, nics) in enumerate(vms.items())]})


def portgroups(vlans: dict[str, int]) -> str:
    """A document for each distributed portgroup, whose key is `KEY` and whose name is "PG KEY"."""
    return "".join(json.dumps({
        "obj": {"type": "DistributedVirtualPortgroup", "value": key},
        "changeSet": [{"name": "name", "op": "assign", "val": f"PG {key}"},
                      {"name": "config", "op": "assign", "val": {
                          "key": key, "name": f"PG {key}",
                          "defaultPortConfig": {"vlan": {"vlanId": vlan}}}}]}) for key, vlan in vlans.items())


def _vm(name: str, number: int, nics: list[Nic], dns: tuple[str, ...], memory_mb: int) -> dict:
    return {
        "self": {"type": "VirtualMachine", "value": f"vm-{number}"}, "name": name,
        "config": {"guestId": "debian12_64Guest", "firmware": "bios", "hardware": {
            "numCPU": 2, "numCoresPerSocket": 1, "memoryMB": memory_mb,
            "device": [{"key": 4000 + index, "type": nic.adapter, "macAddress": nic.mac,
                        "backing": {"port": {"portgroupKey": nic.portgroup}},
                        "connectable": {"startConnected": True}} for index, nic in enumerate(nics)]}},
        "guest": {"guestFamily": "linuxGuest", "net": [_net(nic, index) for index, nic in enumerate(nics)],
                  "ipStack": [{"dnsConfig": {"dhcp": False, "ipAddress": list(dns)}, "ipRouteConfig": {
                      "ipRoute": [_default_route(gateway, index) for index, nic in enumerate(nics)
                                  for gateway in nic.gateways]}}]}}


def _net(nic: Nic, index: int) -> dict:
    addresses = [address.split("/") for address in nic.addresses]
    return {"macAddress": nic.mac, "connected": True, "deviceConfigId": 4000 + index, "ipConfig": {
        "ipAddress": [{"ipAddress": address, "prefixLength": int(length), "origin": "manual",
                       "state": "preferred"} for address, length in addresses]}}


def _default_route(gateway: str, device: int) -> dict:
    everywhere = "0.0.0.0" if ipaddress.ip_address(gateway).version == 4 else "::"
    return {"network": everywhere, "prefixLength": 0,
            "gateway": {"ipAddress": gateway, "device": str(device)}}
