"""The image's bill of materials: SPDX 2.3 as JSON."""

import hashlib
import json
import re
from urllib.parse import quote

from linked import OURS, Component, expression, licences
from oci import File, timestamp

IMAGE = "SPDXRef-image"


def document(version: str, source: str, created: int, distribution: str, files: dict[str, File],
             programs: dict[str, list[Component]], own_name: str) -> bytes:
    """Describes an image of `files` and of this document itself, `own_name`, which no checksum covers. `programs`:
    the files that are programs, with what is linked into each; `source`: where ours comes from, a download location of
    the specification; `distribution`: Debian's code name of the release the rest comes from."""
    parts = sorted({part for linked in programs.values() for part in linked})
    relationships = [("SPDXRef-DOCUMENT", "DESCRIBES", IMAGE)]
    relationships += [(IMAGE, "CONTAINS", _id("file", name)) for name in sorted(files)]
    for program, linked in sorted(programs.items()):
        relationships.append((_id("file", program), "GENERATED_FROM", "SPDXRef-patchbay"))
        relationships += [(_id("file", program), "STATIC_LINK", _id("debian", part.name)) for part in linked]
    return json.dumps({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"patchbay-{version}",
        "documentNamespace": f"https://patchbay.io/spdx/patchbay-{version}-{_verification_code(files)}",
        "creationInfo": {"created": timestamp(created), "creators": [f"Tool: patchbay-{version}"]},
        "packages": [_image(version, files, programs, own_name), _ours(version, source),
                     *[_debian(part, distribution) for part in parts]],
        "files": [_file(name, file, programs.get(name)) for name, file in sorted(files.items())],
        "relationships": [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
                          for one, kind, other in relationships],
    }, indent=1).encode() + b"\n"


def _image(version: str, files: dict[str, File], programs: dict[str, list[Component]], own_name: str) -> dict:
    all_of_them = {OURS}.union(*[licences(linked) for linked in programs.values()])
    return _package(
        IMAGE, "patchbay-image", version, "NOASSERTION", expression(all_of_them), filesAnalyzed=True,
        primaryPackagePurpose="CONTAINER",
        packageVerificationCode={"packageVerificationCodeValue": _verification_code(files),
                                 "packageVerificationCodeExcludedFiles": [f"./{own_name}"]})


def _ours(version: str, source: str) -> dict:
    return _package("SPDXRef-patchbay", "patchbay", version, source, OURS, primaryPackagePurpose="SOURCE")


def _debian(part: Component, distribution: str) -> dict:
    version = quote(part.version, safe="")
    return _package(
        _id("debian", part.name), part.name, part.version,
        f"https://snapshot.debian.org/package/{part.name}/{version}/", part.licence,
        supplier="Organization: Debian", originator=_originator(part.maintainer), primaryPackagePurpose="LIBRARY",
        externalRefs=[{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{part.name}@{version}?arch=source&distro={distribution}"}])


def _package(identity: str, name: str, version: str, location: str, licence: str, **more: object) -> dict:
    return {"SPDXID": identity, "name": name, "versionInfo": version, "downloadLocation": location,
            "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
            **({} if "filesAnalyzed" in more else {"filesAnalyzed": False}), **more}


def _file(name: str, file: File, linked: list[Component] | None) -> dict:
    return {"SPDXID": _id("file", name), "fileName": f"./{name}",
            "fileTypes": ["TEXT" if linked is None else "BINARY"],
            "checksums": [{"algorithm": name.upper(), "checksumValue": hashlib.new(name, file.data).hexdigest()}
                          for name in ("sha1", "sha256")],
            "licenseConcluded": "NOASSERTION" if linked is None else expression(licences(linked)),
            "licenseInfoInFiles": ["NOASSERTION"],
            "copyrightText": "NOASSERTION"}


def _verification_code(files: dict[str, File]) -> str:
    """SPDX 2.3, 7.9.4."""
    sums = sorted(hashlib.sha1(file.data).hexdigest() for file in files.values())
    return hashlib.sha1("".join(sums).encode()).hexdigest()


def _originator(maintainer: str) -> str:
    """A Debian Maintainer field: "Name <address>"."""
    name, address = re.fullmatch(r"(.+) <(.+)>", maintainer).groups()
    return f"Person: {name} ({address})"


def _id(kind: str, name: str) -> str:
    """SPDX identifiers have letters, digits, dots and dashes only."""
    return f"SPDXRef-{kind}-{re.sub('[^A-Za-z0-9.-]', '-', name)}"
