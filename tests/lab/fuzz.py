"""The fuzz targets of tests/fuzz: what they begin with, and how they run. `python3 -m lab.fuzz SECONDS [TARGET…]`
runs them by libFuzzer, one after the other (`./dev fuzz`). What adds to their reach is kept in tests/fuzz/grown, a
finding in build/fuzz/found."""

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.paths import PROGRAMS, SOURCE

CORPUS = SOURCE / "tests/fuzz/corpus"
GROWN = SOURCE / "tests/fuzz/grown"
FOUND = SOURCE / "build/fuzz/found"
# What is at hand beside a target's own corpus, as globs below tests/.
SEEDS = {
    "agent": [], "annotation": [], "cni_cache": [], "cni_config": [], "frames": [], "network_info": [],
    "network_status": [],
    "cloud_init_data": ["fixtures/*/cloudinitdata.json"],
    "domain": ["fixtures/*/domain*.xml"],
    "import": ["fixtures/vsphere/*/*"],
    "manifest": ["../manifests/examples/*.yaml"],
    "network_data": ["cloudinit/merge/*/*"],
    "network_map": ["fixtures/vsphere/import/*/map.yaml"],
    "pod_state": ["fixtures/*/pod.json"],
    "record": [],
    "transcript": [],
    "vmi": ["fixtures/*/vmi.json"],
}
LONGEST = 20_000  # bytes of an input
LONGEST_KEPT = 2_000


def aliases(pod: Path) -> list[bytes]:
    """The records in the aliases of a fixture's pod."""
    links = json.loads(pod.read_text(encoding="utf-8"))["links"]
    texts: dict[str, str] = {}
    for link in links:
        if link["name"].startswith("pb"):
            texts[link["name"][:13]] = texts.get(link["name"][:13], "") + link.get("alias", "")
    return [text.encode() for text in texts.values()]


def annotations(vmi: Path) -> list[bytes]:
    found = json.loads(vmi.read_text(encoding="utf-8"))["metadata"].get("annotations", {})
    return [text.encode() for name, text in found.items() if name == "patchbay.io/networks"]


def by_hand(target: str) -> list[bytes]:
    tests = SOURCE / "tests"
    files = sorted((CORPUS / target).glob("*")) + [file for glob in SEEDS[target] for file in sorted(tests.glob(glob))]
    found = [file.read_bytes() for file in files if file.is_file()]
    if target == "record":
        found += [text for pod in sorted(tests.glob("fixtures/*/pod.json")) for text in aliases(pod)]
    if target == "annotation":
        found += [text for vmi in sorted(tests.glob("fixtures/*/vmi.json")) for text in annotations(vmi)]
    return found


def grown_file(target: str) -> Path:
    """What runs before have added, an input to a line in base64."""
    return GROWN / f"{target}.base64"


def grown(target: str) -> list[bytes]:
    file = grown_file(target)
    return [base64.b64decode(line, validate=True) for line in file.read_text().split()] if file.exists() else []


def write(inputs: list[bytes], folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    written = [folder / f"{number:05}" for number in range(len(inputs))]
    for file, data in zip(written, inputs, strict=True):
        file.write_bytes(data)
    return written


def fuzz(target: str, seconds: int) -> bool:
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as room:
        new, before, seeds = (Path(room, name) for name in ("new", "before", "seeds"))
        for folder, inputs in ((new, []), (before, grown(target)), (seeds, by_hand(target))):
            write(inputs, folder)
        done = subprocess.run([PROGRAMS / f"{target}_fuzz", f"-max_total_time={seconds}", f"-max_len={LONGEST}",
                               "-print_final_stats=1", "-rss_limit_mb=2048", "-timeout=10", "-close_fd_mask=1",
                               f"-artifact_prefix={FOUND}/{target}-", new, before, seeds],
                              stderr=subprocess.PIPE, text=True, check=False)
        last = [line for line in done.stderr.splitlines() if re.match(r"#\d|.*number_of_executed", line)][-2:]
        print(f"{target}: {'; '.join(line.strip() for line in last)}", flush=True)
        if done.returncode != 0:
            print(done.stderr[-4000:], flush=True)
            return False
        return keep(target, seeds, [before, new])


def keep(target: str, seeds: Path, more: list[Path]) -> bool:
    """The shortest of `more` that reach what nothing before them does, to be committed. libFuzzer's merge goes
    through all by size, the first folder's before; its control file has a line "COV" of each with the edges that
    are new (FuzzerMerge.cpp)."""
    with tempfile.TemporaryDirectory() as room:
        control, merged = Path(room, "control"), Path(room, "merged")
        shutil.copytree(seeds, merged)
        done = subprocess.run([PROGRAMS / f"{target}_fuzz", "-merge=1", f"-merge_control_file={control}", merged,
                               *more], stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            print(done.stderr[-4000:], flush=True)
            return False
        lines = control.read_text().splitlines()
    number, of_seeds = int(lines[0]), int(lines[1])
    files = lines[2:2 + number]
    reached = [words for words in map(str.split, lines[2 + number:]) if words[0] == "COV"]
    needed = [Path(files[int(index)]) for _, index, *edges in reached if edges and int(index) >= of_seeds]
    kept = [base64.b64encode(file.read_bytes()).decode() for file in needed if file.stat().st_size <= LONGEST_KEPT]
    GROWN.mkdir(exist_ok=True)
    grown_file(target).write_text("".join(f"{line}\n" for line in kept))
    return True


def main(seconds: str, *targets: str) -> None:
    results = [fuzz(target, int(seconds)) for target in targets or sorted(SEEDS)]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
