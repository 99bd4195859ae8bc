"""Texts that somebody would write into a name or a value to have it taken for something else, and what
any output must be whatever was written into it. All judges are others' parsers."""

import json
import unicodedata
import xml.etree.ElementTree as ElementTree

import yaml

# Of texts that every format can hold as data.
HARMLESS = {
    "quotes": "a\"b'c\"\"",
    "element": '</interface><interface type="bridge"><source bridge="br0"/>',
    "attribute": '" managed="yes',
    "CDATA": "]]><x>",
    "comment": "--><x/><!--",
    "entity": "&lt;&amp;&#0;&#x41;&lol;",
    "mapping": "a: b",
    "flow": "}, {evil: [1]",
    "anchor": "&a *a",
    "tag": "!!python/object/apply:os.system [id]",
    "merge key": "<<",
    "comment sign": "# no comment",
    "directive": "%YAML 1.1",
    "end of document": "---",
    "block": "- |",
    "yes": "yes",
    "null": "null",
    "tilde": "~",
    "float": "1e3",
    "octal": "0o7",
    "base 60": "12:30:45",
    "date": "2001-01-01",
    "infinity": ".inf",
    "space": " a ",
    "template": "{{ ds.meta_data }}{% set a = 1 %}",
    "command": "$(touch pwned)`touch pwned`;touch pwned|touch pwned&touch pwned",
    "option": "--kubeconfig=x",
    "path": "../../../../tmp/pwned",
    "absolute path": "/tmp/pwned",
    "format": "%s%n%1$s{0}",
    "backslash": "\\x1b[2J\\n\\",
    "regular expression": "(a+)+$[",
    "wide": "\u540d\u524d-\U0001f600",
}
# Of texts that a format may have to refuse, or show as something else.
CONTROLS = {
    "line": "a\n  - evil: 1\n",
    "carriage return": "a\r\nevil: 1",
    "tab": "a\tb",
    "NUL": "a\0b\b",
    "title": "\x1b]0;evil\x07",
    "clear": "\x1b[2J\x1b[H",
    "C1": "\x9b2J\x85",
    "delete": "a\x7fb",
    "line separator": "a\u2028evil: 1\u2029",
    "override": "\u202eexe.txt\u202c",
    "isolate": "\u2066a\u2069\u061c\u200f",
    "zero width": "a\u200bb\u200dc\u2060d\ufefff",
    "tag characters": "a\U000e0041\U000e007f",
    "no character": "a\ufffe\uffffb",
    "no character above": "a\U0001ffffb",
}
LONG = "a" * 65536
ALL = {**HARMLESS, **CONTROLS}
DATA, OBEYED = " ".join(HARMLESS.values()), "".join(CONTROLS.values())


def shown_unsafely(text: str) -> list[str]:
    """The characters in it that a terminal obeys or nobody sees: all of Unicode's categories Cc, Cf, Zl, Zp
    and Cs and the last two of each plane, but for the end of a line."""
    return sorted({f"U+{ord(character):04X}" for character in text
                   if character != "\n" and (unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
                                             or ord(character) & 0xfffe == 0xfffe)})


def elements(xml: str) -> list[tuple[str, dict[str, str]]]:
    """Of one element and those in it: tag and attributes; the text between them is white space."""
    root = ElementTree.fromstring(xml)
    for element in root.iter():
        if (element.text or "").strip() or (element.tail or "").strip():
            raise AssertionError(f"text in the XML: {xml}")
    return [(element.tag, element.attrib) for element in root.iter()]


class _Strict(yaml.SafeLoader):
    """PyYAML with what cloud-init's has, and a key twice in a mapping is an error."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict:
    pairs = [(loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
             for key, value in node.value]
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AssertionError(f"a key twice: {[key for key, _ in pairs]}")
    return found


_Strict.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str) -> list:
    """All its documents."""
    return list(yaml.load_all(text, _Strict))


def read_json(text: str):
    def once(pairs):
        if len(dict(pairs)) != len(pairs):
            raise AssertionError(f"a key twice: {pairs}")
        return dict(pairs)
    return json.loads(text, object_pairs_hook=once)
