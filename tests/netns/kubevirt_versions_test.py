"""patchbay-sidecar in the layouts and environments of KubeVirt v1.5 to v1.9: several profiles in one pod,
the Plugin beside them and alone, network-status coming late, records of another version."""

import copy
import json
import subprocess
import unittest
from pathlib import Path

from lab.hooks import HookError, HookManager, Plugin
from lab.kubevirt import VERSIONS, Container, KubeVirt, project
from lab.multus import hashed
from lab.netns import veth
from lab.parked import record_text
from lab.paths import SOURCE
from lab.sidecar import leftovers
from pod_case import MAC, PodCase, bridge, static

FIXTURE = SOURCE / "tests/fixtures/12-nocloud-userdata"
NETWORK, SECOND = "data", "asks"
SECOND_MAC = "02:00:00:00:00:63"
SEED = "patchbay-seed/seed.iso"
# The program with a file where the kubelet makes one; prints what is in it afterwards.
TERMINATION_LOG = """
mount -t tmpfs tmpfs /dev
echo before > /dev/termination-log
chmod 666 /dev/termination-log
"$@"
cat /dev/termination-log
"""


class KubeVirtCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        veth(self.pod, "eth0", self.node, "pod-eth0")
        self.vmi = json.loads((FIXTURE / "vmi.json").read_text())
        self.domain = (FIXTURE / "domain.xml").read_text()
        self.cloud_init = json.loads((FIXTURE / "cloudinitdata.json").read_text())
        self.program = self.as_user_107("patchbay-sidecar")

    def attach(self, network: str = NETWORK, address: str = "192.168.0.62/26",
               mac: str = MAC):
        nad = {**bridge(static(address)), "name": f"{network}-net"}
        return self.multus.add_binding(self.multus.add_network(self.pod, network, nad, mac=mac))

    def bound_to(self, binding: str, *, volume: bool = True) -> dict:
        """The VMI with its one patchbay NIC bound so, with or without its cloud-init volume."""
        vmi = copy.deepcopy(self.vmi)
        interface = next(i for i in vmi["spec"]["domain"]["devices"]["interfaces"]
                         if i["name"] == NETWORK)
        interface["binding"] = {"name": binding}
        if not volume:
            vmi["spec"]["volumes"] = [each for each in vmi["spec"]["volumes"]
                                      if "cloudInitNoCloud" not in each]
        return vmi

    def with_second(self, binding: str) -> dict:
        vmi = copy.deepcopy(self.vmi)
        vmi["spec"]["domain"]["devices"]["interfaces"].append(
            {"name": SECOND, "binding": {"name": binding}})
        vmi["spec"]["networks"].append({"name": SECOND, "multus": {"networkName": SECOND}})
        return vmi

    def folder(self, *names: str) -> Path:
        path = self.room.joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o777)
        return path

    def container(self, kubevirt: KubeVirt, profile: str, **more) -> Container:
        """A hook sidecar as that KubeVirt makes it; the n-th one is hook-sidecar-n."""
        hooks = self.folder(kubevirt.version, "hooks")
        name = "" if kubevirt.flat else f"hook-sidecar-{len(list(hooks.iterdir()))}"
        container = Container(
            self.pod, self.program, self.room / f"{kubevirt.version}-{profile}.log", profile,
            hooks=hooks if kubevirt.flat else self.folder(kubevirt.version, "hooks", name), name=name,
            registration=profile if kubevirt.names_registration else "", **more)
        return self.stack.enter_context(container)

    def manager(self, kubevirt: KubeVirt, sidecars: int) -> HookManager:
        return HookManager(self.room / kubevirt.version / "hooks", sidecars, kubevirt.flat)

    def plugin(self, profile: str) -> tuple[Container, Plugin]:
        """A Plugin's container, in which no hook sidecars' folder is."""
        folder = self.folder("plugin")
        container = self.stack.enter_context(Container(
            self.pod, self.program, self.room / f"plugin-{profile}.log", profile, plugin=folder))
        return container, Plugin(folder / f"{profile}.sock", container.plugin_socket)

    def refused(self, call) -> HookError:
        with self.assertRaises(HookError) as caught:
            call()
        return caught.exception


class Versions(KubeVirtCase):
    def test_several_profiles_serve_one_vm_in_each(self) -> None:
        self.attach()
        self.attach(SECOND, "10.9.0.63/24", SECOND_MAC)
        for kubevirt in VERSIONS:
            with self.subTest(kubevirt.version):
                self.serves(kubevirt)

    def serves(self, kubevirt: KubeVirt) -> None:
        info = {"network": NETWORK, "mac": MAC, "mtu": 1500}
        pod_info = self.folder(f"{kubevirt.version}-podinfo")
        project(pod_info, "network-info", json.dumps({"interfaces": [
            {key: info[key] for key in ("network", *kubevirt.info_keys)}]}))
        both = [self.container(kubevirt, profile, pod_info=pod_info)
                for profile in ("patchbay", "patchbay-dhcp")]
        manager = self.manager(kubevirt, len(both))
        self.assertEqual(sorted(sidecar.name for sidecar in manager.sidecars),
                         ["patchbay", "patchbay-dhcp"])

        other = copy.deepcopy(self.vmi)  # nothing of ours in it: byte for byte
        for nics in (other["spec"]["domain"]["devices"]["interfaces"], other["spec"]["networks"]):
            nics[:] = [nic for nic in nics if nic["name"] != NETWORK]
        self.assertEqual(manager.pre_cloud_init_iso(other, self.cloud_init), self.cloud_init)
        self.assertEqual(manager.on_define_domain(other, self.domain), self.domain)

        vmi = self.with_second("patchbay-dhcp")
        data = manager.pre_cloud_init_iso(vmi, self.cloud_init)["NetworkData"]
        for expected in ("192.168.0.62/26", MAC, SECOND_MAC, self.pod.link("eth0")["address"]):
            self.assertIn(expected, data)
        self.assertNotIn("10.9.0.63", data)  # its guest asks
        domain = manager.on_define_domain(vmi, self.domain)
        for expected in (MAC, SECOND_MAC, "tap" + hashed(NETWORK), "tap" + hashed(SECOND)):
            self.assertIn(expected, domain)
        self.assertEqual(manager.on_define_domain(vmi, domain), domain)
        if kubevirt.plugins:
            container, plugin = self.plugin("patchbay")
            self.assertEqual(plugin.mutate_domain(vmi, domain), domain)
            stopped = container.process
            stopped.terminate()
            self.assertEqual(stopped.wait(timeout=60), 0)
        self.checks(kubevirt, both[0])

        manager.shutdown()
        for container in both:
            self.assertEqual(container.process.wait(timeout=60), 0, container.log_file.read_text())
        for container in both:  # in one folder, where it is flat
            self.assertEqual(leftovers(container.hooks), [])
            self.assertTrue(all(line["vmi"] == "default/vm-12-nocloud-userdata"
                                for line in container.log() if "hook" in line and
                                line["hook"] != "Shutdown"))
        warnings = [line["network"] for line in both[1].log() if line["level"] == "warning"]
        self.assertEqual(warnings, [SECOND])

    def checks(self, kubevirt: KubeVirt, container: Container) -> None:
        report = container.check()
        self.assertNotIn("PROBLEM", report)
        self.assertIn("192.168.0.62/26", report)
        for expected, wanted in (("KubeVirt v1.5", kubevirt.flat),
                                 (f"{NETWORK}: MAC {MAC}", "mac" in kubevirt.info_keys),
                                 ("not told (KubeVirt before v1.8)", "mac" not in kubevirt.info_keys),
                                 ("MTU 1500", "mtu" in kubevirt.info_keys),
                                 ("registered as binding patchbay", kubevirt.names_registration)):
            with self.subTest(expected):
                self.assertEqual(expected in report, wanted, report)

    def test_the_seed_disc_is_where_qemu_looks(self) -> None:
        self.attach()
        vmi = self.bound_to("patchbay-seed", volume=False)
        for kubevirt in (VERSIONS[0], VERSIONS[-1]):
            with self.subTest(kubevirt.version):
                container = self.container(kubevirt, "patchbay-seed")
                domain = self.manager(kubevirt, 1).on_define_domain(vmi, self.domain)
                below = "" if kubevirt.flat else "/hook-sidecar-0"
                self.assertIn(f"/var/run/kubevirt-hooks{below}/{SEED}", domain)
                self.assertIn(b"192.168.0.62/26", (container.hooks / SEED).read_bytes())


class TerminationLog(KubeVirtCase):
    def test_is_the_containers_own_and_no_persons(self) -> None:
        for arguments, expected in (((), "this version has no profile"), (("--chek",), "before")):
            with self.subTest(arguments):
                text = self.pod.run("unshare", "--mount", "sh", "-c", TERMINATION_LOG, "sh", "env",
                                    "PATCHBAY_PROFILE=x", *self.program, *arguments)
                self.assertIn(expected, text)


class PluginAlone(KubeVirtCase):
    def setUp(self) -> None:
        super().setUp()
        self.attach()

    def test_serves_the_seed_profile_whole(self) -> None:
        _, plugin = self.plugin("patchbay-seed")
        vmi = self.bound_to("patchbay-seed", volume=False)
        domain = plugin.mutate_domain(vmi, self.domain)
        self.assertIn(f"/var/run/kubevirt-plugin/patchbay/{SEED}", domain)
        self.assertIn(b"192.168.0.62/26", (self.room / "plugin" / SEED).read_bytes())
        self.assertIn(MAC, domain)
        self.assertEqual(plugin.mutate_domain(vmi, domain), domain)

    def test_completes_the_domain_as_a_hook_sidecar_does(self) -> None:
        self.container(VERSIONS[-1], "patchbay-dhcp")
        manager = self.manager(VERSIONS[-1], 1)
        _, plugin = self.plugin("patchbay-dhcp")
        vmi = self.bound_to("patchbay-dhcp")
        for file in sorted(FIXTURE.glob("domain*.xml")):
            with self.subTest(file.name):
                domain = file.read_bytes().decode()
                mutated = plugin.mutate_domain(vmi, domain)
                self.assertEqual(mutated, manager.on_define_domain(vmi, domain))
                self.assertIn(MAC, mutated)
                self.assertEqual(plugin.mutate_domain(vmi, mutated), mutated)

    def test_needs_a_hook_sidecar_beside_it_for_the_cloud_init_volume(self) -> None:
        _, plugin = self.plugin("patchbay")
        error = self.refused(lambda: plugin.mutate_domain(self.vmi, self.domain))
        self.assertIn("no hook sidecar of patchbay runs in this pod", error.details)
        newest = VERSIONS[-1]
        self.container(newest, "patchbay")
        manager = self.manager(newest, 1)
        # The hook sidecar is asked first, and says itself what is wrong where it was not.
        self.assertIn("has asked another",
                      self.refused(lambda: manager.on_define_domain(self.vmi, self.domain)).details)
        manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
        domain = manager.on_define_domain(self.vmi, self.domain)
        self.assertEqual(plugin.mutate_domain(self.vmi, domain), domain)

    def test_leaves_the_seed_disc_of_a_hook_sidecar_beside_it(self) -> None:
        newest = VERSIONS[-1]
        self.container(newest, "patchbay-seed")
        _, plugin = self.plugin("patchbay-seed")
        vmi = self.bound_to("patchbay-seed", volume=False)
        domain = self.manager(newest, 1).on_define_domain(vmi, self.domain)
        self.assertIn(f"/var/run/kubevirt-hooks/hook-sidecar-0/{SEED}", domain)
        self.assertEqual(plugin.mutate_domain(vmi, domain), domain)

    def test_refuses_domains_of_another_kind(self) -> None:
        _, plugin = self.plugin("patchbay-dhcp")
        error = self.refused(lambda: plugin.mutate_domain(self.vmi, self.domain, "cloud-hypervisor"))
        self.assertEqual(error.code.name, "UNIMPLEMENTED")
        self.assertIn('expected "libvirt", found "cloud-hypervisor"', error.details)


class NetworkStatus(KubeVirtCase):
    """A pod in which patchbay-cni had no part: a tap, and an on-link route beside it."""

    def setUp(self) -> None:
        super().setUp()
        nic, tap = "pod" + hashed(NETWORK), "tap" + hashed(NETWORK)
        veth(self.pod, nic, self.node, "pod-data")
        self.pod.run("ip", "tuntap", "add", tap, "mode", "tap", "user", "107")
        self.pod.run("ip", "route", "add", "192.168.0.0/26", "dev", nic)
        self.status = self.folder("status")
        project(self.status, "network-status", "")
        self.entry = {"name": "default/nad-data", "interface": nic, "ips": ["192.168.0.62"],
                      "dns": {}}
        self.container(VERSIONS[-1], "patchbay", status=self.status)
        self.hooks = self.manager(VERSIONS[-1], 1)

    def test_that_comes_late_is_read_when_kubevirt_tries_again(self) -> None:
        error = self.refused(lambda: self.hooks.pre_cloud_init_iso(self.vmi, self.cloud_init))
        self.assertEqual(error.code.name, "UNAVAILABLE")
        self.assertIn(f"what the pod got on {NETWORK},", error.details)
        project(self.status, "network-status", json.dumps([self.entry]))
        data = self.hooks.pre_cloud_init_iso(self.vmi, self.cloud_init)
        self.assertIn("192.168.0.62/26", data["NetworkData"])

    def test_is_what_render_takes_too(self) -> None:
        files = {"vmi.json": self.vmi, "pod.json": self.inspect(), "status.json": [self.entry]}
        for name, content in files.items():
            (self.room / name).write_text(json.dumps(content))
        vmi, pod, status = (self.room / name for name in files)
        rendered = json.loads(self.pod.run(*self.as_user_107("patchbay"), "render", "-f", vmi,
                                           "--pod", pod, "--network-status", status))
        data = next(each for each in rendered["plan"]["attachments"] if each["network"] == NETWORK)
        self.assertEqual(data["addresses"],
                         [{"address": "192.168.0.62/26", "source": "network-status"}])

    def test_without_a_prefix_anywhere_is_refused_with_what_to_write(self) -> None:
        project(self.status, "network-status",
                json.dumps([{**self.entry, "ips": ["172.16.0.62"]}]))
        error = self.refused(lambda: self.hooks.pre_cloud_init_iso(self.vmi, self.cloud_init))
        self.assertIn('"172.16.0.62/LENGTH"', error.details)
        self.assertIn("patchbay.io/networks", error.details)


class Skew(KubeVirtCase):
    """A record of another version of patchbay-cni than the sidecar's."""

    def test_a_newer_record_is_refused_and_a_poorer_one_is_taken(self) -> None:
        attachment = self.attach()
        written = json.loads(record_text(self.pod, attachment.record))
        container = self.container(VERSIONS[-1], "patchbay")
        manager = self.manager(VERSIONS[-1], 1)
        self.rewrite(attachment.record, {**written, "v": written["v"] + 1})
        error = self.refused(lambda: manager.pre_cloud_init_iso(self.vmi, self.cloud_init))
        for expected in (f'"{NETWORK}"', "expected record version 1, found 2", "install the same"):
            self.assertIn(expected, error.details)
        with self.assertRaises(subprocess.CalledProcessError) as caught:
            container.check()
        self.assertIn("PROBLEM  record", caught.exception.stdout)
        old = {key: written[key] for key in ("v", "mac", "mtu", "ips", "backend")}
        self.rewrite(attachment.record, old)
        data = manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
        self.assertIn("192.168.0.62/26", data["NetworkData"])
        self.rewrite(attachment.record, written)  # DEL reads it

    def rewrite(self, link: str, record: dict) -> None:
        text = json.dumps(record, separators=(",", ":"))
        self.assertLess(len(text), 256)
        self.pod.run("ip", "link", "set", link, "alias", text)


if __name__ == "__main__":
    unittest.main()
