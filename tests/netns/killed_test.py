"""kill -9 of patchbay-cni before each of its system calls that change something: the ADD, DEL or GC that
comes next knows what is left, and ends as if the killed call had not been. For one case every such call, for
the other backends and forms some of each. Several rooms at once: most of the time is the kernel's, which is in
no hurry to end a link."""

import signal
import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import takewhile

from lab.process import wait_until
from pod_case import everything
from wiring_case import CASES, PORT_CASES, Case, WiringCase, meddling

ROOMS = 4
# Messages, taps, sysctls; programs, which end with the process until a message hands one over.
EACH = {"sendmsg": 1, "ioctl": 1, "write": 1}
SOME = {"sendmsg": 11, "ioctl": 4, "write": 4, "bpf": 31}
Moments = list[tuple[str, range]]  # the number of the call before which it ends, by system call


def moments(strides: dict[str, int], first: int) -> Moments:
    return [(call, range(1 + first % stride, 999, stride)) for call, stride in strides.items()]


class Killed(unittest.TestCase):
    def test_before_every_change(self) -> None:
        self.in_rooms([(CASES[0], [(call, range(1 + room, 999, ROOMS)) for call in EACH])
                       for room in range(ROOMS)])

    def test_in_each_form_of_each_backend(self) -> None:
        self.in_rooms([(case, moments(SOME, 5 * number))
                       for number, case in enumerate(CASES[1:] + PORT_CASES)])

    def in_rooms(self, work: list[tuple[Case, Moments]]) -> None:
        with ThreadPoolExecutor(ROOMS) as threads:
            counts = [threads.submit(Room().kill_each, *each) for each in work]
            for (case, _), count in zip(work, counts):
                with self.subTest(case):
                    self.assertGreater(count.result(), 3)


class Room(WiringCase):
    """One case's node, pod and network."""

    maxDiff = None

    def kill_each(self, case: Case, moments: Moments) -> int:
        """How many calls it has killed."""
        self.case = case
        try:
            self.setUp()
            with self.network(case.plugin) as self.attachment:
                self.remember()
                return sum(1 for command in ("ADD", "DEL") for call, numbers in moments
                           for _ in takewhile(partial(self.kill_at, command, call), numbers))
        finally:
            self.doCleanups()

    def remember(self) -> None:
        """What the pod is with and without our part in it."""
        bare = kept(everything(self.pod))
        self.bare = {table: bare[table] for table in ("filters", "qdiscs")}
        self.call("ADD")
        self.wired = self.at_rest(made)
        self.call("DEL")
        self.unwired = self.at_rest(kept)
        self.begin()

    def at_rest(self, of: Callable[[dict], dict]) -> dict:
        """Once the kernel has made the addresses and routes of its own."""
        looks = [of(everything(self.pod))]

        def is_at_rest() -> bool:
            looks.append(of(everything(self.pod)))
            return looks[-1] == looks[-2]

        wait_until("the pod to be at rest", is_at_rest, 20, pause=0.3)
        return looks[-1]

    def begin(self) -> None:
        """As a network's plugin hands over, but for the routes."""
        self.pod.run("ip", "link", "set", self.attachment.pod_interface, "up")

    def kill_at(self, command: str, system_call: str, moment: int) -> bool:
        """Whether the call came as far. If so, all that may come next has been seen to end right."""
        where = f"{self.case}: {command} killed before its {system_call} {moment}"
        reached = self.kill(command, system_call, moment)
        if reached:
            self.call("ADD")
            self.call("CHECK")
            self.assert_becomes(self.wired, where, made)
            self.call("DEL")
            self.begin()
            self.kill(command, system_call, moment)
            if moment % 2:
                self.call("GC")
                self.assert_nothing_left_but_a_record_of_nobody(where)
        self.call("DEL")
        self.assert_unwired(where)
        self.begin()
        return reached

    def call(self, command: str) -> None:
        done = self.run_cni(command, self.attachment, self.case)
        self.assertEqual(done.returncode, 0, done)

    def kill(self, command: str, system_call: str, moment: int) -> bool:
        if command == "DEL":
            self.call("ADD")
        done = self.run_cni(command, self.attachment, self.case,
                            meddling(system_call, "signal=SIGKILL", moment))
        self.assertIn(done.returncode, (0, -signal.SIGKILL), done)
        return done.returncode != 0

    def assert_unwired(self, where: str) -> None:
        """The redirect that DEL leaves where a lease is to be released the next ADD takes away for one of its own,
        before which it may be killed: then nothing is at the interface, as its plugin made it."""
        now = everything(self.pod)
        is_bare = all(now[table] == self.bare[table] for table in self.bare)
        self.assert_becomes({**self.unwired, **(self.bare if is_bare else {})}, where, kept)

    def assert_nothing_left_but_a_record_of_nobody(self, where: str) -> None:
        """GC can't tell whose a record is that was not written to its end."""
        left = {link["ifname"] for link in self.pod.ip("link", "show")} - {"lo", self.attachment.pod_interface}
        self.assertEqual([name for name in left if not name.startswith(self.attachment.record)], [], where)


def made(shown: dict) -> dict:
    """Without the numbers, places and MACs that the kernel gives to links that are made."""
    for link in shown["links"] + shown["addresses"]:
        del link["ifindex"], link["address"]
        for data in link.get("linkinfo", {}).values():
            if isinstance(data, dict):
                data.pop("bridge_id", None)
                data.pop("root_id", None)
    return {table: sorted(rows, key=str) if isinstance(rows, list) else rows for table, rows in shown.items()}


def kept(shown: dict) -> dict:
    """Without what comes and goes as a link goes up and down: the flag, routes, the kernel's own addresses."""
    for link in shown["links"]:
        link["flags"] = sorted(set(link["flags"]) - {"UP"})
    shown["addresses"] = [(link["ifname"], address["local"], address["prefixlen"])
                          for link in shown["addresses"] for address in link["addr_info"]
                          if address["scope"] == "global"]
    del shown["routes"]
    return shown


if __name__ == "__main__":
    unittest.main()
