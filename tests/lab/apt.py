"""What the lab asks of this machine's apt: packages to unpack beside, never to install."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from lab.process import LabError, run

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def debian_mirror() -> str:
    """The Debian mirror that apt uses here; what the lab fetches comes from there, too."""
    mirrors = run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
                   "Component: main", "Origin: Debian"]).split()
    mirror = next((uri for uri in mirrors if "security" not in uri), None)
    if mirror is None:
        raise LabError("apt knows no Debian mirror: run apt-get update")
    return mirror


def unpack(packages: Sequence[str], folder: Path, release: str | None = None) -> None:
    """Downloads `packages` and unpacks them into `folder`. With a `release` ("trixie",
    "bookworm-backports"), from there, by lists of our own: a foreign release stays foreign."""
    with tempfile.TemporaryDirectory(prefix="patchbay-apt-") as scratch:
        options = _lists_of(release, Path(scratch)) if release else []
        run(["apt-get", *options, "-o", "APT::Sandbox::User=root", "-q", "download", *packages],
            timeout=600, cwd=scratch)
        for package in Path(scratch).glob("*.deb"):
            run(["dpkg-deb", "-x", package, folder])


def newest_kernel(meta_package: str) -> str:
    """The version that a kernel meta package ("linux-image-amd64") stands for today."""
    depends = run(["apt-cache", "depends", meta_package]).split()
    versions = [word.removeprefix("linux-image-") for word in depends
                if word.startswith("linux-image-") and word != meta_package]
    if not versions:
        raise LabError(f"apt knows no {meta_package}; run apt-get update, or ./dev setup")
    return versions[0]


def _lists_of(release: str, scratch: Path) -> list[str]:
    """apt-get's options for lists of `release` alone, fetched into `scratch`."""
    sources = scratch / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {debian_mirror()} {release} main\n",
                       encoding="utf-8")
    options = []
    for name, folder in {"State::Lists": "lists", "Cache": "cache"}.items():
        (scratch / folder).mkdir()
        options += ["-o", f"Dir::{name}={scratch / folder}"]
    options += ["-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=/dev/null",
                "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none"]
    run(["apt-get", *options, "-q", "update"], timeout=300)
    return options
