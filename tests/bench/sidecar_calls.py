"""patchbay-sidecar as user 107 without any capability: how soon it answers, what it keeps resident, and how
long its hooks take, each call on a connection of its own."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from bench import vm_inputs
from bench.figures import Aim, Table, in_turn, percentile
from bench.scene import Scene
from lab.hooks import generated_messages
from lab.netns import Namespace
from lab.paths import PROGRAMS
from lab.process import LabError, as_user_107, run, wait_until

NICS = (1, 8, 31)
STARTS, CALLS = 10, 200  # of each in a round
CROWD = 100
MANY_CALLS, STEP, REST = 100_000, 20_000, 6
INFO = "/kubevirt.hooks.info.Info/Info"
CALLBACKS = "/kubevirt.hooks.v1alpha3.Callbacks/"
HOOKS = {"Info": INFO, "PreCloudInitIso": CALLBACKS + "PreCloudInitIso",  # in KubeVirt's order
         "OnDefineDomain": CALLBACKS + "OnDefineDomain"}


class Sidecars:
    """Pods of a scene, and sidecars in them."""

    def __init__(self, scene: Scene, nics: tuple[int, ...]):
        self.scene = scene
        scene.room.chmod(0o755)
        self.program = shutil.copy(PROGRAMS / "patchbay-sidecar", scene.room)  # where user 107 has a way in
        self.client = shutil.copy(PROGRAMS / "hook_client", scene.room)
        scene.node.run("ip", "link", "add", "br1", "type", "bridge")
        self.pods = {count: vm_inputs.make_pod(scene, count) for count in nics}
        self.requests = {(hook, count): self.write(f"{hook}-{count}", request(hook, count))
                         for hook in HOOKS for count in nics}

    def write(self, name: str, content: bytes) -> Path:
        file = self.scene.room / name
        file.write_bytes(content)
        return file

    def folder(self, name: str) -> Path:
        made = self.scene.room / name
        made.mkdir()
        made.chmod(0o777)
        return made

    def start(self, pod: Namespace, name: str) -> "Sidecar":
        folder = self.folder(name)
        process = pod.start(*as_user_107(self.program, "--socket-dir", folder),
                            env={"PATCHBAY_PROFILE": "patchbay"}, stderr=subprocess.DEVNULL)
        socket = wait_until(f"the socket of {name}", lambda: next(folder.glob("*.sock"), None), pause=0.005)
        return Sidecar(self, process.pid, socket)

    def starts(self, count: int) -> list[float]:
        """ms from the start to the end of Info's answer."""
        folder = self.folder("starts")
        command = as_user_107(self.client, "start", folder, count, self.program, "--socket-dir", folder)
        printed = self.pods[1].run("env", "-i", "PATCHBAY_PROFILE=patchbay", *command)
        folder.rmdir()
        return milliseconds(printed)


class Sidecar:
    def __init__(self, all_of: Sidecars, pid: int, socket: Path):
        self.all_of, self.pid, self.socket = all_of, pid, socket

    def call(self, hook: str, nics: int, count: int = 1) -> list[float]:
        """ms of each; the last answer has to be of all NICs."""
        answer = self.all_of.scene.room / "answer"
        printed = run([self.all_of.client, "call", self.socket, HOOKS[hook], self.all_of.requests[hook, nics],
                       answer, count], timeout=600)
        text = answer.read_bytes()
        if hook != "Info" and any(name.encode() not in text for name in vm_inputs.names(nics)):
            raise LabError(f"{hook} for {nics} NICs answered {text[:200]!r} …")
        return milliseconds(printed)

    def memory(self) -> dict[str, float]:
        """kB."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        of = {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
        return {"RSS, kB": of["Rss"], "PSS, kB": of["Pss"],
                "private, kB": of["Private_Clean"] + of["Private_Dirty"]}

    def cpu(self) -> float:
        """ms of all its threads, those that have ended included; in steps of 10."""
        times = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) * 1e3 / os.sysconf("SC_CLK_TCK")

    def held(self) -> dict[str, float]:
        """At rest: what calls took is given back a moment after the last."""
        time.sleep(REST)
        process = Path(f"/proc/{self.pid}")
        return {**self.memory(), "threads": len(list((process / "task").iterdir())),
                "descriptors": len(list((process / "fd").iterdir()))}


def request(hook: str, nics: int) -> bytes:
    if hook == "Info":
        return b""
    vmi = json.dumps(vm_inputs.vmi(nics)).encode()
    messages = generated_messages()["hooks_v1alpha3"]
    if hook == "OnDefineDomain":
        message = messages.OnDefineDomainParams(domainXML=vm_inputs.domain().encode(), vmi=vmi)
    else:
        message = messages.PreCloudInitIsoParams(
            cloudInitNoCloudSource=vm_inputs.cloud_init("nocloudsource").encode(), vmi=vmi,
            cloudInitData=vm_inputs.cloud_init("data").encode())
    return message.SerializeToString()


def milliseconds(printed: str) -> list[float]:
    return [int(line) / 1e6 for line in printed.split()]


def latency(sidecars: Sidecars, rounds: int) -> Table:
    table = Table("Sidecar: time to answer", """ms. Start: from exec to the end of the answer to Info. A
hook: from connect() to the end of its answer, on a new connection each; the client is one of 200 lines
that writes HTTP/2 by hand. The sidecar's CPU is a mean over a turn's calls. The VM has so many NICs of
ours beside the pod network's; the pod's interfaces and records are the kernel's.""", tail=True)
    running = {nics: sidecars.start(sidecars.pods[nics], f"hooks{nics}") for nics in NICS}
    for nics, sidecar in running.items():
        sidecar.call("PreCloudInitIso", nics)  # always the first
    asked = [(hook, nics) for hook in HOOKS for nics in NICS if hook != "Info" or nics == 1]
    for round_ in range(rounds):
        for taken in sidecars.starts(STARTS):
            table.add("start", "exec to Info", {"ms": taken})
        for hook, nics in in_turn(asked, round_):
            began = running[nics].cpu()
            for taken in running[nics].call(hook, nics, CALLS):
                table.add(hook, vm_inputs.counted(nics), {"ms": taken})
            spent = running[nics].cpu() - began
            table.add(hook, vm_inputs.counted(nics), {"ms of the sidecar's CPU": spent / CALLS})
    table.aims = [Aim("exec to Info, ms", percentile(table.samples("start", "exec to Info", "ms"), 50), 4),
                  *(Aim(f"{hook}, {vm_inputs.counted(nics)}, p50 in ms",
                        percentile(table.samples(hook, vm_inputs.counted(nics), "ms"), 50), 0.5)
                    for hook, nics in asked)]
    return table


def memory(sidecars: Sidecars) -> Table:
    table = Table("Sidecar: memory", f"""kB of one process (/proc/PID/smaps_rollup): after Info, and after
each hook was called; one sidecar alone, and of each of {CROWD} at once, which share the program's pages.""")
    crowd: list[Sidecar] = []
    for count, way in ((1, "alone"), (CROWD, f"{CROWD} at once")):
        crowd += [sidecars.start(sidecars.pods[1], f"crowd{n}") for n in range(len(crowd), count)]
        for hooks, case in ((("Info",), "after Info"), (tuple(HOOKS), "after the hooks")):
            for sidecar in crowd:
                for hook in hooks:
                    sidecar.call(hook, 1)
            for sidecar in crowd:
                table.add(case, way, sidecar.memory())
    private = table.samples("after the hooks", f"{CROWD} at once", "private, kB")
    table.aims = [Aim(f"private kB each, {CROWD} at once", percentile(private, 50), 1500)]
    return table


def growth(sidecars: Sidecars) -> Table:
    table = Table("Sidecar: growth", """What one process holds after so many calls, half of them of Info,
a quarter of each hook, for one NIC.""")
    sidecar = sidecars.start(sidecars.pods[1], "growth")
    shares = {"Info": 2, "PreCloudInitIso": 1, "OnDefineDomain": 1}
    for done in range(0, MANY_CALLS + 1, STEP):
        for hook, share in shares.items():
            sidecar.call(hook, 1, (STEP if done else 1000) * share // 4)
        table.add(f"{done or 1000} calls", "", sidecar.held())
    first, last = (table.rows[n].samples["private, kB"][0] for n in (0, -1))
    table.aims = [Aim(f"private kB more after {MANY_CALLS} calls than after 1000", last - first, 0)]
    return table


def measure(rounds: int) -> list[Table]:
    with Scene() as scene:
        sidecars = Sidecars(scene, NICS)
        # Memory first, while there is no other sidecar beside.
        return [memory(sidecars), latency(sidecars, rounds), growth(sidecars)]
