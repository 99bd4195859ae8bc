"""The image of `./dev image`, made of the programs under test: the same bytes from any folder, nothing in it but
what is meant, its bill of materials against its files, and both its programs in containers as strict pods run them.
No registry was asked."""

import copy
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from lab import spdx
from lab.container import MEMORY, Container, unpack
from lab.hooks import HookManager
from lab.netns import veth
from lab.paths import PROGRAMS, SOURCE
from lab.pod import QEMU_UID
from lab.process import run, wait_until
from pod_case import MAC, PodCase, bridge, static

FIXTURE = SOURCE / "tests/fixtures/12-nocloud-userdata"
SBOM = "patchbay.spdx.json"
PROFILES = {"patchbay", "patchbay-seed", "patchbay-dhcp"}
SOMEBODY = 1000  # who owns the folder of plugins on some distributions


def build(programs: Path, archive: Path) -> None:
    run(["/usr/bin/python3", "-B", SOURCE / "manifests/image/build.py", "--build", programs, "--output", archive,
         "--created", "1700000000", "--revision", "0123abc", "--source", "https://git.example/patchbay"])


def copy_of_tree(folder: Path) -> Path:
    """What an image needs of the build tree of the programs under test."""
    (folder / "bin").mkdir(parents=True)
    for name in ("bin/patchbay-cni", "bin/patchbay-sidecar", "patchbay-cni.map", "patchbay-sidecar.map",
                 "CMakeCache.txt"):
        shutil.copy2(PROGRAMS.parent / name, folder / name)
    return folder


class Image:
    """The one that all tests look at."""

    def __init__(self, room: Path):
        self.room = room
        self.archive = room / "image.tar"
        build(copy_of_tree(room / "tree"), self.archive)
        self.bundle = unpack(self.archive, "patchbay", room)
        self.root = self.bundle / "rootfs"
        self.files = {str(path.relative_to(self.root)): path for path in self.root.rglob("*") if not path.is_dir()}
        self.sbom = json.loads(self.files[SBOM].read_text(encoding="utf-8"))

    def inspect(self, profile: str, *options: str) -> dict:
        return json.loads(run(["skopeo", "--tmpdir", self.room, "inspect", *options,
                               f"oci-archive:{self.archive}:{profile}"]))


def image_for_module() -> Image:
    """For a setUpModule: it goes when the module's tests have run."""
    folder = tempfile.TemporaryDirectory(prefix="patchbay-image-")
    unittest.addModuleCleanup(folder.cleanup)
    return Image(Path(folder.name))


def setUpModule() -> None:
    global image
    image = image_for_module()


class Content(unittest.TestCase):
    def test_is_the_same_from_another_folder(self) -> None:
        other = image.room / "somewhere/else.tar"
        build(copy_of_tree(image.room / "somewhere/a longer name"), other)
        self.assertEqual(hashlib.sha256(image.archive.read_bytes()).hexdigest(),
                         hashlib.sha256(other.read_bytes()).hexdigest())

    def test_has_a_reference_for_each_profile_over_one_layer(self) -> None:
        seen = {}
        for profile in PROFILES:
            seen[profile] = image.inspect(profile)
            settings = image.inspect(profile, "--config")["config"]
            self.assertEqual(settings["Env"], [f"PATCHBAY_PROFILE={profile}"])
            self.assertEqual(settings["User"], f"{QEMU_UID}:{QEMU_UID}")
            self.assertEqual(settings["Entrypoint"], ["/patchbay-sidecar"])
            labels = {key.removeprefix("org.opencontainers.image."): value
                      for key, value in seen[profile]["Labels"].items()}
            self.assertEqual(labels["title"], profile)
            self.assertEqual(labels["revision"], "0123abc")
            self.assertEqual(labels["source"], "https://git.example/patchbay")
            self.assertEqual(labels["version"], run([PROGRAMS / "patchbay-sidecar", "--version"]).strip())
            self.assertIn("GPL-3.0-or-later", labels["licenses"])
        self.assertEqual(len({one["Digest"] for one in seen.values()}), len(PROFILES))
        self.assertEqual(len({layer for one in seen.values() for layer in one["Layers"]}), 1)
        self.assertLess(image.archive.stat().st_size, 25_000_000)

    def test_has_every_profile_that_the_sidecar_has(self) -> None:
        done = subprocess.run([PROGRAMS / "patchbay-sidecar"], env={"PATCHBAY_PROFILE": "another"}, text=True,
                              capture_output=True, check=False)
        listed = re.search("it has: ([a-z, -]+);", json.loads(done.stderr)["msg"])[1]
        self.assertEqual(set(listed.split(", ")), PROFILES)

    def test_has_the_programs_and_their_papers_only(self) -> None:
        programs = {"patchbay-cni", "patchbay-sidecar"}
        files = image.files
        papers = {"licenses/LICENSE", "licenses/NOTICE", SBOM}
        texts = {name for name in files if re.fullmatch("licenses/(common|debian)/[^/]+", name)}
        self.assertEqual(files.keys(), programs | papers | texts)
        for path in [image.root, *image.root.rglob("*")]:
            about = path.lstat()
            executable = path.is_dir() or path.name in programs
            self.assertEqual(stat.S_IMODE(about.st_mode), 0o755 if executable else 0o644, path)
            self.assertEqual((about.st_uid, about.st_gid), (0, 0), path)
            self.assertFalse(path.is_symlink(), path)

    def test_says_under_what_the_sidecar_is(self) -> None:
        notice = " ".join((image.root / "licenses/NOTICE").read_text(encoding="utf-8").split())
        self.assertIn("/patchbay-sidecar contains libisofs, under GPL-2.0-or-later.", notice)
        self.assertIn("this program as a whole is under GPL-3.0-or-later.", notice)
        self.assertIn("/patchbay-cni contains no library under the GPL", notice)
        installed = run(["dpkg-query", "--show", "--showformat=${source:Version}", "libisofs-dev"])
        self.assertIn(f"libisofs {installed}: GPL-2.0-or-later", notice)


class BillOfMaterials(unittest.TestCase):
    def test_covers_every_file_but_itself(self) -> None:
        stated = {file["fileName"].removeprefix("./"): {one["algorithm"]: one["checksumValue"]
                                                        for one in file["checksums"]} for file in image.sbom["files"]}
        found = {name: {algorithm: hashlib.new(algorithm, path.read_bytes()).hexdigest()
                        for algorithm in ("SHA1", "SHA256")}
                 for name, path in image.files.items() if name != SBOM}
        self.assertEqual(stated, found)
        sums = "".join(sorted(one["SHA1"] for one in found.values()))
        self.assertEqual(self.package("patchbay-image")["packageVerificationCode"], {
            "packageVerificationCodeValue": hashlib.sha1(sums.encode()).hexdigest(),
            "packageVerificationCodeExcludedFiles": [f"./{SBOM}"]})

    def test_keeps_the_rules_of_spdx(self) -> None:
        self.assertEqual(spdx.mistakes(image.sbom), [])
        elements = [image.sbom, *image.sbom["packages"], *image.sbom["files"]]
        identifiers = [element["SPDXID"] for element in elements]
        self.assertEqual(len(identifiers), len(set(identifiers)))
        related = [(one["spdxElementId"], one["relatedSpdxElement"]) for one in image.sbom["relationships"]]
        self.assertLessEqual({one for pair in related for one in pair}, set(identifiers))
        # Nothing is there without a reason.
        self.assertEqual({other for _, other in related}, set(identifiers) - {"SPDXRef-DOCUMENT"})

    def test_a_bill_that_breaks_them_is_found(self) -> None:
        broken = copy.deepcopy(image.sbom)
        broken["packages"][-1]["licenseConcluded"] = "MIT OR (GPL-2 AND Apache-2.0 WITH bad-luck)"
        broken["files"][0]["checksum"] = broken["files"][0].pop("checksums")
        found = "\n".join(spdx.mistakes(broken))
        for part in ("no licence GPL-2", "no licence bad-luck", "$.files[0]", "'checksums' is a required property"):
            self.assertIn(part, found)

    def test_concludes_the_licences_of_the_programs(self) -> None:
        concluded = {file["fileName"]: file["licenseConcluded"] for file in image.sbom["files"]}
        self.assertEqual(concluded["./patchbay-sidecar"], "GPL-3.0-or-later")
        self.assertIn("Apache-2.0", concluded["./patchbay-cni"].split(" AND "))
        self.assertNotIn("GPL-2.0-or-later", concluded["./patchbay-cni"].split(" AND "))

    def test_names_what_is_linked(self) -> None:
        linked = {program: {one["relatedSpdxElement"] for one in image.sbom["relationships"]
                            if (one["spdxElementId"], one["relationshipType"]) == (program, "STATIC_LINK")}
                  for program in ("SPDXRef-file-patchbay-cni", "SPDXRef-file-patchbay-sidecar")}
        both = {f"SPDXRef-debian-{name}" for name in ("gcc-12", "glibc", "libnl3", "nettle", "nlohmann-json3")}
        bpf = {f"SPDXRef-debian-{name}" for name in ("elfutils", "libbpf", "zlib")}
        self.assertEqual(linked["SPDXRef-file-patchbay-cni"], both | bpf)
        self.assertLess(both | {"SPDXRef-debian-grpc", "SPDXRef-debian-libisofs", "SPDXRef-debian-yaml-cpp"},
                        linked["SPDXRef-file-patchbay-sidecar"])
        for package in image.sbom["packages"]:
            if package["SPDXID"].startswith("SPDXRef-debian-"):
                self.assertTrue((image.root / "licenses/debian" / package["name"]).is_file(), package["name"])
                self.assertRegex(package["externalRefs"][0]["referenceLocator"],
                                 rf"^pkg:deb/debian/{re.escape(package['name'])}@\d[^?:]*\?arch=source&distro=\w+$")

    def package(self, name: str) -> dict:
        return next(one for one in image.sbom["packages"] if one["name"] == name)


class InAPod(PodCase):
    def test_the_sidecar_answers_with_no_privilege(self) -> None:
        self.make_bridge()
        veth(self.pod, "eth0", self.node, "pod-eth0")  # the pod network, for the masquerade NIC
        self.multus.add_binding(self.multus.add_network(self.pod, "data", bridge(static("192.168.0.62/26")), mac=MAC))
        hooks = self.room / "hooks"
        folder = hooks / "hook-sidecar-0"
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        vmi = json.loads((FIXTURE / "vmi.json").read_text(encoding="utf-8"))
        with Container(image.bundle, self.pod.path, {"/var/run/kubevirt-hooks": folder},
                       environment={"CONTAINER_NAME": "hook-sidecar-0"}) as container:
            pid = container.pid()
            self.assertEqual(container.memory_limit(), MEMORY)
            manager = HookManager(hooks)
            status = Path(f"/proc/{pid}/status").read_text()
            for line in ("Uid:\t107\t107\t107\t107", "Gid:\t107\t107\t107\t107", "NoNewPrivs:\t1",
                         *[f"Cap{kind}:\t0000000000000000" for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")]):
                self.assertIn(f"\n{line}\n", status)
            root = next(line.split() for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
                        if line.split()[4] == "/")
            self.assertIn("ro", root[5].split(","))
            self.assertEqual(manager.sidecars[0].name, "patchbay")
            cloud_init = json.loads((FIXTURE / "cloudinitdata.json").read_text(encoding="utf-8"))
            self.assertIn("192.168.0.62/26", manager.pre_cloud_init_iso(vmi, cloud_init)["NetworkData"])
            domain = manager.on_define_domain(vmi, (FIXTURE / "domain.xml").read_text(encoding="utf-8"))
            self.assertIn(MAC, domain)
            self.assertEqual(container.terminate(), 0, container.log_file.read_text())
        self.assertEqual(list(folder.iterdir()), [])

    def test_the_plugin_installs_itself(self) -> None:
        """As the DaemonSet's container does: root with the one capability, for the host's folder may be another's."""
        objects = yaml.safe_load_all((SOURCE / "manifests/base/daemonset.yaml").read_text(encoding="utf-8"))
        pod = next(one for one in objects if one["kind"] == "DaemonSet")["spec"]["template"]["spec"]
        [told] = pod["containers"]
        [mount] = told["volumeMounts"]
        host = self.room / "cni-bin"
        host.mkdir()
        os.chown(host, SOMEBODY, SOMEBODY)
        plugin = host / "patchbay"
        security = told["securityContext"]
        with Container(image.bundle, self.pod.path, {mount["mountPath"]: host}, command=told["command"],
                       user=security["runAsUser"], capabilities=security["capabilities"]["add"]) as container:
            container.pid()
            wait_until("the plugin", plugin.exists)
            self.assertEqual(container.terminate(), 0, container.log_file.read_text())
        self.assertEqual(list(host.iterdir()), [plugin])
        self.assertEqual(stat.S_IMODE(plugin.stat().st_mode), 0o755)
        self.assertEqual(plugin.read_bytes(), (image.root / "patchbay-cni").read_bytes())


if __name__ == "__main__":
    unittest.main()
