"""What cloud-init makes of userData, asked of its own code (lab.cloud_init_oracle unpacks it)."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from lab import cloud_init_oracle as oracle
from lab.process import run

# As UserDataProcessor and CloudConfigPartHandler take the text, and stages.update_event_enabled() the
# result, without an instance on disk.
_READ = """
import json, sys
from cloudinit import handlers, user_data, util
from cloudinit.event import userdata_to_events

def read(path):
    raw = open(path, "rb").read()
    message = user_data.convert_string(raw)
    kind = message.get_content_type()
    if kind == handlers.NOT_MULTIPART_TYPE:
        kind = handlers.type_from_starts_with(raw)
    if kind != "text/cloud-config":
        return {"kind": kind, "config": None, "events": []}
    config = util.load_yaml(raw, default={})
    events = userdata_to_events(config.pop("updates", {}))
    return {"kind": kind, "config": config,
            "events": sorted([scope.value, event.value] for scope in events for event in events[scope])}

json.dump([read(path) for path in json.load(sys.stdin)], sys.stdout)
"""


@dataclass(frozen=True)
class UserData:
    kind: str | None  # a MIME type; None: cloud-init ignores it
    config: dict | None  # a plain cloud-config's, but for `updates`; {} where it is broken
    events: list  # [scope, event] that `updates` asks for


def read(release: str, files: list[Path]) -> list[UserData]:
    modules = oracle.tree(release) / "usr/lib/python3/dist-packages"
    printed = run([oracle.PYTHON, "-c", _READ], stdin=json.dumps([str(file) for file in files]),
                  env={**os.environ, "PYTHONPATH": str(modules)})
    return [UserData(**one) for one in json.loads(printed)]
