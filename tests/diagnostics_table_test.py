"""The tables of what patchbay says, of VMs in sidecar/README.md and of pods' interfaces in binding/README.md: every
diagnostic and error that the sources give is in one, and neither has one that they don't give."""

import os
import re
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("PATCHBAY_SOURCE", Path(__file__).parents[1]))
# README, its section: the folders whose findings are there.
TABLES = {("sidecar/README.md", "## Findings"): ("plan", "cloudinit", "domainxml", "sidecar"),
          ("binding/README.md", "## Messages"): ("binding",)}
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# A diagnostic anywhere on its way through the sidecar; the sidecar's own errors, too. Those of parsers are of one
# form, `WHERE: expected …, found …`, and have one row.
DIAGNOSTIC = re.compile(r"Severity::k(?:Note|Warning|Error)\b(?!\s*[:;)])")
ERRORS = {"sidecar": re.compile(r"(?:\bthrow Error|(?<!void )\bfail(?:_io)?)\("), "binding": re.compile(r"\bthrow Error\(")}
# Of a message's literals together; less is a helper that is handed its text.
SHORTEST = {"plan": 25, "cloudinit": 25, "domainxml": 25, "sidecar": 25, "binding": 20}


def functions(text: str) -> list[str]:
    """Bodies of functions and constants: what a line of one closing brace ends."""
    return re.split(r"^\}.*\n", text, flags=re.MULTILINE)


def statement(function: str, start: int) -> str:
    """From `start` to its semicolon, strings left out of the search."""
    rest = LITERAL.sub(lambda match: "x" * len(match.group()), function[start:])
    return function[start:start + (rest.find(";") + 1 or len(rest))]


def words(code: str) -> str:
    code = re.sub(r"//.*|^#include.*", "", code, flags=re.MULTILINE)
    return "".join(LITERAL.findall(code)).replace("\\\"", "\"")


def sites(folders: tuple[str, ...]) -> list[tuple[str, str]]:
    """(file, the literals of its message) of each."""
    found = []
    for folder in folders:
        patterns = [DIAGNOSTIC, *([ERRORS[folder]] if folder in ERRORS else [])]
        for file in sorted((SOURCE / folder).glob("*.cc")):
            if file.name in ("diagnostic.cc", "network_plan_json.cc"):  # the severities themselves
                continue
            for function in functions(file.read_text(encoding="utf-8")):
                for pattern in patterns:
                    for match in pattern.finditer(function):
                        text = words(statement(function, match.start()))
                        if len(text) < SHORTEST[folder]:  # its message was put together before
                            text = words(function)
                        if len(text) >= SHORTEST[folder]:
                            found.append((file.name, text))
    return found


def rows(readme: str, section: str) -> list[list[str]]:
    """The literal parts of each row's text, in which … stands for what differs."""
    text = (SOURCE / readme).read_text(encoding="utf-8").split(section + "\n", 1)[1]
    cells = re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)
    return [[part.strip() for part in cell.split("…") if part.strip()] for cell in cells]


def says(text: str, parts: list[str]) -> bool:
    return all(part in text for part in parts)


class DiagnosticsTables(unittest.TestCase):
    def test_have_every_finding(self) -> None:
        for (readme, section), folders in TABLES.items():
            table = rows(readme, section)
            missing = [f"{file}: {text}" for file, text in sites(folders)
                       if not any(says(text, parts) for parts in table)]
            self.assertEqual(missing, [], f"write a row for each into {readme}")

    def test_fail_for_a_finding_that_is_not_there(self) -> None:
        for (readme, section), folders in TABLES.items():
            self.assertFalse(any(says("a message that nobody ever wrote", parts)
                                 for parts in rows(readme, section)))
            self.assertGreater(len(sites(folders)), 40, folders)  # they are found at all

    def test_have_no_other(self) -> None:
        for (readme, section), folders in TABLES.items():
            texts = [text for _, text in sites(folders)]
            stale = [parts for parts in rows(readme, section) if not any(says(text, parts) for text in texts)]
            self.assertEqual(stale, [], readme)


if __name__ == "__main__":
    unittest.main()
