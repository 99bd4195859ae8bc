"""What the unit and netns tests run of our code: `python3 -m lab.coverage begin` before them, `report` behind
them, with PATCHBAY_BIN the programs of preset coverage. Clang counts into mapped files, whose path is in the
programs: one that is killed has counted, and so has one in a pod's namespaces. What is lost:
tests/coverage.md."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from lab.paths import PROGRAMS, SOURCE
from lab.process import LabError, run

TREE = PROGRAMS.parent
COUNTERS, REPORT = TREE / "counters", TREE / "report"
OURS = ("plan", "binding", "binding/responder", "domainxml", "cloudinit", "sidecar", "cli")
NOT_OURS = rf"^(/usr|{re.escape(str(SOURCE))}/(tests|build))/"
MET = ("lines", "branches")


def programs() -> list[Path]:
    return sorted(file for file in PROGRAMS.iterdir() if os.access(file, os.X_OK))


def begin() -> None:
    """No count yet, and files that whoever runs a program may count in."""
    shutil.rmtree(COUNTERS, ignore_errors=True)
    COUNTERS.mkdir()
    COUNTERS.chmod(0o1777)
    for program in programs():
        word = "--gtest_list_tests" if program.name.endswith("_test") else "--version"
        subprocess.run([program, word], stdin=subprocess.DEVNULL, capture_output=True, check=False, umask=0)


def report() -> None:
    shutil.rmtree(REPORT, ignore_errors=True)
    REPORT.mkdir()
    merged = TREE / "counters.profdata"
    run(["llvm-profdata", "merge", "-sparse", *COUNTERS.glob("*.profraw"), "-o", merged])
    first, *others = programs()
    common = [first, *(word for each in others for word in ("-object", each)), "-instr-profile", merged,
              "-ignore-filename-regex", NOT_OURS]
    run(["llvm-cov", "show", *common, "-format=html", "-show-branches=count", "-output-dir", REPORT / "html"],
        timeout=600)
    (REPORT / "files.txt").write_text(run(["llvm-cov", "report", *common], timeout=600), encoding="utf-8")
    summary = json.loads(run(["llvm-cov", "export", *common, "-summary-only"], timeout=600))["data"][0]
    (REPORT / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    (REPORT / "uncovered.txt").write_text("".join(uncovered(run(["llvm-cov", "show", *common], timeout=600))),
                                          encoding="utf-8")
    print(table(summary["files"]), end="")
    print(f"\n{REPORT}: html/index.html; files.txt; summary.json; uncovered.txt, each line that no test runs")


def uncovered(shown: str) -> Iterable[str]:
    """Of what `llvm-cov show` prints, the lines with no count: "FILE:LINE: TEXT"."""
    file = ""
    for line in shown.splitlines():
        columns = line.split("|", 2)
        if len(columns) < 3:
            file = line[:-1] if line.endswith(":") and line.startswith("/") else file
        elif columns[1].strip() == "0":
            yield f"{Path(file).relative_to(SOURCE)}:{columns[0].strip()}:{columns[2]}\n"


def table(files: list[dict]) -> str:
    """Of each folder, and of all."""
    counts: dict[str, dict] = {folder: defaultdict(int) for folder in (*OURS, "all")}
    for file in files:
        folder = str(Path(file["filename"]).parent.relative_to(SOURCE))
        for name in (folder, "all"):
            for met in MET:
                counts[name][met] += file["summary"][met]["count"]
                counts[name][f"{met} run"] += file["summary"][met]["covered"]
    rows = [f"{'':18}{'lines':>8}{'run':>8}{'':>8}{'branches':>10}{'run':>8}"]
    for name, count in counts.items():
        cells = [(count[met], count[f"{met} run"]) for met in MET]
        rows.append(f"{name:18}" + "  ".join(f"{there:8}{met:8}{100 * met / max(there, 1):7.1f}%"
                                             for there, met in cells))
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    try:
        {"begin": begin, "report": report}[sys.argv[1]]()
    except LabError as problem:
        sys.exit(f"coverage: {problem}")
