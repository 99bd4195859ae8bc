"""KubeVirt's hook manager (pkg/hooks/manager.go, v1.9.0) as seen by a sidecar: finds its socket,
asks for Info, calls the hooks in the newest version both know, each call on a connection of its
own. The messages are generated from sidecar/proto by protoc, the transport is Python's gRPC:
nothing of ours."""

import importlib
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import grpc

from lab.paths import SOURCE
from lab.process import LabError, run, wait_until

# Longer than KubeVirt waits (1 s for Info, 2 s to connect): other tests may have the machine. That Info comes in
# time is tests/sidecar/hostile_clients_test.cc's.
INFO_SECONDS = 60
CONNECT_SECONDS = 60
CALL_SECONDS = 60
LONGEST_PLUGIN_PATH = 108
VERSIONS = ("v1alpha3", "v1alpha2", "v1alpha1")  # newest first


@dataclass
class Sidecar:
    socket: Path
    name: str
    version: str
    hook_points: dict[str, int]  # name: priority


class HookError(LabError):
    """A hook's gRPC error: its status and the sidecar's own words."""

    def __init__(self, method: str, error: grpc.RpcError):
        self.code = error.code()
        self.details = error.details()
        super().__init__(f"{method}: {self.code.name}: {self.details}")


class HookManager:
    """`folder`: the pod's /var/run/kubevirt-hooks, with a folder for each sidecar container; `flat`, as in
    v1.5, without."""

    def __init__(self, folder: Path, sidecars: int = 1, flat: bool = False):
        self._messages = generated_messages()
        self.sidecars = self._collect(folder, sidecars, "*" if flat else "*/*")

    def _collect(self, folder: Path, count: int, pattern: str) -> list[Sidecar]:
        found: dict[str, Path] = {}  # by base name: two sockets of one name never complete

        def all_there() -> bool:
            # A sidecar's folder of its own is not there yet when KubeVirt looks, once in a pod's life.
            found.update((path.name, path) for path in sorted(folder.glob(pattern))
                         if not path.is_dir())
            return len(found) >= count

        wait_until(f"{count} hook sidecar(s) in {folder}", all_there, timeout=60, pause=0.3)
        return [self._introduce(socket) for socket in found.values()]

    def _introduce(self, socket: Path) -> Sidecar:
        module = self._messages["hooks_info"]
        answer = _call(socket, "/kubevirt.hooks.info.Info/Info", module.InfoParams(),
                            module.InfoResult, INFO_SECONDS)
        version = next((one for one in VERSIONS if one in answer.versions), None)
        if version is None:
            raise LabError(f"{socket} speaks {list(answer.versions)}, KubeVirt {VERSIONS}")
        return Sidecar(socket, answer.name, version,
                       {point.name: point.priority for point in answer.hookPoints})

    def pre_cloud_init_iso(self, vmi: dict, cloud_init_data: dict) -> dict:
        """CloudInitData as the first subscriber wants it; later ones are never asked."""
        for sidecar in self.sidecars:
            if "PreCloudInitIso" in sidecar.hook_points and sidecar.version != "v1alpha1":
                source = {"userData": cloud_init_data["UserData"]}
                if cloud_init_data["NetworkData"]:
                    source["networkData"] = cloud_init_data["NetworkData"]
                answer = self._callback(sidecar, "PreCloudInitIso", cloudInitNoCloudSource=source,
                                        vmi=vmi, cloudInitData=cloud_init_data)
                json.loads(answer.cloudInitNoCloudSource)  # KubeVirt fails the start otherwise
                return json.loads(answer.cloudInitData)
        return cloud_init_data

    def on_define_domain(self, vmi: dict, domain_xml: str) -> str:
        """Passed through all subscribers in the order found. virt-launcher does not get here where a sidecar
        subscribes to PreCloudInitIso and the VMI has no cloud-init volume: it panics."""
        if not has_cloud_init(vmi) and any("PreCloudInitIso" in one.hook_points for one in self.sidecars):
            raise LabError("virt-launcher panics: PreCloudInitIso of a VMI without a cloud-init volume")
        for sidecar in self.sidecars:
            if "OnDefineDomain" in sidecar.hook_points:
                answer = self._callback(sidecar, "OnDefineDomain", domainXML=domain_xml, vmi=vmi)
                domain_xml = answer.domainXML.decode()
        return domain_xml

    def shutdown(self) -> None:
        for sidecar in self.sidecars:
            if "Shutdown" in sidecar.hook_points and sidecar.version == "v1alpha3":
                self._callback(sidecar, "Shutdown")

    def _callback(self, sidecar: Sidecar, method: str, **fields: dict | str):
        module = self._messages[f"hooks_{sidecar.version}"]
        texts = {name: (value if isinstance(value, str) else json.dumps(value)).encode()
                 for name, value in fields.items()}
        return _call(sidecar.socket, f"/kubevirt.hooks.{sidecar.version}.Callbacks/{method}",
                          getattr(module, f"{method}Params")(**texts),
                          getattr(module, f"{method}Result"), CALL_SECONDS)


class Plugin:
    """KubeVirt's caller of a Plugin's domain hook (v1.9.0). `socket`: as seen from outside; `path`: as the
    Plugin resource has it."""

    def __init__(self, socket: Path, path: str):
        if len(path) > LONGEST_PLUGIN_PATH or not path.startswith("/var/run/kubevirt-plugin/"):
            raise LabError(f"KubeVirt refuses the socketPath {path}")
        wait_until(f"the Plugin's socket {socket}", socket.exists, timeout=30)
        if not socket.is_socket() or socket.is_symlink():
            raise LabError(f"{socket} is no socket, or a symbolic link")
        self._socket = socket
        self._messages = generated_messages()["plugin_v1alpha1"]

    def mutate_domain(self, vmi: dict, domain_xml: str, domain_type: str = "libvirt") -> str:
        request = self._messages.MutateDomainRequest(
            domain_type=domain_type, domain=domain_xml.encode(), vmi=json.dumps(vmi).encode(),
            sidecar_context=self._messages.SidecarContext(invocation_context="start"))
        answer = _call(self._socket, "/kubevirt.hooks.plugins.v1alpha1.DomainHookService/MutateDomain",
                       request, self._messages.MutateDomainResponse, CALL_SECONDS)
        return answer.domain.decode()


def has_cloud_init(vmi: dict) -> bool:
    volumes = vmi["spec"].get("volumes", [])
    return any({"cloudInitNoCloud", "cloudInitConfigDrive"} & set(volume) for volume in volumes)


def _call(socket: Path, method: str, request, result: type, seconds: float):
    with grpc.insecure_channel(f"unix:{socket}", [("grpc.default_authority", "localhost")]) as channel:
        try:
            grpc.channel_ready_future(channel).result(CONNECT_SECONDS)
            call = channel.unary_unary(method, type(request).SerializeToString, result.FromString)
            return call(request, timeout=seconds)
        except grpc.FutureTimeoutError as error:
            raise LabError(f"no connection to {socket} within {CONNECT_SECONDS} s") from error
        except grpc.RpcError as error:
            raise HookError(method, error) from error


def generated_messages() -> dict[str, ModuleType]:
    """Python modules of sidecar/proto by file stem."""
    folder = SOURCE / "sidecar/proto"
    stems = [path.stem for path in sorted(folder.glob("*.proto"))]
    names = {stem: f"{stem}_pb2" for stem in stems}
    if any(name not in sys.modules for name in names.values()):
        with tempfile.TemporaryDirectory(prefix="patchbay-proto-") as out:
            run(["protoc", f"--proto_path={folder}", f"--python_out={out}",
                 *[f"{stem}.proto" for stem in stems]])
            sys.path.insert(0, out)
            try:
                return {stem: importlib.import_module(name) for stem, name in names.items()}
            finally:
                sys.path.remove(out)
    return {stem: sys.modules[name] for stem, name in names.items()}
