"""The cluster's objects as the lab needs them: read from the manifests a user would apply, turned
into what each component of a cluster makes of them."""

import json
import uuid
from pathlib import Path

import yaml

from lab.multus import hashed
from lab.process import LabError

FIRMWARE = uuid.UUID("6a1a24a1-4061-4607-8bf4-a3963d0c5895")  # the name space of VMs without a uuid
BYTES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def documents(*files: Path) -> list[dict]:
    return [document for file in files
            for document in yaml.safe_load_all(file.read_text(encoding="utf-8")) if document]


def of_kind(kind: str, objects: list[dict]) -> list[dict]:
    return [each for each in objects if each["kind"] == kind]


class Manifests:
    """Every object of the YAML files in `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.objects = documents(*sorted(folder.glob("*.yaml")))

    def all(self, kind: str) -> list[dict]:
        return of_kind(kind, self.objects)

    def one(self, kind: str, name: str) -> dict:
        found = [thing for thing in self.all(kind) if thing["metadata"]["name"] == name]
        if len(found) != 1:
            raise LabError(f"{self.folder} has {len(found)} {kind} named {name}, expected one")
        return found[0]

    def nad(self, name: str) -> dict:
        """A NetworkAttachmentDefinition's configuration as Multus hands it to libcni."""
        return nad_configuration(self.one("NetworkAttachmentDefinition", name.split("/")[-1]))


def nad_configuration(nad: dict) -> dict:
    """cnv-bridge is OpenShift's copy of the bridge plugin: Debian's `bridge` runs for it here."""
    configuration = json.loads(nad["spec"]["config"])
    for plugin in configuration.get("plugins", [configuration]):
        if plugin["type"] == "cnv-bridge":
            plugin["type"] = "bridge"
    return configuration


def vmi_of(vm: dict) -> dict:
    """The VirtualMachineInstance that virt-controller makes of a VirtualMachine, with the defaults
    of its webhooks as far as hooks look at them (fixtures: vmi.json)."""
    metadata, template = vm["metadata"], vm["spec"]["template"]
    namespace = metadata.get("namespace", "default")
    spec = json.loads(json.dumps(template["spec"]))
    spec["architecture"] = "amd64"
    domain = spec["domain"]
    domain["machine"] = {"type": "q35"}
    domain["firmware"] = {"uuid": str(uuid.uuid5(FIRMWARE, f"{namespace}/{metadata['name']}"))}
    domain["cpu"] = {"cores": 1, "sockets": 1, "maxSockets": 4, "threads": 1, "model": "host-model"}
    return {
        "apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstance",
        "metadata": {"name": metadata["name"], "namespace": namespace, "uid": str(uuid.uuid4()),
                     "annotations": dict(template.get("metadata", {}).get("annotations", {}))},
        "spec": spec,
        "status": {"nodeName": "node", "phase": "Scheduled",
                   "interfaces": [{"name": network["name"], "podInterfaceName": pod_link(network)}
                                  for network in spec["networks"]]},
    }


def pod_link(network: dict) -> str:
    return "eth0" if "pod" in network else "pod" + hashed(network["name"])


def tap_link(network: dict) -> str:
    return "tap0" if "pod" in network else "tap" + hashed(network["name"])


def network_of(vmi: dict, name: str) -> dict:
    return next(network for network in vmi["spec"]["networks"] if network["name"] == name)


def cloud_init_volume(vmi: dict) -> dict | None:
    return next((volume for volume in vmi["spec"]["volumes"]
                 if "cloudInitNoCloud" in volume or "cloudInitConfigDrive" in volume), None)


def cloud_init_source(vmi: dict) -> str:
    """CloudInitData's DataSource: "noCloud" or "configDrive"."""
    return "noCloud" if "cloudInitNoCloud" in cloud_init_volume(vmi) else "configDrive"


def plugin_of(vmi: dict) -> str:
    """The binding plugin of its interfaces; the lab runs one sidecar a VM."""
    plugins = {interface["binding"]["name"]
               for interface in vmi["spec"]["domain"]["devices"]["interfaces"]
               if "binding" in interface}
    if len(plugins) != 1:
        raise LabError(f"{vmi['metadata']['name']} has the binding plugins {plugins}, expected one")
    return plugins.pop()


def memory_of(vmi: dict) -> int:
    text = vmi["spec"]["domain"]["memory"]["guest"]
    return int(text[:-2]) * BYTES[text[-2:]]
