"""How many instructions the sidecar's work between question and answer takes, counted by callgrind: the same
whatever else the machine does, so that a regression shows."""

import json
import re
import tempfile
from pathlib import Path

from bench import vm_inputs
from bench.figures import Table
from lab.multus import hashed
from lab.paths import PROGRAMS
from lab.process import run

STAGES = ("parse VMI", "parse network-status", "plan", "domain XML", "networkData")
NICS = (1, 31)
FEW, MANY = 2, 7  # runs: what lies between is of the stage alone


def write_inputs(folder: Path, nics: int) -> None:
    names = vm_inputs.names(nics)
    texts = {"vmi.json": json.dumps(vm_inputs.vmi(nics)), "pod.json": json.dumps(pod(names)),
             "network-status.json": json.dumps(network_status(names)), "domain.xml": vm_inputs.domain(),
             "cloudinitdata.json": vm_inputs.cloud_init("data")}
    for name, text in texts.items():
        (folder / name).write_text(text)


def pod(names: list[str]) -> dict:
    """The fixture's, its network's three links once for each name, with addresses in the record."""
    made = json.loads((vm_inputs.FIXTURE / "pod.json").read_text())
    own = [link for link in made["links"] if link["name"].endswith(hashed(vm_inputs.NETWORK))]
    made["links"] = [link for link in made["links"] if link not in own]
    for number, name in enumerate(names, 1):
        mac = f"02:00:00:00:00:{number:02x}"
        for link in own:
            link = {**link, "name": link["name"].replace(hashed(vm_inputs.NETWORK), hashed(name)), "mac": mac}
            if "alias" in link:
                record = {**json.loads(link["alias"]), "mac": mac,
                          "ips": [f"10.{number}.0.62/24", f"fd00:{number}::62/64"],
                          "routes": [{"dst": f"172.{number}.0.0/16", "gw": f"10.{number}.0.1"}]}
                link["alias"] = json.dumps(record)
            made["links"].append(link)
    return made


def network_status(names: list[str]) -> list[dict]:
    return [{"name": f"default/{name}", "interface": "pod" + hashed(name), "mtu": 1500, "dns": {},
             "ips": [f"10.{number}.0.62", f"fd00:{number}::62"], "mac": f"02:00:00:00:00:{number:02x}"}
            for number, name in enumerate(names, 1)]


def counted(stage: str, folder: Path, runs: int) -> int:
    out = folder / "callgrind.out"
    run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", PROGRAMS / "stages", stage, folder,
         runs], timeout=600)
    return int(re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.MULTILINE)[1])


def measure(_: int) -> list[Table]:
    table = Table("Instructions", f"""Thousands of instructions of one run of a stage, for a VM with so
many NICs (callgrind: what {MANY} runs take more than {FEW}, each).""")
    for nics in NICS:
        with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
            folder = Path(name)
            write_inputs(folder, nics)
            for stage in STAGES:
                taken = (counted(stage, folder, MANY) - counted(stage, folder, FEW)) / (MANY - FEW)
                table.add(stage, vm_inputs.counted(nics), {"thousands": taken / 1e3})
    table.rows.sort(key=lambda row: STAGES.index(row.case))
    return [table]
