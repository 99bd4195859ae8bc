"""The kernel refuses one netlink message of a call, or its answer is lost: an ADD leaves the namespace as it
was, a DEL and a GC can be done again, a CHECK changes nothing; in each form and for each backend.
lifecycle_test.py has every message of one ADD, here is every answer of one; of the others every seventh message,
beginning elsewhere each time.
STATUS, which has a namespace of its own, is status_test.py's."""

import unittest
from functools import partial

from lab.multus import Attachment
from pod_case import everything
from wiring_case import CASES, Case, WiringCase, meddling

STRIDE = 7
NEVER = 1000  # no call sends so many messages


class FailingKernel(WiringCase):
    def call(self, command: str, attachment: Attachment, case: Case, failing: int = NEVER,
             system_call: str = "sendmsg") -> bool:
        """Whether the call went through although its `failing`-th message would be refused."""
        done = self.run_cni(command, attachment, case, meddling(system_call, "error=ENOBUFS", failing))
        self.assertEqual(done.returncode != 0, '"code"' in done.stdout, done)
        self.assertNotIn("could not be put back", done.stderr)
        return done.returncode == 0

    def test_add_leaves_the_namespace_as_it_was(self) -> None:
        self.for_each(CASES, self.assert_add_leaves_nothing)

    def assert_add_leaves_nothing(self, attachment: Attachment, case: Case, number: int) -> None:
        failing = 1 + number % STRIDE
        before = everything(self.pod)
        while not self.call("ADD", attachment, case, failing):
            self.assert_becomes(before, f"message {failing}")
            failing += STRIDE
        self.assertGreater(failing, 14)
        self.assertEqual(self.record(attachment)["backend"], case.backend)
        self.assertEqual(self.pod.addresses(attachment.pod_interface), [])
        self.assertTrue(self.call("DEL", attachment, case))

    def test_add_whose_answer_is_lost(self) -> None:
        """netlink(7), ENOBUFS: the kernel has done as asked, or is amidst a dump, and nobody hears of it."""
        with self.network("bridge") as attachment:
            before = everything(self.pod)
            for failing in range(1, NEVER):
                if self.call("ADD", attachment, CASES[0], failing, "recvmsg"):
                    break
                self.assert_becomes(before, f"answer {failing}")
            self.assertGreater(failing, 40)
            self.assertTrue(self.call("DEL", attachment, CASES[0]))

    def test_an_interrupted_system_call_is_made_again(self) -> None:
        with self.network("bridge") as attachment:
            for command in ("ADD", "CHECK", "DEL"):
                done = self.run_cni(command, attachment, CASES[0], meddling("recvmsg", "error=EINTR", "2+3"))
                self.assertEqual(done.returncode, 0, done)

    def test_check_changes_nothing(self) -> None:
        self.for_each(CASES, self.assert_check_changes_nothing)

    def assert_check_changes_nothing(self, attachment: Attachment, case: Case, number: int) -> None:
        failing = 1 + number % STRIDE
        self.assertTrue(self.call("ADD", attachment, case))
        before = everything(self.pod)
        while not self.call("CHECK", attachment, case, failing):
            self.assertEqual(everything(self.pod), before, f"message {failing}")
            failing += STRIDE
        self.assertGreater(failing, 7)
        self.assertEqual(everything(self.pod), before)
        self.assertTrue(self.call("DEL", attachment, case))

    def test_del_is_whole_the_second_time(self) -> None:
        self.for_each(CASES, partial(self.assert_whole_the_second_time, "DEL"))

    def test_gc_is_whole_the_second_time(self) -> None:
        self.for_each(CASES, partial(self.assert_whole_the_second_time, "GC"))

    def assert_whole_the_second_time(self, command: str, attachment: Attachment, case: Case,
                                     number: int) -> None:
        failing = 1 + number % STRIDE
        self.assertTrue(self.call("ADD", attachment, case))
        self.assertTrue(self.call(command, attachment, case))
        whole = everything(self.pod)
        while True:
            self.assertTrue(self.call("ADD", attachment, case))
            if self.call(command, attachment, case, failing):
                break
            self.assertTrue(self.call(command, attachment, case))
            self.assert_becomes(whole, f"message {failing}")
            failing += STRIDE
        self.assertGreater(failing, 7)
        self.assert_becomes(whole)


if __name__ == "__main__":
    unittest.main()
