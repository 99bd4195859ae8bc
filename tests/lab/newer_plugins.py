"""CNI plugins that Debian 12's package does not have yet: those of a later Debian, unpacked beside and never
installed. They are linked statically."""

from pathlib import Path

from lab.apt import unpack
from lab.cache import kept
from lab.paths import LAB_CACHE

RELEASE = "forky"  # the first with `tap`: 1.9.1
TYPES = ("tap",)


def plugin_directory() -> Path:
    tree = kept(LAB_CACHE / f"cni-{RELEASE}",
                lambda out: unpack(["containernetworking-plugins"], out, RELEASE))
    return tree / "usr/lib/cni"
