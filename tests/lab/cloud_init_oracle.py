"""cloud-init's own renderers, of Debian 12 and 13, unpacked beside and never installed: what guests make
of the networkData that we write. `python3 -m lab.cloud_init_oracle` prepares them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from lab.apt import unpack
from lab.cache import kept
from lab.paths import LAB_CACHE
from lab.process import LabError, run

TREES = LAB_CACHE / "cloud-init"
RELEASES = ("bookworm", "trixie")  # cloud-init 22.4.2 and 25.1.4
# Each renderer with a distribution that uses it.
RENDERERS = {"networkd": "debian", "eni": "debian", "netplan": "debian", "sysconfig": "rhel",
             "network-manager": "rhel"}
NETPLAN_GENERATE = "/usr/libexec/netplan/generate"  # behind `netplan generate`, 20 times as fast
PYTHON = "/usr/bin/python3"  # Debian's, which has the modules that cloud-init imports

# Runs inside the unpacked tree: net-convert for many files in one process, 20 ms each instead of 500.
# It cuts a character off its distribution's settings each time, so they are set anew.
_CONVERT = """
import contextlib, copy, io, json, sys
from cloudinit import distros
from cloudinit.cmd.devel import net_convert

def convert(job):
    arguments = net_convert.get_parser().parse_args(
        ["-p", job["file"], "-k", job["kind"], "-d", job["out"], "-D", job["distro"], "-O", job["renderer"]]
        + [word for mac in job["macs"] for word in ("-m", mac)])
    distro = distros.fetch(job["distro"])
    settings = copy.deepcopy(distro.renderer_configs)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            net_convert.handle_args("net-convert", arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        distro.renderer_configs = settings
    return None

json.dump([convert(job) for job in json.load(sys.stdin)], sys.stdout)
"""


def tree(release: str) -> Path:
    """The unpacked package; fetched and unpacked on first use."""
    return kept(TREES / release, lambda out: unpack(["cloud-init"], out, release))


def prepare() -> None:
    for release in RELEASES:
        tree(release)


def schema(release: str, version: int) -> dict:
    """cloud-init's JSON schema of that version of network-config; 22.4.2 has none yet."""
    path = _modules(release) / f"cloudinit/config/schemas/schema-network-config-v{version}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def convert(release: str, files: dict[str, Path], out: Path) -> dict[tuple[str, str], Path | str]:
    """net-convert of each file by each renderer: (name, renderer) to the folder that the renderer
    filled, or to the text of the exception that it raised. A JSON file is a network_data.json, which
    names no NIC: each gets a name here, as a guest's kernel has one for it."""
    jobs = {(name, renderer): {"file": str(file), "out": str(out / renderer / name), "distro": distro,
                               "renderer": renderer, **_kind_of(file)}
            for name, file in files.items() for renderer, distro in RENDERERS.items()}
    printed = run([PYTHON, "-c", _CONVERT], stdin=json.dumps(list(jobs.values())),
                  env={**os.environ, "PYTHONPATH": str(_modules(release))})
    return {key: problem or Path(job["out"])
            for (key, job), problem in zip(jobs.items(), json.loads(printed), strict=True)}


def _kind_of(file: Path) -> dict:
    if file.suffix != ".json":
        return {"kind": "yaml", "macs": []}
    links = json.loads(file.read_text(encoding="utf-8"))["links"]
    return {"kind": "network_data.json",
            "macs": [f"nic{i},{link['ethernet_mac_address']}" for i, link in enumerate(links)]}


def netplan_generate(root: Path) -> Path:
    """What netplan makes of `root`/etc/netplan for systemd-networkd; its warnings are failures but for
    those about gateway4 and gateway6, which are written on purpose."""
    for file in (root / "etc/netplan").iterdir():
        file.chmod(0o600)  # as cloud-init does in a guest; netplan warns of others
    done = subprocess.run([NETPLAN_GENERATE, "--root-dir", str(root)], capture_output=True, text=True,
                          check=False)
    said = [line for line in done.stderr.splitlines()
            if line.strip() and not re.search("`gateway[46]` has been deprecated", line)
            and "See the 'Default routes' section" not in line]
    if done.returncode != 0 or said:
        raise LabError(f"netplan generate in {root} ended with {done.returncode}: {' '.join(said)}")
    return root / "run/systemd/network"


def _modules(release: str) -> Path:
    return tree(release) / "usr/lib/python3/dist-packages"


if __name__ == "__main__":
    try:
        prepare()
    except LabError as problem:
        sys.exit(f"cloud-init's renderers: {problem}")
