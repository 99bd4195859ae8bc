"""Hostile texts in what a guest says of itself, on their way to the person who asked (`patchbay verify`): by
the files of its commands, in a transcript, by its agent and on a live console. What it says drives no
terminal, and makes nothing right that is not."""

import copy
import json
import subprocess
import unittest

from console_case import ANSWERS, BUSYBOX_ANSWERS, ConsoleCase
from injection_case import FIXTURE, MALFORMED, OK, REFUSED, InjectionCase
from lab.hostile_text import ALL, DATA, LONG, OBEYED, read_json, shown_unsafely
from lab.paths import PROGRAMS
from verify_test import ADDRESSES, DNS, MAC, POD_MAC, ROUTES4, ROUTES6, SEARCH, nic

DIFFERS = 1  # cli/verify.h


class Said(InjectionCase):
    def verify(self, **said: str) -> tuple[int, dict]:
        """Its exit status and report; the table is what a person would see."""
        files = {"addresses": json.dumps(ADDRESSES), "routes": json.dumps(ROUTES4 + ROUTES6), "dns": DNS,
                 "search": SEARCH, **said}
        words = [word for name, text in files.items() for word in (f"--{name}", self.write(name, text))]
        return self.ended("-f", FIXTURE / "vmi.json", "--pod", FIXTURE / "pod.json", *words)

    def ended(self, *words) -> tuple[int, dict]:
        for form in ("table", "json"):
            done = subprocess.run([PROGRAMS / "patchbay", "verify", *words, "-o", form], capture_output=True,
                                  timeout=120, check=False)
            out, errors = done.stdout.decode(), done.stderr.decode()
            self.assertIn(done.returncode, (OK, DIFFERS, MALFORMED, REFUSED), errors[:2000])
            self.assertEqual((shown_unsafely(out), shown_unsafely(errors)), ([], []))
        return done.returncode, read_json(out) if out else {}

    def test_names_of_nics_are_data(self) -> None:
        hostile = [nic(text, f"02:00:00:00:77:{number:02x}", 1450)
                   for number, text in enumerate(ALL.values())]
        status, report = self.verify(addresses=json.dumps(ADDRESSES + hostile))
        self.assertEqual(status, DIFFERS)  # NICs that nobody expects
        self.assertEqual([each["found"]["name"] for each in report["nics"][2:]], list(ALL.values()))

    def test_a_value_is_what_it_is_or_malformed(self) -> None:
        for key in ("address", "local", "mtu", "flags", "dev", "gateway", "dst", "protocol"):
            for text in (DATA, OBEYED, LONG):
                with self.subTest(key, text=text[:20]):
                    addresses, routes = copy.deepcopy((ADDRESSES, ROUTES4 + ROUTES6))
                    for each in [addresses[1], *addresses[1]["addr_info"], *routes]:
                        if key in each:
                            each[key] = [text] if key == "flags" else text
                    status, report = self.verify(addresses=json.dumps(addresses), routes=json.dumps(routes))
                    self.assertTrue(status != OK or key == "protocol", report)

    def test_lines_of_texts(self) -> None:
        texts = [text.replace("\n", " ") for text in ALL.values()]
        for name, plain in (("addresses", BUSYBOX_ANSWERS["ip address"]), ("dns", DNS), ("search", SEARCH),
                            ("routes", BUSYBOX_ANSWERS["ip -4 route"] + BUSYBOX_ANSWERS["ip -6 route"])):
            words = plain.split(" ")
            for at in range(0, len(words), max(1, len(words) // 8)):
                hostile = words.copy()
                hostile[at] = " ".join(texts)
                with self.subTest(name, word=words[at]):
                    self.verify(**{name: " ".join(hostile)})

    def test_a_transcript_full_of_them_is_read_or_refused(self) -> None:
        """Whatever stands between the commands' outputs."""
        for noise in (*ALL.values(), DATA, LONG, "".join(f"$ {command}\n" for command in ANSWERS)):
            transcript = "".join(f"{noise}\n$ {command}\n{text}" for command, text in ANSWERS.items()) + noise
            with self.subTest(noise[:20]):
                self.ended("-f", FIXTURE / "vmi.json", "--pod", FIXTURE / "pod.json", "--transcript",
                           self.write("transcript", transcript))

    def test_what_the_agent_says_is_data(self) -> None:
        vmi = json.loads((FIXTURE / "vmi.json").read_text(encoding="utf-8"))
        for name, text in {**ALL, "long": LONG}.items():
            with self.subTest(name):
                vmi["status"]["interfaces"] = [
                    {"mac": mac, "name": network, "interfaceName": text, "infoSource": f"guest-agent, {text}",
                     "ipAddresses": addresses} for mac, network, addresses in (
                        (MAC, "vlan100", ["192.168.0.62", "192.168.0.63", "fd00::62"]),
                        (POD_MAC, "default", ["10.0.2.2"]), ("02:00:00:00:77:01", text, []))]
                self.ended("-f", self.write("vmi.json", json.dumps(vmi)), "--pod", FIXTURE / "pod.json",
                           "--agent")


class OnAConsole(ConsoleCase):
    def assert_drives_no_terminal(self, answers: dict[str, str]) -> None:
        guest = self.guest(answers=ANSWERS | answers, logged_in=True)
        done = self.run_verify("--console", f"unix:{guest.socket}")
        self.assertEqual((shown_unsafely(done.stdout), shown_unsafely(done.stderr)), ([], []))

    def test_names_and_lines(self) -> None:
        hostile = json.dumps(ADDRESSES + [nic(OBEYED, "02:00:00:00:77:01", 1450)], ensure_ascii=False)
        self.assert_drives_no_terminal({"ip -d -j address": hostile + "\n",
                                        "resolvectl dns": f"Global: {OBEYED}\n{DNS}"})

    def test_what_is_no_answer(self) -> None:
        self.assert_drives_no_terminal({"ip -4 -j route": OBEYED})


if __name__ == "__main__":
    unittest.main()
