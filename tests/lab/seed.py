"""The NoCloud disc as KubeVirt makes it (pkg/cloud-init, v1.9.0): label cidata, meta-data as JSON,
network-config only where there is some."""

import json
import tempfile
from pathlib import Path

from lab.process import run


def write_seed(cloud_init_data: dict, iso: Path) -> None:
    """`cloud_init_data`: CloudInitData with Go's field names, as PreCloudInitIso returned it."""
    files = {"user-data": cloud_init_data["UserData"],
             "meta-data": json.dumps(cloud_init_data["NoCloudMetaData"])}
    if cloud_init_data.get("NetworkData"):
        files["network-config"] = cloud_init_data["NetworkData"]
    with tempfile.TemporaryDirectory(prefix="patchbay-seed-") as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text)
        run(["xorriso", "-as", "mkisofs", "-quiet", "-volid", "cidata", "-joliet", "-rock",
             "-output", iso, *[Path(folder, name) for name in files]])
