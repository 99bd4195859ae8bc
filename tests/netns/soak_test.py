"""Ten cycles of each backend and form, and ten boots' worth of hook calls, leave nothing behind. `./dev soak`
does ten thousand cycles and a hundred boots."""

import unittest

from soak import ALL_CASES, Boots, do_cycles, leaked

EACH, BOOTS = 10, 10


class Soak(unittest.TestCase):
    def test_cycles_leave_nothing(self) -> None:
        before, after = do_cycles(EACH * len(ALL_CASES), EACH, lambda text: None)
        self.assertEqual(leaked(before, after), [], (before, after))

    def test_a_sidecar_does_not_grow(self) -> None:
        first, last = Boots().do_boots(BOOTS)
        self.assertEqual(leaked(first, last), [], (first, last))


if __name__ == "__main__":
    unittest.main()
