"""patchbay-sidecar in a pod's namespace as KubeVirt runs it: user 107 without any capability reads
what patchbay-cni has parked, and answers KubeVirt's hooks with it."""

import unittest
from pathlib import Path

from lab.hooks import HookError
from pod_case import MAC
from sidecar_case import NETWORK, SidecarCase

PASST_SIDECAR_KB = 19_700  # resident, KubeVirt v1.9.0's own passt sidecar


class SidecarInPod(SidecarCase):
    def test_hands_the_parked_addresses_to_the_guest(self) -> None:
        self.attach("192.168.0.62/26", "fd00::62/64")
        manager = self.start_sidecar()
        status = Path(f"/proc/{self.sidecar.pid}/status").read_text()
        self.assertIn("\nUid:\t107\t107\t107\t107\n", status)
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertIn(f"\n{kind}:\t0000000000000000\n", status)

        data = manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
        pod_network = self.pod.link("eth0")["address"]
        for expected in ("192.168.0.62/26", "fd00::62/64", "10.0.0.0/8", MAC, pod_network):
            self.assertIn(expected, data["NetworkData"])
        self.assertTrue(data["UserData"].startswith("#cloud-config\nupdates:\n"), data["UserData"])
        self.assertEqual(data, {**self.cloud_init, "NetworkData": data["NetworkData"],
                                "UserData": data["UserData"]})
        first = manager.on_define_domain(self.vmi, self.domain)
        self.assertIn(MAC, first)
        self.assertEqual(manager.on_define_domain(self.vmi, first), first)

        manager.shutdown()
        self.assertEqual(self.sidecar.wait(timeout=60), 0)
        self.assertEqual(list(self.folder.iterdir()), [])
        summaries = [line["networks"] for line in self.log() if "networks" in line]
        self.assertEqual(len(summaries), 3)
        self.assertIn("192.168.0.62/26 (record)", summaries[0])
        self.assertNotIn("fedora", self.log_file.read_text())  # userData

    def test_a_long_record_is_read_whole(self) -> None:
        addresses = [f"192.168.{n}.62/24" for n in range(40)]
        self.attach(*addresses)
        data = self.start_sidecar().pre_cloud_init_iso(self.vmi, self.cloud_init)
        for address in addresses:
            self.assertIn(f'"{address}"', data["NetworkData"])

    def test_a_pod_without_the_network_is_refused_with_its_name(self) -> None:
        manager = self.start_sidecar()
        with self.assertRaises(HookError) as caught:
            manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
        self.assertIn(f'"{NETWORK}"', caught.exception.details)
        self.assertIn("patchbay-cni", caught.exception.details)

    def test_costs_less_than_kubevirts_own_sidecar(self) -> None:
        self.attach("192.168.0.62/26")
        manager = self.start_sidecar()
        manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
        for _ in range(3):
            manager.on_define_domain(self.vmi, self.domain)
        resident, own = self.kilobytes("VmRSS"), self.kilobytes("RssAnon")
        print(f"resident {resident} kB, of it its own {own} kB")
        self.assertLess(resident, PASST_SIDECAR_KB)
        self.assertLess(own, 2_000)

    def kilobytes(self, name: str) -> int:
        status = Path(f"/proc/{self.sidecar.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))


if __name__ == "__main__":
    unittest.main()
