"""Small initrds: busybox, the modules a root file system needs, and an init script that loads them."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO


def loading_order(folder: Path, names: Iterable[str]) -> list[str]:
    """The modules `names` with what they need, the first to load first, as paths under `folder`
    (lib/modules/<version>, after depmod)."""
    needs = dict(line.split(":", 1) for line in (folder / "modules.dep").read_text().splitlines())
    paths = {Path(path).stem.removesuffix(".ko").replace("-", "_"): path for path in needs}
    order: list[str] = []
    for name in names:
        # modules.dep lists a module's needs with the first to load last.
        for path in [*reversed(needs[paths[name]].split()), paths[name]]:
            if path not in order:
                order.append(path)
    return order


def make_initrd(folder: Path, modules: list[str], init: str, initrd: Path) -> None:
    """`init` finds the `modules` of `folder` in /modules, their names in loading order in
    /modules/order, and empty folders to mount on: /proc, /sys, /dev, /root."""
    with tempfile.TemporaryDirectory(prefix="initrd-") as scratch:
        tree = Path(scratch)
        for name in ("bin", "modules", "proc", "sys", "dev", "root"):
            (tree / name).mkdir()
        shutil.copy("/bin/busybox", tree / "bin/busybox")
        for path in modules:
            shutil.copy(folder / path, tree / "modules")
        (tree / "modules/order").write_text("".join(f"{Path(path).name}\n" for path in modules))
        (tree / "init").write_text(init)
        (tree / "init").chmod(0o755)
        with initrd.open("wb") as archive:
            write_archive(tree, archive)


def with_files(initrd: Path, files: dict[str, str], out: Path) -> None:
    """`out`: that initrd and what guest_image.py's lays over the disk: texts by path, "etc/…"."""
    with tempfile.TemporaryDirectory(prefix="initrd-") as scratch, out.open("wb") as archive:
        tree = Path(scratch)
        for path, text in files.items():
            file = tree / "files" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        archive.write(initrd.read_bytes())
        archive.flush()
        write_archive(tree, archive)


def write_archive(tree: Path, archive: BinaryIO) -> None:
    names = "\n".join(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
    subprocess.run(["/bin/busybox", "cpio", "-o", "-H", "newc"], input=names.encode(), cwd=tree,
                   stdout=archive, stderr=subprocess.PIPE, check=True)
