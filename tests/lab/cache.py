"""What the lab makes once and keeps in build/lab."""

import tempfile
from collections.abc import Callable
from pathlib import Path


def kept(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, made by `make` where it is not there: beside it, and visible only when whole. Where two
    runs make it at once, the first one's stays."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        made = Path(work) / "made"
        make(made)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    return folder
