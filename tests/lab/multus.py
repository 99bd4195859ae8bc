"""Plays Multus and libcni on a node: runs a network's own CNI plugins, keeps libcni's result cache as
libcni keeps it, and calls the binding's plugin right after, the way KubeVirt's annotation asks for.

    with Namespace("node") as node, Namespace("pod") as pod, Multus(node) as multus:
        blue = multus.attach(pod, "blue", {"cniVersion": "1.0.0", "name": "br1-net",
                                           "type": "bridge", "bridge": "br1",
                                           "ipam": {"type": "static", "addresses": [
                                               {"address": "192.168.0.62/26"}]}},
                             mac="02:00:00:00:00:62")
        blue.pod_interface, blue.tap, blue.result    # "pod16477688c0e", "tap16477688c0e", {…}
        multus.attach(plain, "net-br1-pod", nad, interface="net1", binding=False)   # a plain pod
        multus.detach(blue)                          # one; detach_all(pod) does a whole pod

A failed ADD is followed by that attachment's DEL, as Multus does, and raises CniError. Leaving Multus
detaches what is left."""

import base64
import copy
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab import newer_plugins
from lab.netns import Namespace
from lab.paths import PROGRAMS

PLUGIN_DIRECTORY = Path("/usr/lib/cni")  # Debian's containernetworking-plugins
BINDING_TYPE = "patchbay"
BINDING_NAD = {"cniVersion": "1.0.0", "name": "patchbay", "type": BINDING_TYPE}


def program_of(plugin: str) -> Path:
    if plugin == BINDING_TYPE:
        return PROGRAMS / "patchbay-cni"
    newer = plugin in newer_plugins.TYPES
    return (newer_plugins.plugin_directory() if newer else PLUGIN_DIRECTORY) / plugin


class CniError(Exception):
    """A plugin's answer to a failed call: `code` and `text` of the CNI spec, `log` its stderr."""

    def __init__(self, plugin: str, command: str, status: int, stdout: str, stderr: str):
        try:
            answer = json.loads(stdout)
        except ValueError:
            answer = {}
        self.answer = answer
        self.status = status
        self.code = answer.get("code")
        self.text = answer.get("msg", stdout)
        self.log = stderr
        super().__init__(f"{plugin} {command}: code {self.code}: {self.text} "
                         f"{answer.get('details', '')} {stderr}".strip())


@dataclass
class Attachment:
    """One network of one pod."""

    pod: Namespace
    network: str  # the VMI's name for it
    nad: dict  # configuration or list
    interface: str  # CNI_IFNAME of the network's own plugins
    mac: str | None
    result: dict = field(default_factory=dict)  # of the network's own plugins
    binding_nad: dict | None = None
    binding_interface: str = ""  # CNI_IFNAME of the binding
    binding_result: dict = field(default_factory=dict)
    log: str = ""  # the binding's stderr
    adopted: bool = False  # the test's own doing: no plugin to call

    @property
    def pod_interface(self) -> str:
        return self.interface

    @property
    def tap(self) -> str:
        return "tap" + hashed(self.network)

    @property
    def record(self) -> str:
        return "pb" + hashed(self.network)

    @property
    def listener(self) -> str:
        return "all" + hashed(self.network)

    @property
    def nad_name(self) -> str:
        return self.nad["name"]


def hashed(network: str) -> str:
    """KubeVirt's <h>: pkg/network/namescheme."""
    return hashlib.sha256(network.encode()).hexdigest()[:11]


class Multus:
    """One node's. `room` holds the cache and what host-local remembers; a folder of its own where
    none is given."""

    def __init__(self, node: Namespace, room: Path | None = None):
        self.node = node
        self._own_room = room is None
        self.room = room or Path(tempfile.mkdtemp(prefix="patchbay-multus-"))
        self.cache = self.room / "multus"
        self.attachments: list[Attachment] = []

    def __enter__(self) -> "Multus":
        return self

    def __exit__(self, *_) -> None:
        try:
            for attachment in reversed(self.attachments[:]):
                self.detach(attachment)
        finally:
            if self._own_room:
                shutil.rmtree(self.room, ignore_errors=True)

    def attach(self, pod: Namespace, network: str, nad: dict, mac: str | None = None,
               binding: bool | dict = True, interface: str | None = None) -> Attachment:
        """ADD of the network, then of the binding: `binding` False leaves that out, a dict is laid
        over its NAD's configuration."""
        attachment = self.add_network(pod, network, nad, mac, interface)
        if binding is not False:
            self.add_binding(attachment, binding if isinstance(binding, dict) else {})
        return attachment

    def add_network(self, pod: Namespace, network: str, nad: dict, mac: str | None = None,
                    interface: str | None = None) -> Attachment:
        """The network's own element alone."""
        attachment = Attachment(pod, network, self._on_this_node(nad),
                                interface or "pod" + hashed(network), mac)
        self.attachments.append(attachment)
        return self._added(attachment)

    def adopt(self, pod: Namespace, network: str, nad: dict, result: dict,
              mac: str | None = None) -> Attachment:
        """A network whose plugin, the first of a list, Debian has not: the caller has made what it
        leaves in the pod for pod<h>, and says what it answers. The rest of the list is called."""
        attachment = Attachment(pod, network, self._on_this_node(nad), "pod" + hashed(network), mac,
                                result, adopted=True)
        self.attachments.append(attachment)
        return self._added(attachment)

    def _added(self, attachment: Attachment) -> Attachment:
        try:
            self._add_plugins(attachment)
        except CniError:
            self._detach_quietly(attachment)
            raise
        self._write_cache(attachment)
        return attachment

    def add_binding(self, attachment: Attachment, options: dict | None = None) -> Attachment:
        """The binding's element, which KubeVirt puts right after the network's."""
        attachment.binding_nad = {**BINDING_NAD,
                                  "patchbay": {"cacheDirs": [str(self.cache)]}, **(options or {})}
        attachment.binding_interface = attachment.binding_interface or self._next_ordinal()
        try:
            self.call_binding("ADD", attachment)
        except CniError:
            self._detach_quietly(attachment)
            raise
        return attachment

    def call_binding(self, command: str, attachment: Attachment, *, under: Sequence[object] = (),
                     **environment: str) -> dict:
        """One call of patchbay-cni with what Multus gives it; `environment` is laid over CNI_*, `under`
        is a program that runs it, with its arguments."""
        config = self.binding_config(command, attachment)
        result, attachment.log = self._call(command, attachment, config,
                                            attachment.binding_interface, environment, under)
        if command == "ADD":
            attachment.binding_result = result
        return result

    def binding_config(self, command: str, attachment: Attachment) -> dict:
        """What the binding reads from its standard input."""
        config = {**(attachment.binding_nad or BINDING_NAD),
                  "args": {"cni": {"logicNetworkName": attachment.network}}}
        if command in ("CHECK", "DEL") and attachment.binding_result:
            config["prevResult"] = attachment.binding_result  # libcni, from 0.4.0 on
        return config

    def detach(self, attachment: Attachment) -> None:
        """DEL of the binding, then of the network's plugins, then the cache entry."""
        self.attachments.remove(attachment)
        if attachment.binding_nad is not None:
            self.call_binding("DEL", attachment)
        self._delete_network(attachment)

    def detach_all(self, pod: Namespace) -> None:
        for attachment in [a for a in reversed(self.attachments) if a.pod is pod]:
            self.detach(attachment)

    def cache_file(self, attachment: Attachment) -> Path:
        return (self.cache / "results" /
                f"{attachment.nad_name}-{attachment.pod.name}-{attachment.interface}")

    def _next_ordinal(self) -> str:
        return f"net{len(self.attachments)}"

    def _detach_quietly(self, attachment: Attachment) -> None:
        try:
            self.detach(attachment)
        except CniError:
            pass  # Multus logs it; the ADD's own error is what it returns

    def _add_plugins(self, attachment: Attachment) -> None:
        for plugin in self._plugins(attachment):
            if attachment.result:
                plugin["prevResult"] = attachment.result
            attachment.result, attachment.log = self._call("ADD", attachment, plugin,
                                                           attachment.interface)

    def _delete_network(self, attachment: Attachment) -> None:
        for plugin in reversed(self._plugins(attachment)):
            if attachment.result:
                plugin["prevResult"] = attachment.result
            self._call("DEL", attachment, plugin, attachment.interface)
        self.cache_file(attachment).unlink(missing_ok=True)

    def _plugins(self, attachment: Attachment) -> list[dict]:
        """What each plugin of the network gets on stdin, without prevResult (libcni buildOneConfig)."""
        nad = copy.deepcopy(attachment.nad)
        plugins = nad.get("plugins", [nad])
        for plugin in plugins:
            plugin.setdefault("cniVersion", nad["cniVersion"])
            plugin.setdefault("name", nad["name"])
            if attachment.mac and plugin.get("capabilities", {}).get("mac"):
                plugin["runtimeConfig"] = {"mac": attachment.mac}
        return plugins[1:] if attachment.adopted else plugins

    def _on_this_node(self, nad: dict) -> dict:
        """The NAD with host-local's memory in our room instead of the machine's /var/lib/cni."""
        nad = copy.deepcopy(nad)
        for plugin in nad.get("plugins", [nad]):
            if plugin.get("ipam", {}).get("type") == "host-local":
                plugin["ipam"].setdefault("dataDir", str(self.room / "networks"))
        return nad

    def _arguments(self, attachment: Attachment) -> list[list[str]]:
        pairs = [["IgnoreUnknown", "true"], ["K8S_POD_NAMESPACE", "default"],
                 ["K8S_POD_NAME", attachment.pod.name],
                 ["K8S_POD_INFRA_CONTAINER_ID", attachment.pod.name]]
        return pairs + ([["MAC", attachment.mac]] if attachment.mac else [])

    def variables(self, command: str, attachment: Attachment, interface: str) -> dict[str, str]:
        """The environment of a plugin's call."""
        return {
            "CNI_COMMAND": command, "CNI_CONTAINERID": attachment.pod.name,
            "CNI_NETNS": str(attachment.pod.path), "CNI_IFNAME": interface,
            "CNI_PATH": str(PLUGIN_DIRECTORY),
            "CNI_ARGS": ";".join("=".join(pair) for pair in self._arguments(attachment)),
        }

    def _call(self, command: str, attachment: Attachment, config: dict, interface: str,
              environment: dict | None = None, under: Sequence[object] = ()) -> tuple[dict, str]:
        plugin = config["type"]
        program = program_of(plugin)
        values = {**os.environ, **self.variables(command, attachment, interface), **(environment or {})}
        done = subprocess.run(self.node.command(*under, program), input=json.dumps(config), text=True,
                              capture_output=True, env=values, timeout=120, check=False)
        if done.returncode != 0:
            raise CniError(plugin, command, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout or "{}"), done.stderr

    def _write_cache(self, attachment: Attachment) -> None:
        """libcni's cachedInfo (api.go): what its cacheAdd writes after a network's whole ADD."""
        path = self.cache_file(attachment)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        entry = {
            "kind": "cniCacheV1", "containerId": attachment.pod.name,
            "config": base64.b64encode(json.dumps(attachment.nad).encode()).decode(),
            "ifName": attachment.interface, "networkName": attachment.nad_name,
            "netns": str(attachment.pod.path), "cniArgs": self._arguments(attachment),
            **({"capabilityArgs": {"mac": attachment.mac}} if attachment.mac else {}),
            "result": attachment.result,
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(entry, file)
