"""The corpora of the fuzz targets, what they found once included, replayed without libFuzzer; `./dev test` does it
with the targets of preset asan."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.fuzz import CORPUS, GROWN, SEEDS, by_hand, grown, write
from lab.paths import PROGRAMS, SOURCE


class Fuzz(unittest.TestCase):
    def test_every_target_has_a_corpus(self) -> None:
        self.assertEqual({file.name[:-len("_fuzz.cc")] for file in (SOURCE / "tests/fuzz").glob("*_fuzz.cc")}, set(SEEDS))
        self.assertLessEqual({folder.name for folder in CORPUS.iterdir()}, set(SEEDS))
        self.assertLessEqual({file.stem for file in GROWN.iterdir()}, set(SEEDS))

    def test_replayed(self) -> None:
        for target in SEEDS:
            with self.subTest(target), tempfile.TemporaryDirectory() as room:
                files = write(by_hand(target) + grown(target), Path(room))
                self.assertGreater(len(files), 0)
                done = subprocess.run([PROGRAMS / f"{target}_fuzz", *files], capture_output=True, text=True,
                                      timeout=300, check=False)
                self.assertEqual((done.returncode, done.stdout.strip()), (0, str(len(files))), done.stderr[-2000:])


if __name__ == "__main__":
    unittest.main()
