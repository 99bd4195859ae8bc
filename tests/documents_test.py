"""The documents point at what is there: files, headings, tests by their names."""

import os
import re
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("PATCHBAY_SOURCE", Path(__file__).parents[1]))
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")
FOLDERS = "binding|cli|cloudinit|domainxml|manifests|plan|sidecar|tests"
FILE = re.compile(rf"(?<![\w./-])((?:{FOLDERS})/[\w./-]*\w)")
TEST_NAME = re.compile(r"`(\w+)\.([A-Z]\w+|test_\w+)`")


def documents() -> dict[Path, str]:
    paths = [path for path in SOURCE.rglob("*.md")
             if not path.relative_to(SOURCE).parts[0].startswith((".", "build"))]
    return {path: path.read_text(encoding="utf-8") for path in paths}


def anchors(text: str) -> set[str]:
    """Those that code forges make of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def tests() -> set[tuple[str, str]]:
    """(suite, test) of GoogleTest, (class, method) of unittest."""
    found = set()
    for path in (SOURCE / "tests").rglob("*_test.cc"):
        found |= set(re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", path.read_text(encoding="utf-8"), re.MULTILINE))
    for path in (SOURCE / "tests").rglob("*_test.py"):
        for name, body in re.findall(r"^class (\w+)(.*?)(?=^\S|\Z)", path.read_text(encoding="utf-8"),
                                     re.MULTILINE | re.DOTALL):
            found |= {(name, test) for test in re.findall(r"def (test_\w+)", body)}
    return found


class Documents(unittest.TestCase):
    def assert_there(self, pattern: re.Pattern, is_there, fewest: int) -> None:
        named = [(path, match) for path, text in documents().items() for match in pattern.findall(text)]
        self.assertGreaterEqual(len(named), fewest)
        self.assertEqual([one for one in named if not is_there(*one)], [])

    def test_link_to_what_is_there(self) -> None:
        def is_there(path: Path, link: tuple[str, str]) -> bool:
            name, anchor = link
            target = path.parent / name if name else path
            return target.exists() and (not anchor or anchor in anchors(target.read_text(encoding="utf-8")))

        self.assert_there(LINK, is_there, 30)

    def test_name_files_that_are_there(self) -> None:
        self.assert_there(FILE, lambda _, name: (SOURCE / name).exists(), 60)

    def test_name_tests_that_are_there(self) -> None:
        known = tests()
        self.assertGreater(len(known), 800)
        self.assert_there(TEST_NAME, lambda _, name: name in known, 30)


if __name__ == "__main__":
    unittest.main()
