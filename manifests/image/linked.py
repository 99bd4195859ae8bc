"""Which of Debian's packages are in a static program, by the linker's own map, and under which licences."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

# Of the parts that are linked, not of a package's tools and build files; read in each one's
# /usr/share/doc/*/copyright. A package that is missing here stops the build.
LICENCES = {
    "abseil": "Apache-2.0",
    "acl": "LGPL-2.1-or-later",
    "bzip2": "bzip2-1.0.6",
    "c-ares": "MIT",
    "elfutils": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "glibc": "LGPL-2.1-or-later",
    "grpc": "Apache-2.0 AND BSD-3-Clause",
    "jigit": "LGPL-2.1-or-later",
    "libbpf": "LGPL-2.1-only OR BSD-2-Clause",
    "libisofs": "GPL-2.0-or-later",
    "libnl3": "LGPL-2.1-only",
    "nettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "nlohmann-json3": "MIT",
    "protobuf": "BSD-3-Clause",
    "pugixml": "MIT",
    "yaml-cpp": "MIT",
    "zlib": "Zlib",
}
OURS = "Apache-2.0"
HEADERS_ONLY = ["nlohmann-json3-dev"]  # both programs are compiled with it, and no map shows it
# An archive's member or a start file, as GNU ld's -Map names it. Our own archives have no absolute path.
PART = re.compile(r"^(?:(/[^\s(]+\.a)\(|LOAD (/\S+\.o)$)", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Component:
    """A source package of Debian's."""

    name: str
    version: str
    maintainer: str
    licence: str  # an SPDX expression
    copyright: Path = field(compare=False)  # of one of its binary packages


def components(linker_map: Path) -> list[Component]:
    """What is in the program with that map, in the order of the names. ValueError for a package whose licence
    nobody has read yet."""
    found = PART.findall(linker_map.read_text(encoding="utf-8"))
    files = sorted({str(Path(archive or start).resolve()) for archive, start in found})
    if not files:
        raise ValueError(f"{linker_map} names no archive of the system: was the program linked statically?")
    packages = sorted({*_owners(files), *HEADERS_ONLY})
    return sorted({_component(package) for package in packages})


def licences(parts: list[Component]) -> set[str]:
    """Those of a program of ours with `parts` in it. Apache-2.0 goes with version 3 of the GPL and not with version 2,
    so a library under GPL-2.0-or-later makes the whole GPL-3.0-or-later; all others in LICENCES may be conveyed under
    that. Without one, each part keeps its own."""
    own = {part.licence for part in parts}
    return {"GPL-3.0-or-later"} if "GPL-2.0-or-later" in own else {OURS} | own


def expression(together: set[str]) -> str:
    """The SPDX expression of what is under all of these."""
    return " AND ".join(sorted(f"({one})" if " OR " in one else one for one in together))


def _owners(files: list[str]) -> list[str]:
    """The binary package of each file under /usr, which some packages still call by its name without /usr."""
    found = subprocess.run(["dpkg-query", "--search", *files, *[file.removeprefix("/usr") for file in files]],
                           capture_output=True, text=True, check=False).stdout
    owners = {"/usr" + name.removeprefix("/usr"): package
              for package, name in (line.split(": ") for line in found.splitlines())}
    if unknown := [file for file in files if file not in owners]:
        raise ValueError(f"no Debian package owns {', '.join(unknown)}, which are linked: of what licence are they?")
    return [owners[file] for file in files]


def _component(package: str) -> Component:
    fields = "${source:Package}\\n${source:Version}\\n${Maintainer}"
    name, version, maintainer = _run("dpkg-query", "--show", f"--showformat={fields}", package).split("\n")
    text = Path("/usr/share/doc", package.split(":")[0], "copyright").resolve()
    if name not in LICENCES:
        raise ValueError(f"{package} is linked, and LICENCES in {__file__} has no {name}: read {text} and add it")
    return Component(name, version, maintainer, LICENCES[name], text)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
