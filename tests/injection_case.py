"""What the injection tests share: patchbay called with hostile texts (lab/hostile_text.py), and each of its
outputs read by a parser that is not ours."""

import hashlib
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.hostile_text import read_json, read_yaml, shown_unsafely
from lab.paths import PROGRAMS, SOURCE

FIXTURE = SOURCE / "tests/fixtures/40-static-dual-stack"
OK, MALFORMED, REFUSED = 0, 65, 78  # sysexits.h


class InjectionCase(unittest.TestCase):
    def setUp(self) -> None:
        self.room = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.room / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))
        return path

    def patchbay(self, *words: str | Path, status: int = OK) -> subprocess.CompletedProcess:
        """Nothing on stderr drives a terminal, whatever was given."""
        done = subprocess.run([PROGRAMS / "patchbay", *words], capture_output=True, timeout=120, check=False,
                              cwd=self.room)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, done.stderr[:2000] + done.stdout[-2000:])
        self.assertEqual(shown_unsafely(done.stderr), [], done.stderr[:2000])
        return done

    def outputs(self, *words: str | Path, status: int = OK) -> tuple[dict, str]:
        """The same as JSON and YAML, and the table for people."""
        made = self.made(*words, status=status)
        self.assertEqual(read_yaml(self.patchbay(*words, "-o", "yaml", status=status).stdout), [made])
        table = self.patchbay(*words, "-o", "table", status=status).stdout
        self.assertEqual(shown_unsafely(table), [])
        return made, table

    def made(self, *words: str | Path, status: int = OK) -> dict:
        text = self.patchbay(*words, "-o", "json", status=status).stdout
        self.assertEqual(shown_unsafely(text), [])
        return read_json(text)


def digits(network: str) -> str:
    return hashlib.sha256(network.encode()).hexdigest()[:11]


class Vm:
    """A VM with a NIC for each network that is added, and its pod as patchbay-cni leaves it."""

    def __init__(self) -> None:
        self.vmi = json.loads((FIXTURE / "vmi.json").read_text(encoding="utf-8"))
        self.devices = self.vmi["spec"]["domain"]["devices"]
        self.devices["interfaces"], self.vmi["spec"]["networks"] = [], []
        self.links: list[dict] = []
        self.macs: dict[str, str] = {}  # by network

    def add(self, network: str, record: dict = {}, **interface) -> str:
        """Its MAC."""
        number = len(self.macs)
        mac = self.macs[network] = f"02:00:00:00:20:{number:02x}"
        self.devices["interfaces"].append({"name": network, "binding": {"name": "patchbay"}, **interface})
        self.vmi["spec"]["networks"].append({"name": network, "multus": {"networkName": network}})
        alias = {"v": 1, "mac": mac, "mtu": 1450, "ips": [f"10.9.{number}.2/24"], "backend": "redirect",
                 "why": "veth", **record}
        for prefix, kind, more in (("pod", "veth", {"mac": mac}), ("tap", "tun", {}),
                                   ("pb", "dummy", {"alias": json.dumps(alias)})):
            self.links.append({"name": prefix + digits(network), "kind": kind, "mtu": 1450,
                               "up": kind != "dummy", **more})
        return mac

    def annotate(self, **annotations: str) -> None:
        for key, text in annotations.items():
            self.vmi["metadata"]["annotations"][f"patchbay.io/{key}"] = text

    def cloud_init(self, kind: str = "cloudInitNoCloud", **source: str) -> None:
        self.vmi["spec"]["volumes"][1] = {"name": "cloudinitdisk", kind: source}

    def files(self, case: InjectionCase) -> tuple[str | Path, ...]:
        """What `render` and `verify` are given."""
        return ("-f", case.write("vmi.json", json.dumps(self.vmi)),
                "--pod", case.write("pod.json", json.dumps({"links": self.links})))
