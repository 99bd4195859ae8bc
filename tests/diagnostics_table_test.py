"""The table of findings in sidecar/README.md: every diagnostic that a plan, its renderings or the sidecar can
give is in it, and it has none that the sources do not give."""

import os
import re
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("PATCHBAY_SOURCE", Path(__file__).parents[1]))
TABLE = SOURCE / "sidecar/README.md"
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# A diagnostic anywhere on its way through the sidecar; the sidecar's own errors, too. Those of parsers are of one
# form, `WHERE: expected …, found …`, and have one row.
DIAGNOSTIC = re.compile(r"Severity::k(?:Note|Warning|Error)\b(?!\s*[:;)])")
ERROR = re.compile(r"(?:\bthrow Error|(?<!void )\bfail)\(")
SHORTEST = 25  # of a message's literals together; less is a helper that is handed its text


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


def sites() -> list[tuple[str, str]]:
    """(file, the literals of its message) of each."""
    found = []
    for folder in ("plan", "cloudinit", "domainxml", "sidecar"):
        for file in sorted((SOURCE / folder).glob("*.cc")):
            if file.name in ("diagnostic.cc", "network_plan_json.cc"):  # the severities themselves
                continue
            for function in functions(file.read_text(encoding="utf-8")):
                for pattern in (DIAGNOSTIC, ERROR) if folder == "sidecar" else (DIAGNOSTIC,):
                    for match in pattern.finditer(function):
                        text = words(statement(function, match.start()))
                        if len(text) < SHORTEST:  # its message was put together before
                            text = words(function)
                        if len(text) >= SHORTEST:
                            found.append((file.name, text))
    return found


def rows() -> list[list[str]]:
    """The literal parts of each row's text, in which … stands for what differs."""
    section = TABLE.read_text(encoding="utf-8").split("## Findings", 1)[1]
    cells = re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE)
    return [[part.strip() for part in cell.split("…") if part.strip()] for cell in cells]


def says(text: str, parts: list[str]) -> bool:
    return all(part in text for part in parts)


class DiagnosticsTable(unittest.TestCase):
    def test_has_every_finding(self) -> None:
        table = rows()
        missing = [f"{file}: {text}" for file, text in sites()
                   if not any(says(text, parts) for parts in table)]
        self.assertEqual(missing, [], "write a row for each into sidecar/README.md")

    def test_fails_for_a_finding_that_is_not_there(self) -> None:
        self.assertFalse(any(says("a message that nobody ever wrote", parts) for parts in rows()))
        self.assertGreater(len(sites()), 60)  # they are found at all

    def test_has_no_other(self) -> None:
        texts = [text for _, text in sites()]
        stale = [parts for parts in rows() if not any(says(text, parts) for text in texts)]
        self.assertEqual(stale, [])


if __name__ == "__main__":
    unittest.main()
