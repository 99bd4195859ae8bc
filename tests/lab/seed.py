"""The cloud-init disc as KubeVirt makes it (pkg/cloud-init, v1.9.0): NoCloud with label cidata, ConfigDrive
with label config-2, its metadata as JSON, network configuration only where there is some."""

import json
import tempfile
from pathlib import Path

from lab.process import run

DISC = {"noCloud": "noCloud.iso", "configDrive": "configdrive.iso"}  # its file, by DataSource


def write_seed(cloud_init_data: dict, iso: Path) -> None:
    """`cloud_init_data`: CloudInitData with Go's field names, as PreCloudInitIso returned it."""
    if cloud_init_data["DataSource"] == "configDrive":
        label, folder = "config-2", "openstack/latest/"
        metadata, user, network = "meta_data.json", "user_data", "network_data.json"
        content = cloud_init_data["ConfigDriveMetaData"]
    else:
        label, folder = "cidata", ""
        metadata, user, network = "meta-data", "user-data", "network-config"
        content = cloud_init_data["NoCloudMetaData"]
    files = {metadata: json.dumps(content), user: cloud_init_data["UserData"]}
    if cloud_init_data.get("NetworkData"):
        files[network] = cloud_init_data["NetworkData"]
    with tempfile.TemporaryDirectory(prefix="patchbay-seed-") as root:
        Path(root, folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            Path(root, folder, name).write_text(text, encoding="utf-8")
        run(["xorriso", "-as", "mkisofs", "-quiet", "-volid", label, "-joliet", "-rock",
             "-output", iso, root])
