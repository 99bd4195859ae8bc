"""CEL as the API server evaluates it: a small program (cel/main.go) on cel-go, which Kubernetes itself uses,
built once by a Go that is unpacked beside and never installed. `python3 -m lab.cel` prepares it."""

import atexit
import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.apt import unpack
from lab.cache import kept
from lab.paths import LAB_CACHE
from lab.process import LabError, run, start, stop

RELEASE = "trixie"  # cel-go 0.18, which is between those of Kubernetes 1.30 (0.17) and 1.31 (0.20)
GO = "1.24"
PACKAGES = (f"golang-{GO}-go", f"golang-{GO}-src", "golang-github-google-cel-go-dev",
            "golang-github-antlr-antlr4-dev", "golang-github-stoewer-go-strcase-dev",
            "golang-golang-x-text-dev", "golang-golang-x-exp-dev", "golang-google-genproto-dev",
            "golang-google-protobuf-dev")
SOURCE = Path(__file__).parent / "cel"


def program() -> Path:
    """The evaluator of this source, built where it is not there yet."""
    text = (SOURCE / "main.go").read_bytes()
    return kept(LAB_CACHE / f"cel-{hashlib.sha256(text).hexdigest()[:12]}", _build) / "cel"


def evaluate(jobs: list[dict]) -> list[dict]:
    """For each {"variables", "expression", "input"} its {"value", "cost"}, or {"error"}."""
    evaluator = _evaluator()
    print(json.dumps(jobs), file=evaluator.stdin, flush=True)
    answer = evaluator.stdout.readline()
    if not answer:
        raise LabError(f"{program()} ended with {evaluator.wait()}")
    return json.loads(answer)


@functools.cache
def _evaluator() -> subprocess.Popen:
    process = start([program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(stop, process)
    return process


def _build(out: Path) -> None:
    """Go and its libraries are there only meanwhile: 430 MB."""
    out.mkdir()
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        unpack(PACKAGES, Path(scratch), RELEASE)
        root = Path(scratch) / f"usr/lib/go-{GO}"
        run([root / "bin/go", "build", "-o", out / "cel", "-ldflags=-s -w", "."],
            cwd=SOURCE, timeout=900,
            env={**os.environ, "GOROOT": str(root), "GOPATH": f"{scratch}/usr/share/gocode",
                 "GOCACHE": f"{scratch}/cache", "GO111MODULE": "off", "GOTOOLCHAIN": "local",
                 "GOFLAGS": "", "CGO_ENABLED": "0"})


if __name__ == "__main__":
    try:
        program()
    except LabError as problem:
        sys.exit(f"CEL: {problem}")
