"""The guest's end of kernel_guest.py: runs the tests of one file and writes down what came of them. Only
a whole verdict counts: it is renamed into its place when everything has run."""

import importlib
import json
import os
import sys
import unittest
from pathlib import Path


def main(verdict_file: str, script: str, *names: str) -> None:
    path = Path(script)
    sys.path.insert(0, str(path.parent))
    loader, module = unittest.defaultTestLoader, importlib.import_module(path.stem)
    tests = (loader.loadTestsFromNames(names, module) if names
             else loader.loadTestsFromModule(module))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    verdict = {"ran": result.testsRun, "skipped": len(result.skipped),
               "successful": result.wasSuccessful()}
    written = Path(verdict_file + ".part")
    written.write_text(json.dumps(verdict))
    os.rename(written, verdict_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
