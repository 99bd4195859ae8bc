"""ADD and DEL over and over, in each form of each backend, and one sidecar through many boots: what is there at
the end that was not at the beginning. As a program: `./dev soak`; soak_test.py is its short form."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from itertools import accumulate, cycle
from pathlib import Path
from queue import SimpleQueue

from lab.hooks import HookManager
from lab.netns import RUN_NETNS
from lab.process import LabError, run, wait_until
from pod_case import everything, unreclaimable
from sidecar_case import SidecarCase
from wiring_case import CASES, PORT_CASES, Case, WiringCase

ROOMS = 4  # at once: most of the time is the kernel's, which is in no hurry to end a link
ALL_CASES = CASES + PORT_CASES
CYCLES, BOOTS = 10_000, 100
BATCH = 50  # cycles from an ADD of the network's own plugin, which takes longer than ours, to its DEL
# In all boots: malloc takes its memory where it finds it, gRPC one more thread where all are busy at a moment.
MOST_GROWTH = {"KiB of memory": 512, "threads": 2}
OURS = f"pb{os.getpid()}-"  # the names of our namespaces begin so, and are our container IDs
FOLDERS = ("/var/lib/cni", "/run/cni")


class Room(WiringCase):
    """A node, hosts and a pod in which one case after the other is done."""

    def setUp(self) -> None:
        super().setUp()
        self.programs: set[int] = set()  # IDs, which the kernel gives once

    def cycle(self, case: Case, cycles: int) -> None:
        with self.network(case.plugin) as attachment:
            for command in ("ADD", "DEL") * cycles:
                done = self.run_cni(command, attachment, case)
                self.assertEqual(done.returncode, 0, done)
                if command == "ADD" and case in PORT_CASES:
                    attached = json.loads(self.pod.run("bpftool", "-j", "net", "show"))[0]["tc"]
                    self.assertNotEqual(attached, [])
                    self.programs.update(each["id"] for each in attached)

    def count(self) -> Counter:
        """What is in its namespaces, and in the folders of libcni's cache and of host-local."""
        counts = Counter({"files in the caches": len(files(self.multus.room))})
        for shown in map(everything, (self.node, self.hosts, self.pod)):
            counts["addresses"] += sum(len(link["addr_info"]) for link in shown["addresses"])
            counts["filters"] += sum(text.count("filter ") for text in shown["filters"].values())
            counts.update({table: len(shown[table]) for table in ("links", "qdiscs", "routes", "rules")})
        return counts


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def count_shared(rooms: list[Room]) -> Counter:
    """What is ours of what the whole machine shares: others work there, too."""
    loaded = {each["id"] for each in json.loads(run(["bpftool", "-j", "prog", "show"]))}
    namespaces = [path for path in RUN_NETNS.iterdir() if path.name.startswith(OURS)]
    return Counter({"BPF programs": len(loaded & set().union(*(room.programs for room in rooms))),
                    "network namespaces": len(namespaces),
                    "processes": count_processes(namespaces),
                    "files on the node": sum(is_ours(path) for folder in FOLDERS for path in files(Path(folder)))})


def count_processes(namespaces: list[Path]) -> int:
    numbers, found = {path.stat().st_ino for path in namespaces}, 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            found += (process / "ns/net").stat().st_ino in numbers
    return found


def is_ours(file: Path) -> bool:
    with suppress(OSError):  # somebody else's, and gone
        return OURS in file.name or OURS.encode() in file.read_bytes()
    return False


@contextmanager
def opened_rooms() -> Iterator[list[Room]]:
    rooms = [Room() for _ in range(ROOMS)]
    try:
        for room in rooms:
            room.setUp()
        yield rooms
    finally:
        for room in rooms:
            room.doCleanups()


def count(rooms: list[Room]) -> Counter:
    """Once the kernel is done with what it does in its own time."""
    last, now = None, Counter()
    while now != last:
        last, now = now, Counter()
        for room in rooms:
            now.update(room.count())  # a sum would leave out what there is none of
        time.sleep(1.5)  # net/core/link_watch.c: a carrier is acted on once a second
    now.update(count_shared(rooms))
    return now


def do_cycles(cycles: int, batch: int, say: Callable[[str], None]) -> tuple[Counter, Counter]:
    """What there is before and after so many cycles, all cases taking turns."""
    free: SimpleQueue[Room] = SimpleQueue()

    def do_batch(case: Case, size: int) -> int:
        room = free.get()
        try:
            room.cycle(case, size)
        finally:
            free.put(room)
        return size

    with opened_rooms() as rooms, ThreadPoolExecutor(ROOMS) as threads:
        before = count(rooms)
        for room in rooms:
            free.put(room)
        batches = [threads.submit(do_batch, case, min(batch, cycles - done))
                   for case, done in zip(cycle(ALL_CASES), range(0, cycles, batch))]
        try:
            for done in accumulate(each.result() for each in as_completed(batches)):
                say(f"{done} of {cycles} cycles")
        finally:
            threads.shutdown(cancel_futures=True)
        with suppress(LabError):
            wait_until("what ends late", lambda: not leaked(before, count(rooms)), 20)
        return before, count(rooms)


def leaked(before: Counter, after: Counter) -> list[str]:
    return [name for name in after if after[name] - before[name] > MOST_GROWTH.get(name, 0)]


class Boots(SidecarCase):
    """One sidecar that is called again and again as KubeVirt calls it for a VM's boot, each call on a
    connection of its own."""

    environment = {"ASAN_OPTIONS": "quarantine_size_mb=0"}  # else it keeps what was freed

    def do_boots(self, boots: int, say: Callable[[str], None] = lambda text: None) -> tuple[Counter, Counter]:
        """What the sidecar has after the first boot and after the last."""
        try:
            self.setUp()
            self.attach("192.168.0.62/26")
            self.start_sidecar()
            self.boot()
            before = self.count()
            for number in range(1, boots):
                self.boot()
                if number % 10 == 9:
                    say(f"{number + 1} of {boots} boots")
            with suppress(LabError):
                wait_until("what ends late", lambda: not leaked(before, self.count()), 20)
            return before, self.count()
        finally:
            self.doCleanups()

    def boot(self) -> None:
        manager = HookManager(self.folder.parent)  # asks for Info
        manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
        once = manager.on_define_domain(self.vmi, self.domain)
        if manager.on_define_domain(self.vmi, once) != once:
            raise LabError("the second OnDefineDomain of a boot changed the domain")

    def count(self) -> Counter:
        process = Path("/proc", str(self.sidecar.pid))
        wait_until("the last connection's end", lambda: count_sockets(process) == 1)  # where it listens
        status = dict(line.split(":\t") for line in (process / "status").read_text().splitlines())
        return Counter({"files open": len(list((process / "fd").iterdir())),
                        "threads": int(status["Threads"]),
                        "KiB of memory": int(status["VmRSS"].split()[0]),
                        "files": len(files(self.room))})


def count_sockets(process: Path) -> int:
    count = 0
    for file in (process / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            count += os.readlink(file).startswith("socket:")
    return count


def table(title: str, before: Counter, after: Counter) -> str:
    rows = [f"{name:22}{before[name]:>10}{after[name]:>10}{after[name] - before[name]:>+8}"
            for name in after]
    return "\n".join([f"{title:22}{'before':>10}{'after':>10}", *rows])


def main(cycles: int) -> int:
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:7.0f} s  {text}", file=sys.stderr, flush=True)

    kernel_before = unreclaimable()
    before, after = do_cycles(cycles, BATCH, say)
    print(table(f"{cycles} cycles", before, after))
    print(f"{'KiB of kernel slab':22}{kernel_before:>10}{unreclaimable():>10}  (not reclaimable; it comes and goes)\n")
    first, last = Boots().do_boots(BOOTS, say)
    print(table(f"{BOOTS} boots", first, last))
    grown = leaked(before, after) + leaked(first, last)
    print(f"\nleaked: {', '.join(grown)}" if grown else "\nnothing leaked")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else CYCLES))
