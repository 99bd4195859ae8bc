"""The fuzz targets of tests/fuzz: what they begin with, and how they run. `python3 -m lab.fuzz SECONDS [TARGET…]`
runs them by libFuzzer, one after the other (`./dev fuzz`); a finding is kept in build/fuzz/found."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.paths import PROGRAMS, SOURCE

CORPUS = SOURCE / "tests/fuzz/corpus"
FOUND = SOURCE / "build/fuzz/found"
# What is at hand beside a target's own corpus, as globs below tests/.
SEEDS = {
    "agent": [], "annotation": [], "cni_cache": [], "cni_config": [], "frames": [], "network_info": [],
    "network_status": [],
    "domain": ["fixtures/*/domain*.xml"],
    "import": ["fixtures/vsphere/*/*"],
    "network_data": ["cloudinit/merge/*/*"],
    "network_map": ["fixtures/vsphere/import/*/map.yaml"],
    "pod_state": ["fixtures/*/pod.json"],
    "record": [],
    "transcript": [],
    "vmi": ["fixtures/*/vmi.json"],
}
LONGEST = 20_000  # bytes of an input


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


def inputs(target: str) -> list[bytes]:
    tests = SOURCE / "tests"
    files = sorted((CORPUS / target).glob("*")) + [file for glob in SEEDS[target] for file in sorted(tests.glob(glob))]
    found = [file.read_bytes() for file in files if file.is_file()]
    if target == "record":
        found += [text for pod in sorted(tests.glob("fixtures/*/pod.json")) for text in aliases(pod)]
    if target == "annotation":
        found += [text for vmi in sorted(tests.glob("fixtures/*/vmi.json")) for text in annotations(vmi)]
    return found


def write_inputs(target: str, folder: Path) -> list[Path]:
    written = []
    for number, data in enumerate(inputs(target)):
        written.append(folder / f"{number:04}")
        written[-1].write_bytes(data)
    return written


def fuzz(target: str, seconds: int) -> bool:
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as room:
        grown, seeds = Path(room, "grown"), Path(room, "seeds")
        grown.mkdir()
        seeds.mkdir()
        write_inputs(target, seeds)
        done = subprocess.run([PROGRAMS / f"{target}_fuzz", f"-max_total_time={seconds}", f"-max_len={LONGEST}",
                               "-print_final_stats=1", "-rss_limit_mb=2048", "-timeout=10", "-close_fd_mask=1",
                               f"-artifact_prefix={FOUND}/{target}-", grown, seeds],
                              stderr=subprocess.PIPE, text=True, check=False)
        last = [line for line in done.stderr.splitlines() if line.startswith("#") or "number_of_executed" in line][-2:]
        print(f"{target}: {'; '.join(line.strip() for line in last)}", flush=True)
        if done.returncode != 0:
            print(done.stderr[-4000:], flush=True)
            return False
        keep(target, grown, seeds)
    return True


def keep(target: str, grown: Path, seeds: Path) -> None:
    """What adds to what the corpus reaches, for a person to look through and commit."""
    fresh = SOURCE / "build/fuzz/corpus" / target
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for file in seeds.iterdir():
        shutil.copy(file, fresh)
    subprocess.run([PROGRAMS / f"{target}_fuzz", "-merge=1", fresh, grown], stderr=subprocess.DEVNULL, check=True)
    for file in seeds.iterdir():
        (fresh / file.name).unlink()


def main(seconds: str, *targets: str) -> None:
    results = [fuzz(target, int(seconds)) for target in targets or sorted(SEEDS)]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
