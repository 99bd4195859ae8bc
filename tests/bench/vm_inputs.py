"""What KubeVirt passes for a VM with so many NICs of ours, made of its own for one with a single NIC (the
fixture 12-nocloud-userdata), and the pod of such a VM."""

import copy
import json

from bench.scene import Scene
from lab.multus import hashed
from lab.netns import Namespace, veth
from lab.paths import SOURCE

FIXTURE = SOURCE / "tests/fixtures/12-nocloud-userdata"
NETWORK = "data"  # the fixture's


def names(nics: int) -> list[str]:
    return [f"{NETWORK}{number}" for number in range(1, nics + 1)]


def counted(nics: int) -> str:
    return f"{nics} NICs" if nics > 1 else "1 NIC"


def vmi(nics: int) -> dict:
    made = json.loads((FIXTURE / "vmi.json").read_text())
    spec = made["spec"]
    for entries in (spec["domain"]["devices"]["interfaces"], spec["networks"], made["status"]["interfaces"]):
        one = next(entry for entry in entries if entry["name"] == NETWORK)
        entries.remove(one)
        entries += [renamed(one, name) for name in names(nics)]
    return made


def renamed(one: dict, name: str) -> dict:
    entry = {**copy.deepcopy(one), "name": name}
    if "podInterfaceName" in entry:
        entry["podInterfaceName"] = "pod" + hashed(name)
    return entry


def domain() -> str:
    return (FIXTURE / "domain.xml").read_text()


def cloud_init(part: str) -> str:
    return (FIXTURE / f"cloudinit{part}.json").read_text()


def make_pod(scene: Scene, nics: int) -> Namespace:
    """A pod with the networks, each with an address of both families, a route and a resolver."""
    pod = scene.enter(Namespace(f"pod{nics}"))
    veth(pod, "eth0", scene.node, f"eth0-{nics}")  # the pod network
    for number, name in enumerate(names(nics), 1):
        entries = [{"address": f"10.{number}.0.62/24"}, {"address": f"fd00:{number}::62/64"}]
        ipam = {"type": "static", "addresses": entries, "dns": {"nameservers": ["10.0.0.53"]},
                "routes": [{"dst": f"172.{number}.0.0/16", "gw": f"10.{number}.0.1"}]}
        scene.multus.attach(pod, name, {"cniVersion": "1.0.0", "name": f"net-{name}", "type": "bridge",
                                        "bridge": "br1", "ipam": ipam})
    return pod
