"""SPDX 2.3 as JSON: exactly the fields that the image's bill of materials uses, in the specification's own words, and
which licences there are, by Debian's copies of SPDX's lists. (Its JSON Schema is in no package of Debian's.)"""

import json
import re
from pathlib import Path

import jsonschema

from lab.schemas import BOOL, TEXT, fields, many, of


def matching(pattern: str) -> dict:
    return {"type": "string", "pattern": f"^({pattern})$"}


ID = matching("SPDXRef-[A-Za-z0-9.-]+")
AGENT = matching("(Person|Organization|Tool): .+")
SHA1 = matching("[0-9a-f]{40}")
CHECKSUM = {"oneOf": [fields(algorithm=of("SHA1"), checksumValue=SHA1),
                      fields(algorithm=of("SHA256"), checksumValue=matching("[0-9a-f]{64}"))]}
PACKAGE = fields(
    SPDXID=ID, name=TEXT, versionInfo=TEXT, downloadLocation=matching(r"NOASSERTION|(git\+)?https://\S+"),
    licenseConcluded=TEXT, licenseDeclared=TEXT, copyrightText=TEXT, filesAnalyzed=BOOL,
    primaryPackagePurpose=of("CONTAINER", "LIBRARY", "SOURCE"),
    optional={"supplier": AGENT, "originator": AGENT,
              "packageVerificationCode": fields(packageVerificationCodeValue=SHA1,
                                                packageVerificationCodeExcludedFiles=many(matching(r"\./.+"))),
              "externalRefs": many(fields(referenceCategory=of("PACKAGE-MANAGER"), referenceType=of("purl"),
                                          referenceLocator=matching(r"pkg:\S+")))})
FILE = fields(SPDXID=ID, fileName=matching(r"\./.+"), fileTypes=many(of("TEXT", "BINARY")), checksums=many(CHECKSUM),
              licenseConcluded=TEXT, licenseInfoInFiles=many(TEXT), copyrightText=TEXT)
RELATIONSHIP = fields(spdxElementId=ID, relatedSpdxElement=ID,
                      relationshipType=of("DESCRIBES", "CONTAINS", "GENERATED_FROM", "STATIC_LINK"))
DOCUMENT = fields(
    spdxVersion=of("SPDX-2.3"), dataLicense=of("CC0-1.0"), SPDXID=of("SPDXRef-DOCUMENT"), name=TEXT,
    documentNamespace=matching(r"https://[^\s#]+"),
    creationInfo=fields(created=matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), creators=many(AGENT)),
    packages=many(PACKAGE), files=many(FILE), relationships=many(RELATIONSHIP))


def mistakes(document: dict) -> list[str]:
    """What is not as the specification has it."""
    found = [f"{error.json_path}: {error.message}"
             for error in jsonschema.Draft202012Validator(DOCUMENT).iter_errors(document)]
    return found + [f"{one['SPDXID']}: no licence {name}" for one in [*document["packages"], *document["files"]]
                    for name in unknown_licences(one["licenseConcluded"])]


def unknown_licences(expression: str) -> list[str]:
    """The words of a licence expression (annex D) that are on no list."""
    licences, exceptions = [set(json.loads(Path(f"/usr/share/nodejs/{name}/index.json").read_text(encoding="utf-8")))
                            for name in ("spdx-license-ids", "spdx-exceptions")]
    unknown = []
    for term in re.split(r" AND | OR ", re.sub("[()]", "", expression)):
        licence, _, exception = term.partition(" WITH ")
        unknown += [licence] * (licence not in licences | {"NOASSERTION"})
        unknown += [exception] * (exception not in exceptions | {""})
    return unknown
