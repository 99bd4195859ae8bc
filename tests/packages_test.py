"""The Debian packages of `./dev packages`, made of the build tree under test: what is in them, that the program in
them runs, that manual and completion know every option that --help prints."""

import hashlib
import os
import pty
import re
import select
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import PROGRAMS, SOURCE
from lab.process import run

MANUALS = {"patchbay-cni": "usr/share/man/man8/patchbay-cni.8.gz", "patchbay": "usr/share/man/man1/patchbay.1.gz"}
DOCUMENTS = ("changelog.gz", "copyright")
# A terminal's answer to a completion: what stands on the line once it is entered.
PROMPT = "ready> "


def pack(room: Path) -> dict[str, Path]:
    """The packages by their names."""
    run(["cpack", "--config", PROGRAMS.parent / "CPackConfig.cmake", "-B", room],
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}, cwd=room)
    return {path.name.split("_")[0]: path for path in room.glob("*.deb")}


def setUpModule() -> None:
    global packages, tree
    room = tempfile.TemporaryDirectory(prefix="patchbay-packages-")
    unittest.addModuleCleanup(room.cleanup)
    (Path(room.name) / "out").mkdir()
    packages = pack(Path(room.name) / "out")
    tree = Path(room.name) / "tree"
    for package in packages.values():
        run(["dpkg-deb", "--extract", package, tree])


def help_of(*command: str) -> str:
    return run([tree / "usr/bin/patchbay", *command, "--help"])


def commands() -> list[str]:
    return re.findall(r"^  (\w+) ", help_of().split("Subcommands:")[1], re.MULTILINE)


def options(*command: str) -> set[str]:
    """Those that --help prints, without those that only its examples mention."""
    lines = [line for line in help_of(*command).splitlines() if re.match("  -", line)]
    return {word for line in lines for word in re.findall(r"(?<![\w-])--?\w[\w-]*", line.split(" ")[2])}


class Packages(unittest.TestCase):
    def field(self, package: str, name: str) -> str:
        return run(["dpkg-deb", "--field", packages[package], name]).strip()

    def contents(self, package: str) -> dict[str, str]:
        """Mode and owner of each file by its path."""
        lines = run(["dpkg-deb", "--contents", packages[package]]).splitlines()
        return {line.split(maxsplit=5)[5].removeprefix("./"): " ".join(line.split()[:2])
                for line in lines if not line.startswith("d")}

    def test_the_plugin_lies_where_debian_has_plugins(self) -> None:
        program = {"usr/lib/cni/patchbay": "-rwxr-xr-x root/root"}
        papers = [MANUALS["patchbay-cni"], "usr/share/lintian/overrides/patchbay-cni",
                  *[f"usr/share/doc/patchbay-cni/{name}" for name in DOCUMENTS]]
        self.assertEqual(self.contents("patchbay-cni"),
                         program | dict.fromkeys(papers, "-rw-r--r-- root/root"))
        self.assertEqual(self.field("patchbay-cni", "Depends"), "")  # static
        self.assertEqual((tree / "usr/lib/cni/patchbay").read_bytes(), (PROGRAMS / "patchbay-cni").read_bytes())

    def test_the_tool_comes_with_manual_and_completion(self) -> None:
        links = {"usr/bin/kubectl-patchbay -> patchbay": "lrwxrwxrwx root/root",
                 "usr/share/man/man1/kubectl-patchbay.1.gz -> patchbay.1.gz": "lrwxrwxrwx root/root"}
        papers = [MANUALS["patchbay"], "usr/share/bash-completion/completions/patchbay",
                  *[f"usr/share/doc/patchbay/{name}" for name in DOCUMENTS]]
        programs = dict.fromkeys(("usr/bin/patchbay", "usr/bin/kubectl_complete-patchbay"), "-rwxr-xr-x root/root")
        self.assertEqual(self.contents("patchbay"), programs | links
                         | dict.fromkeys(papers, "-rw-r--r-- root/root"))
        depends = self.field("patchbay", "Depends")
        self.assertRegex(depends, r"\blibc6 \(>= .*\blibyaml-cpp")
        self.assertNotIn("libisofs", depends)  # whose licence would be that of the whole program

    def test_say_who_they_are(self) -> None:
        version = run([tree / "usr/bin/patchbay", "--version"]).split()[1]
        for package in MANUALS:
            self.assertEqual(self.field(package, "Version"), version)
            self.assertEqual(self.field(package, "Architecture"), run(["dpkg", "--print-architecture"]).strip())
            changelog = run(["gzip", "-dc", tree / f"usr/share/doc/{package}/changelog.gz"])
            self.assertTrue(changelog.startswith(f"patchbay ({version}) "), changelog)

    def test_are_the_same_again(self) -> None:
        with tempfile.TemporaryDirectory(prefix="patchbay-packages-") as room:
            again = pack(Path(room))
            for name, package in packages.items():
                self.assertEqual(*[hashlib.sha256(one.read_bytes()).hexdigest() for one in (package, again[name])])

    def test_run_as_kubectl_plugin(self) -> None:
        self.assertEqual(run([tree / "usr/bin/kubectl-patchbay", "--version"]),
                         run([PROGRAMS / "patchbay", "--version"]))


class Manuals(unittest.TestCase):
    def rendered(self, package: str) -> str:
        done = subprocess.run(["man", "--warnings=all", "--local-file", tree / MANUALS[package]], text=True,
                              capture_output=True, check=True,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
        self.assertEqual(done.stderr, "")
        return re.sub("\x1b\\[[0-9;]*m|.\b", "", done.stdout)

    def test_know_every_option(self) -> None:
        text = self.rendered("patchbay")
        for command in commands():
            section = re.search(rf"(?m)^   {command}\n(?:    .*\n|\n)+", text)
            self.assertIsNotNone(section, command)
            known = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", section[0]))
            self.assertLessEqual(options(command) - {"-h", "--help"}, known, command)
        self.assertLessEqual(options(), set(re.findall(r"--?[a-z]+", text.split("Every command")[1])))

    def test_render(self) -> None:
        self.assertIn("patchbay install /opt/cni/bin", self.rendered("patchbay-cni"))


class Completion(unittest.TestCase):
    """In an interactive bash at a terminal, with the tabulator."""

    def setUp(self) -> None:
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        Path(room.name, "vm-of-ours.json").touch()
        process, self.terminal = pty.fork()
        if process == 0:
            os.chdir(room.name)
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"],
                      {"PATH": os.environ["PATH"], "TERM": "dumb", "PS1": PROMPT, "INPUTRC": "/dev/null",
                       "HISTFILE": "", "COLUMNS": "500", "LC_ALL": "C.UTF-8"})
        self.addCleanup(os.waitpid, process, 0)
        self.addCleanup(os.close, self.terminal)  # ends it
        self.read_prompt()
        self.enter(f". {tree / 'usr/share/bash-completion/completions/patchbay'}")
        self.enter("patchbay() { echo \"got:$*\"; }")
        self.enter("bind 'set completion-query-items 0' 'set page-completions off'")

    def read_prompt(self) -> str:
        text = ""
        while not text.endswith(PROMPT):
            self.assertTrue(select.select([self.terminal], [], [], 120)[0], f"bash said only: {text}")
            text += os.read(self.terminal, 4096).decode()
        return text

    def enter(self, line: str) -> str:
        os.write(self.terminal, f"{line}\n".encode())
        return self.read_prompt()

    def completed(self, line: str) -> str:
        """The arguments that patchbay gets."""
        return re.search("\ngot:(.*)\r", self.enter(f"patchbay {line}\t"))[1].strip()

    def offered(self, *words: str) -> set[str]:
        """What is offered after those words for a word that begins with a dash."""
        line = " ".join(f"'{word}'" for word in ["patchbay", *words, "-"])
        return set(self.enter(f"COMP_WORDS=({line}) COMP_CWORD={len(words) + 1}; _patchbay; echo \"${{COMPREPLY[@]}}\""
                              ).splitlines()[-2].split())

    def test_completes_commands_options_values_and_files(self) -> None:
        for typed, whole in {"insp": "inspect", "render --network-i": "render --network-info",
                             "render -f vm-": "render -f vm-of-ours.json", "import vm-": "import vm-of-ours.json",
                             "verify -o j": "verify -o json", "gather --kube": "gather --kubectl"}.items():
            self.assertEqual(self.completed(typed), whole)

    def test_knows_every_command_and_option(self) -> None:
        self.assertEqual(self.offered(), options())
        for command in commands():
            self.assertEqual(self.completed(command[:-1]), command)
            self.assertEqual(self.offered(command), options(command))


if __name__ == "__main__":
    unittest.main()
