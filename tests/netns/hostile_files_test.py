"""Files that patchbay-cni reads or writes are not what they should be: in libcni's cache, at the namespace's
path, in the folder that it installs itself to. It neither waits nor writes elsewhere, and says which file it
was. What hostile names do is injection_test.py's."""

import json
import os
import shutil
import subprocess
import threading
import unittest
from collections import Counter

from lab.multus import CniError
from lab.paths import PROGRAMS
from lab.process import run
from pod_case import MAC, PodCase, bridge, everything, static

IPS = ["192.168.0.62/26"]
MANY = 300  # calls, until both have been seen


class Cache(PodCase):
    """The cached result of the network, in root's own folder."""

    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.blue = self.multus.add_network(self.pod, "blue", bridge(static(*IPS)), mac=MAC)
        self.file = self.multus.cache_file(self.blue)
        self.aside = self.room / "aside"
        self.blue.binding_interface = "net1"
        self.blue.binding_nad = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                                 "patchbay": {"cacheDirs": [str(self.multus.cache)]}}
        self.pod.settle()

    def assert_refused(self, *words: str) -> None:
        before = everything(self.pod)
        with self.assertRaises(CniError) as caught:
            self.multus.call_binding("ADD", self.blue)
        said = f"{caught.exception.text} {caught.exception.answer.get('details', '')}"
        for word in (str(self.file), *words):
            self.assertIn(word, said)
        self.assertEqual(everything(self.pod), before)

    def test_what_is_no_regular_file_is_refused_at_once(self) -> None:
        def link(to: str) -> None:
            self.file.symlink_to(to)

        for what, make in {"FIFO": lambda: os.mkfifo(self.file), "folder": self.file.mkdir,
                           "device": lambda: link("/dev/zero"), "terminal": lambda: link("/dev/ptmx"),
                           "to a FIFO": lambda: (os.mkfifo(self.aside), link(str(self.aside)))}.items():
            with self.subTest(what):
                self.file.unlink()
                make()
                self.assert_refused("no regular file")
                if self.file.is_dir() and not self.file.is_symlink():
                    self.file.rmdir()
                    self.file.touch()

    def test_links_that_lead_nowhere_or_round_are_named(self) -> None:
        for to, word in (("/nonexistent", "No such file"), (self.file.name, "symbolic links")):
            with self.subTest(to):
                self.file.unlink()
                self.file.symlink_to(to)
                self.assert_refused(word)

    def test_a_link_to_the_result_is_the_result(self) -> None:
        shutil.move(self.file, self.aside)
        self.file.symlink_to(self.aside)
        self.multus.call_binding("ADD", self.blue)
        self.assertEqual(self.record(self.blue)["ips"], IPS)

    def test_too_much_is_not_read_to_its_end(self) -> None:
        with self.file.open("ab") as file:
            file.truncate(1 << 40)  # a hole: nothing is written
        self.assert_refused("larger than 4 MiB")

    def test_replaced_all_the_time_it_is_one_or_the_other(self) -> None:
        """As libcni writes it, and by a rename: half of a file is an error that names it, never a record."""
        whole = self.file.read_bytes()
        stop = threading.Event()

        def replace() -> None:
            while not stop.is_set():
                self.aside.write_bytes(whole)
                os.replace(self.aside, self.file)
                self.file.write_bytes(whole[:len(whole) // 2])

        thread = threading.Thread(target=replace)
        thread.start()
        try:
            seen = Counter()
            while seen.total() < 30 or len(seen) < 2 and seen.total() < MANY:
                try:
                    self.multus.call_binding("ADD", self.blue)
                    self.assertEqual(self.record(self.blue)["ipam"], "static")
                    self.multus.call_binding("DEL", self.blue)
                    seen["record"] += 1
                except CniError as error:
                    self.assertIn(str(self.file), f"{error.text} {error.answer.get('details', '')}")
                    seen["error"] += 1
            self.assertEqual(seen.keys(), {"record", "error"})
        finally:
            stop.set()
            thread.join()


class NamespacePath(PodCase):
    def test_what_is_no_namespace_is_refused_and_del_is_done(self) -> None:
        fifo, link, folder = (self.room / name for name in ("fifo", "link", "folder"))
        os.mkfifo(fifo)
        link.symlink_to(fifo)
        folder.mkdir()
        for path in (fifo, link, folder, "/dev/null", "/proc/self/ns/mnt", f"{self.pod.path}/../x"):
            with self.subTest(path):
                self.make_call("DEL", path)
                with self.assertRaises(CniError) as caught:
                    self.make_call("ADD", path)
                self.assertEqual(caught.exception.code, 100)
                self.assertIn(str(path), caught.exception.text)

    def test_inspect_waits_for_no_fifo(self) -> None:
        fifo = self.room / "fifo"
        os.mkfifo(fifo)
        for paths in (["--netns", fifo], ["--netns", self.pod.path, "--node-netns", fifo]):
            with self.subTest(paths):
                done = subprocess.run([PROGRAMS / "patchbay", "inspect", *paths], text=True, capture_output=True,
                                      timeout=20, check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(str(fifo), done.stderr)

    def make_call(self, command: str, path: object) -> None:
        config = {"cniVersion": "1.0.0", "name": "n", "type": "patchbay",
                  "args": {"cni": {"logicNetworkName": "blue"}}}
        done = subprocess.run(
            [PROGRAMS / "patchbay-cni"], input=json.dumps(config), text=True, capture_output=True, timeout=20,
            check=False, env={"CNI_COMMAND": command, "CNI_CONTAINERID": "c", "CNI_IFNAME": "net1",
                              "CNI_NETNS": str(path)})
        if done.returncode != 0:
            raise CniError("patchbay", command, done.returncode, done.stdout, done.stderr)


class Install(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = self.room / "bin"
        self.folder.mkdir()
        self.victim = self.room / "victim"
        self.victim.write_text("mine")

    def install(self) -> None:
        run([PROGRAMS / "patchbay-cni", "install", self.folder])

    def assert_installed(self) -> None:
        self.assertEqual([path.name for path in self.folder.iterdir()], ["patchbay"])
        self.assertFalse((self.folder / "patchbay").is_symlink())
        self.assertEqual((self.folder / "patchbay").read_bytes(), (PROGRAMS / "patchbay-cni").read_bytes())
        self.assertEqual(self.victim.read_text(), "mine")

    def test_a_link_or_fifo_in_the_plugins_place_is_replaced(self) -> None:
        (self.folder / "patchbay").symlink_to(self.victim)
        self.install()
        self.assert_installed()
        (self.folder / "patchbay").unlink()
        os.mkfifo(self.folder / "patchbay")
        self.install()
        self.assert_installed()

    def test_links_in_the_drafts_place_are_not_followed(self) -> None:
        """The draft is named after the process; somebody makes links for all that come next."""
        with subprocess.Popen(["true"]) as process:
            last = process.pid
        for pid in range(last, last + 2000):
            (self.folder / f".patchbay-{pid}").symlink_to(self.victim)
        self.install()
        self.assertEqual(self.victim.read_text(), "mine")
        self.assertLess(len(list(self.folder.glob(".patchbay-*"))), 2000)
        for path in self.folder.glob(".patchbay-*"):
            path.unlink()
        self.assert_installed()

    def test_a_full_disk_leaves_the_old_one_and_no_draft(self) -> None:
        script = ('mount -t tmpfs -o size=1m none "$1" && cd "$1" && echo the old one >patchbay && '
                  '! "$0" install "$1" && ls -A && cat patchbay')
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script, PROGRAMS / "patchbay-cni", self.folder],
            text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "patchbay\nthe old one\n"), done)
        self.assertIn("No space left on device", done.stderr)


if __name__ == "__main__":
    unittest.main()
