"""A pod with the sidecar of KubeVirt's fixture "12-nocloud-userdata" in it, as user 107 without any capability."""

import json

from lab.hooks import HookManager
from lab.netns import veth
from lab.paths import SOURCE
from lab.process import stop
from pod_case import MAC, PodCase, bridge, static

FIXTURE = SOURCE / "tests/fixtures/12-nocloud-userdata"
NETWORK = "data"  # the fixture's name for its patchbay network
CONTAINER = "hook-sidecar-0"


class SidecarCase(PodCase):
    profile = "patchbay"
    environment: dict[str, str] = {}

    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        veth(self.pod, "eth0", self.node, "pod-eth0")  # the pod network, for the masquerade NIC
        self.vmi = json.loads((FIXTURE / "vmi.json").read_text())
        self.domain = (FIXTURE / "domain.xml").read_text()
        self.cloud_init = json.loads((FIXTURE / "cloudinitdata.json").read_text())

    def attach(self, *addresses: str) -> None:
        nad = bridge(static(*addresses, routes=[{"dst": "10.0.0.0/8", "gw": "192.168.0.3"}]))
        self.multus.add_binding(self.multus.add_network(self.pod, NETWORK, nad, mac=MAC))

    def start_sidecar(self) -> HookManager:
        hooks = self.room / "kubevirt-hooks"
        self.folder = hooks / CONTAINER
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o777)
        self.log_file = self.room / "sidecar.log"
        self.run_sidecar()
        return HookManager(hooks)

    def run_sidecar(self) -> None:
        """Again, where one has ended."""
        with self.log_file.open("w") as log:
            self.sidecar = self.pod.start(
                *self.as_user_107("patchbay-sidecar"), "--socket-dir", self.folder,
                env={"CONTAINER_NAME": CONTAINER, "PATCHBAY_PROFILE": self.profile,
                     "PATH": "/usr/sbin:/usr/bin", **self.environment}, stderr=log)
        self.addCleanup(stop, self.sidecar)

    def log(self) -> list[dict]:
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]
