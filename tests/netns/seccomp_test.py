"""patchbay-sidecar under the seccomp profile of manifests/seccomp, in containers as strict pods run them: all hooks of
each profile, a Plugin's and the responder's, and what the profile refuses."""

import json
import unittest
from pathlib import Path

from image_test import image_for_module
from lab.container import Container
from lab.hooks import HookManager, Plugin
from lab.netns import veth
from lab.paths import SOURCE
from lab.process import run
from pod_case import MAC, PodCase, bridge, static

PROFILE = SOURCE / "manifests/seccomp/patchbay-sidecar.json"
WITH_VOLUME = SOURCE / "tests/fixtures/12-nocloud-userdata"
WITHOUT = SOURCE / "tests/fixtures/01-masq-plus-one"
CONTAINER = "hook-sidecar-0"
TOLD = "192.168.0.40/26"  # what the responder is to answer from then on
SEED = "patchbay-seed/seed.iso"
SECCOMP_MODE_FILTER = 2  # linux/seccomp.h, as /proc/PID/status shows it
CALLS = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>
#define TELL(name, call) printf("%s: %s\n", name, (long)(call) != -1 ? "done" : strerrorname_np(errno))
static void* memory(int protection) { return mmap(0, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
int main(void) {
  TELL("a socket of AF_UNIX", socket(AF_UNIX, SOCK_STREAM, 0));
  TELL("memory to write", memory(PROT_READ | PROT_WRITE));
  TELL("a socket of AF_PACKET", socket(AF_PACKET, SOCK_RAW, 0));
  TELL("memory to execute", memory(PROT_READ | PROT_EXEC));
  TELL("umount2", umount2("/tmp", MNT_DETACH));
  TELL("unshare", unshare(CLONE_NEWUTS));
  TELL("chroot", chroot("/"));
  TELL("setuid", setuid(0));
}
"""


def setUpModule() -> None:
    global image
    image = image_for_module()


class SeccompCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        veth(self.pod, "eth0", self.node, "pod-eth0")
        nad = bridge(static("192.168.0.62/26"), patchbay={"responder": True})
        self.multus.add_binding(self.multus.add_network(self.pod, "data", nad, mac=MAC))

    def run_sidecar(self, profile: str, seccomp: Path | None = PROFILE) -> tuple[Container, HookManager]:
        hooks = self.room / f"hooks-{profile}-{seccomp is not None}"
        self.folder = hooks / CONTAINER
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o777)
        container = self.stack.enter_context(Container(
            image.bundle, self.pod.path, {"/var/run/kubevirt-hooks": self.folder}, seccomp=seccomp,
            environment={"CONTAINER_NAME": CONTAINER, "PATCHBAY_PROFILE": profile}))
        return container, HookManager(hooks)

    def run_plugin(self, profile: str) -> Plugin:
        """Beside the hook sidecar, as overlays/plugin has it."""
        folder = self.room / f"plugin-{profile}"
        folder.mkdir()
        folder.chmod(0o777)
        path = "/var/run/kubevirt-plugin/patchbay/patchbay.sock"
        self.stack.enter_context(Container(
            image.bundle, self.pod.path, {"/var/run/kubevirt-plugin/patchbay": folder}, seccomp=PROFILE,
            environment={"PATCHBAY_PROFILE": profile, "PATCHBAY_PLUGIN_SOCKET": path}))
        return Plugin(folder / "patchbay.sock", path)

    def vmi(self, fixture: Path, binding: str) -> dict:
        vmi = json.loads((fixture / "vmi.json").read_text(encoding="utf-8"))
        nic = next(one for one in vmi["spec"]["domain"]["devices"]["interfaces"] if one["name"] == "data")
        nic["binding"]["name"] = binding
        if binding == "patchbay-dhcp":
            vmi["metadata"]["annotations"] = {"patchbay.io/networks": json.dumps({"data": {"addresses": [TOLD]}})}
        return vmi

    def asks(self, container: Container, manager: HookManager, profile: str, plugin: Plugin | None = None) -> None:
        """All that KubeVirt asks in a VM's life."""
        fixture = WITHOUT if profile == "patchbay-seed" else WITH_VOLUME
        vmi = self.vmi(fixture, profile)
        if profile == "patchbay":
            data = json.loads((fixture / "cloudinitdata.json").read_text(encoding="utf-8"))
            self.assertIn("192.168.0.62/26", manager.pre_cloud_init_iso(vmi, data)["NetworkData"])
        domain = manager.on_define_domain(vmi, (fixture / "domain.xml").read_text(encoding="utf-8"))
        self.assertIn(MAC, domain)
        if plugin:
            self.assertEqual(plugin.mutate_domain(vmi, domain), domain)
        answers = self.inspect()["panel"]["nics"][0]["port"]["answers"]
        self.assertEqual(answers, [TOLD.split("/")[0] if profile == "patchbay-dhcp" else "192.168.0.62"])
        manager.shutdown()
        self.assertEqual(container.wait(), 0, container.log_file.read_text())


class Hooks(SeccompCase):
    def test_each_profile_has_what_it_needs(self) -> None:
        for profile in ("patchbay", "patchbay-seed", "patchbay-dhcp"):
            with self.subTest(profile):
                container, manager = self.run_sidecar(profile)
                status = Path(f"/proc/{container.pid()}/status").read_text()
                self.assertIn(f"\nSeccomp:\t{SECCOMP_MODE_FILTER}\n", status)
                self.asks(container, manager, profile, self.run_plugin(profile))
                self.assertNotIn("not permitted", container.log_file.read_text())

    def test_the_seed_disc_is_the_same_as_without(self) -> None:
        discs = []
        for seccomp in (PROFILE, None):
            self.asks(*self.run_sidecar("patchbay-seed", seccomp), "patchbay-seed")
            discs.append((self.folder / SEED).read_bytes())
        self.assertIn(b"192.168.0.62/26", discs[0])
        self.assertEqual(discs[0], discs[1])


class Refused(SeccompCase):
    """Root with the capabilities, so that nothing but the profile is in the way of a program that is static."""

    def told(self, seccomp: Path | None) -> dict[str, str]:
        """What came of each of CALLS."""
        tools = self.room / "tools"
        tools.mkdir(exist_ok=True)
        run(["gcc", "-static", "-x", "c", "-o", tools / "calls", "-"], stdin=CALLS)
        with Container(image.bundle, self.pod.path, {"/tmp": tools}, user=0, seccomp=seccomp,
                       capabilities=["SYS_ADMIN", "SYS_CHROOT", "NET_RAW"], command=["/tmp/calls"]) as container:
            self.assertEqual(container.wait(), 0, container.log_file.read_text())
            return dict(line.split(": ") for line in container.log_file.read_text().splitlines())

    def test_what_the_sidecar_has_no_use_for(self) -> None:
        without = self.told(None)
        self.assertEqual(without, dict.fromkeys(without, "done"))
        allowed = {"a socket of AF_UNIX": "done", "memory to write": "done"}
        self.assertEqual(self.told(PROFILE), dict.fromkeys(without, "EPERM") | allowed)


if __name__ == "__main__":
    unittest.main()
