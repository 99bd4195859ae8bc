"""Where things are: the source tree, the programs under test, and what the lab keeps."""

import os
from pathlib import Path

SOURCE = Path(os.environ.get("PATCHBAY_SOURCE", Path(__file__).resolve().parents[2]))
PROGRAMS = Path(os.environ.get("PATCHBAY_BIN", SOURCE / "build/dev/bin"))
LAB_CACHE = SOURCE / "build/lab"
LAB = SOURCE / "tests/lab"
