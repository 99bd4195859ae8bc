"""What `./dev image` runs: the programs of a build tree, their licences and bill of materials as one OCI archive with
a reference for each profile of patchbay-sidecar. The same programs give the same bytes, whatever their folder."""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

import oci
import spdx
from linked import OURS, Component, components, expression, licences
from oci import File

SOURCE = Path(__file__).resolve().parents[2]
PROGRAMS = ("patchbay-cni", "patchbay-sidecar")
PROFILES = ("patchbay", "patchbay-seed", "patchbay-dhcp")
SBOM = "patchbay.spdx.json"
COMMON_LICENCES = ("Apache-2.0", "GPL-2", "GPL-3", "LGPL-2", "LGPL-2.1", "LGPL-3")
NOTICE = """\
patchbay {version}, {revision}

The files of patchbay are under the Apache License 2.0, LICENSE in this folder.

{programs}
What is linked are these packages of Debian, unchanged. Each one's copyright file is in debian/ beside this
file, the licences' texts that those mention are in common/. The sources of patchbay-sidecar and patchbay-cni
are patchbay's own at the revision above, and of each package the version below, for as long as Debian keeps
them at https://snapshot.debian.org/package/NAME/VERSION/. Either program is linked anew, with a library that
you have changed, by `./dev build release` in patchbay's sources.

{packages}"""
PROGRAM_WITH_GPL = """\
/{program} contains {libraries}, under GPL-2.0-or-later. The Apache License 2.0 can be combined with
version 3 of the GPL, not with version 2: this program as a whole is under GPL-3.0-or-later.
"""
PROGRAM = """\
/{program} contains no library under the GPL: patchbay's own code in it stays under the Apache License 2.0, and each
library under its own licence.
"""


def main() -> None:
    options = _options()
    programs = {name: _stripped(options.build / "bin" / name) for name in PROGRAMS}
    linked = {name: components(options.build / f"{name}.map") for name in PROGRAMS}
    version = _cached(options.build, "CMAKE_PROJECT_VERSION")
    files = {**programs, **_licences(linked, version, options.revision)}
    location = f"git+{options.source}@{options.revision}" if options.source else "NOASSERTION"
    files[SBOM] = File(spdx.document(version, location, options.created, _distribution(), files, linked, SBOM))
    annotations = _annotations(version, options, linked)
    architecture = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True)
    archive = oci.archive(files, [_image(profile, annotations) for profile in PROFILES],
                          architecture.stdout.strip(), options.created)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(archive)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="a build tree with static programs")
    parser.add_argument("--output", type=Path, required=True, help="the archive to write")
    parser.add_argument("--created", type=int, required=True, help="SOURCE_DATE_EPOCH: seconds since 1970")
    parser.add_argument("--revision", required=True, help="the commit that was built")
    parser.add_argument("--source", help="URL of the repository with that commit")
    return parser.parse_args()


def _stripped(program: Path) -> File:
    with tempfile.NamedTemporaryFile(prefix="patchbay-") as out:
        subprocess.run(["strip", "--strip-all", "-o", out.name, program], check=True)
        data = Path(out.name).read_bytes()
    if str(SOURCE).encode() in data:
        raise ValueError(f"{program} contains {SOURCE}: built elsewhere it would be another")
    return File(data, 0o755)


def _cached(build: Path, name: str) -> str:
    """A variable of the build tree's CMake cache."""
    found = re.search(f"^{name}:[A-Z]+=(.*)$", (build / "CMakeCache.txt").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError(f"{build}/CMakeCache.txt has no {name}: configure it anew")
    return found[1]


def _distribution() -> str:
    return re.search("^VERSION_CODENAME=(.+)$", Path("/etc/os-release").read_text(encoding="utf-8"), re.MULTILINE)[1]


def _licences(linked: dict[str, list[Component]], version: str, revision: str) -> dict[str, File]:
    parts = sorted({part for one in linked.values() for part in one})
    texts = {"licenses/LICENSE": SOURCE / "LICENSE"}
    texts |= {f"licenses/debian/{part.name}": part.copyright for part in parts}
    texts |= {f"licenses/common/{name}": Path("/usr/share/common-licenses", name) for name in COMMON_LICENCES}
    notice = NOTICE.format(
        version=version, revision=revision,
        programs="\n".join(_about(name, linked[name]) for name in PROGRAMS),
        packages="".join(f"{part.name} {part.version}: {part.licence}\n" for part in parts))
    return {"licenses/NOTICE": File(notice.encode()),
            **{name: File(path.read_bytes()) for name, path in texts.items()}}


def _about(program: str, linked: list[Component]) -> str:
    libraries = ", ".join(part.name for part in linked if part.licence == "GPL-2.0-or-later")
    return (PROGRAM_WITH_GPL if libraries else PROGRAM).format(program=program, libraries=libraries)


def _annotations(version: str, options: argparse.Namespace, linked: dict[str, list[Component]]) -> dict[str, str]:
    known = {
        "title": "patchbay",
        "description": "KubeVirt network binding: the hook sidecar and the CNI plugin",
        "version": version,
        "revision": options.revision,
        "created": oci.timestamp(options.created),
        "licenses": expression({OURS}.union(*[licences(one) for one in linked.values()])),
        **({"source": options.source} if options.source else {}),
    }
    return {f"org.opencontainers.image.{key}": value for key, value in known.items()}


def _image(profile: str, annotations: dict[str, str]) -> oci.Image:
    config = {"User": "107:107", "Env": [f"PATCHBAY_PROFILE={profile}"], "Entrypoint": ["/patchbay-sidecar"]}
    return oci.Image(profile, config, {**annotations, "org.opencontainers.image.title": profile})


if __name__ == "__main__":
    main()
