"""patchbay-cni called by hand, as a runtime that speaks CNI 1.1.0 calls it: for what Debian's plugins and
the Multus of the lab don't do."""

import itertools
import json
import os
import subprocess
from collections.abc import Sequence

from lab.multus import CniError
from lab.paths import PROGRAMS
from pod_case import PodCase

_networks = itertools.count(1)


def own_network() -> str:
    """A CNI network's name that nobody else on this machine has: GC looks into every namespace."""
    return f"patchbay-test-{os.getpid()}-{next(_networks)}"


class VerbsCase(PodCase):
    def call(self, command: str, config: dict, under: Sequence[object] = (),
             **environment: str) -> str:
        """The call's stdout; CniError where it fails. `environment`: CNI_* beside the command."""
        done = subprocess.run(
            [*map(str, under), PROGRAMS / "patchbay-cni"], text=True, check=False, timeout=120,
            input=json.dumps({"cniVersion": "1.1.0", "type": "patchbay", **config}),
            capture_output=True, env={"PATH": os.environ["PATH"], "CNI_COMMAND": command,
                                      "CNI_PATH": "/usr/lib/cni", **environment})
        if done.returncode != 0:
            raise CniError("patchbay", command, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def refusal(self, command: str, *arguments: object, **options) -> CniError:
        with self.assertRaises(CniError) as caught:
            self.call(command, *arguments, **options)
        return caught.exception
