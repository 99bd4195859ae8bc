"""kubectl, for what it does without a cluster: the oldest that the manifests are for and a new one, unpacked
beside and never installed. `python3 -m lab.kubectl` prepares them."""

import sys
from pathlib import Path

from lab.apt import unpack
from lab.cache import kept
from lab.paths import LAB_CACHE
from lab.process import LabError, run

RELEASES = {"bookworm": ("kubernetes-client", "1.20"), "trixie": ("kubectl/trixie", "1.32")}


def program(release: str) -> Path:
    package, version = RELEASES[release]
    return kept(LAB_CACHE / f"kubectl-{version}",
                lambda out: unpack([package], out, release)) / "usr/bin/kubectl"


def kustomize(release: str, folder: Path) -> str:
    """The YAML that `kubectl apply -k FOLDER` would apply."""
    return run([program(release), "kustomize", folder])


if __name__ == "__main__":
    try:
        for each in RELEASES:
            program(each)
    except LabError as problem:
        sys.exit(f"kubectl: {problem}")
