"""An OCI image (image-spec v1.1) in a tar, as bytes that depend on its contents alone: several images over one
layer, each under a reference of its own. What reads it: skopeo's and podman's oci-archive."""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime

CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
REFERENCE = "org.opencontainers.image.ref.name"


@dataclass(frozen=True)
class File:
    data: bytes
    mode: int = 0o644


@dataclass(frozen=True)
class Image:
    reference: str
    config: dict  # the spec's "config": User, Env, Entrypoint …
    annotations: dict[str, str]  # of the manifest, and the image's labels


def archive(files: dict[str, File], images: list[Image], architecture: str, created: int) -> bytes:
    """The tar of `images` for Linux on `architecture` (Go's name for it), all of root's `files`; `created`: seconds
    since 1970, the time of everything in it."""
    layer = _tar(files, created)
    blobs: dict[str, File] = {}

    def add(data: bytes, media_type: str, **more: object) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = File(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data), **more}

    # Nothing of the machine: no file name, no time, no system in gzip's header.
    packed = add(gzip.compress(layer, mtime=0), LAYER)
    platform = {"architecture": architecture, "os": "linux"}
    manifests = []
    for image in images:
        config = add(_json({
            **platform, "created": timestamp(created),
            "config": {**image.config, "Labels": image.annotations},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
            "history": [{"created": timestamp(created), "created_by": "./dev image"}],
        }), CONFIG)
        manifests.append(add(_json({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [packed],
            "annotations": image.annotations,
        }), MANIFEST, platform=platform, annotations={REFERENCE: image.reference}))
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
    return _tar({"oci-layout": File(_json({"imageLayoutVersion": "1.0.0"})),
                 "index.json": File(_json(index)), **blobs}, created)


def timestamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: dict) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _tar(files: dict[str, File], modified: int) -> bytes:
    """Root's `files` with the folders above them, in the order of their names."""
    folders = {str(folder) for name in files for folder in _above(name)}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(folders | files.keys()):
            entry = tarfile.TarInfo(name)
            entry.mtime = modified
            if name in folders:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
            else:
                entry.size, entry.mode = len(files[name].data), files[name].mode
                tar.addfile(entry, io.BytesIO(files[name].data))
    return out.getvalue()


def _above(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
