"""What patchbay-cni may do: each of its calls with the capabilities that SECURITY.md lists as all that there are, and
each of these taken away, with what then fails."""

import re
import unittest

from lab.multus import CniError
from lab.paths import SOURCE
from pod_case import MAC, bridge, static
from verbs_case import VerbsCase, own_network

NEEDED = {"NET_ADMIN", "SYS_ADMIN", "NET_RAW"}
OPTIONS = {"responder": True, "guard": "full", "dad": True}


def with_only(capabilities: set[str]) -> list[str]:
    """Runs a program of root's so: what is not in the bounding set, its exec can't gain."""
    allowed = "".join(f",+{name.lower()}" for name in sorted(capabilities))
    return ["setpriv", f"--bounding-set=-all{allowed}", "--inh-caps=-all"]


class Capabilities(VerbsCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()

    def attachment(self):
        """Before its ADD."""
        blue = self.multus.add_network(self.pod, "blue", bridge(static("192.168.0.62/26", "fd00::62/64")), mac=MAC)
        blue.binding_nad = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                            "patchbay": {"cacheDirs": [str(self.multus.cache)], **OPTIONS}}
        blue.binding_interface = "net1"
        return blue

    def links(self) -> set[str]:
        return {link["ifname"] for link in self.pod.ip("link", "show")}

    def test_the_listed_ones_are_enough(self) -> None:
        under = with_only(NEEDED)
        network = own_network()
        self.assertEqual(self.call("STATUS", {"name": network, "patchbay": OPTIONS}, under), "")
        blue = self.attachment()
        before = self.links()
        self.multus.call_binding("ADD", blue, under=under)
        self.assertEqual(self.record(blue)["ips"], ["192.168.0.62/26", "fd00::62/64"])
        self.multus.call_binding("CHECK", blue, under=under)
        self.multus.call_binding("DEL", blue, under=under)
        self.assertEqual(self.links(), before)
        self.assertEqual(self.call("GC", {"name": network, "cni.dev/valid-attachments": []}, under), "")

    def test_each_of_them_is_needed(self) -> None:
        blue = self.attachment()
        for capability, words in (("SYS_ADMIN", "could not enter the network namespace"),
                                  ("NET_ADMIN", "Operation not permitted"),
                                  ("NET_RAW", "could not ask on pod16477688c0e for duplicate addresses")):
            with self.subTest(capability):
                with self.assertRaises(CniError) as caught:
                    self.multus.call_binding("ADD", blue, under=with_only(NEEDED - {capability}))
                self.assertIn(words, caught.exception.text)
                self.assertIn("Operation not permitted", caught.exception.text)
                self.multus.call_binding("DEL", blue)

    def test_net_raw_is_for_dad_alone(self) -> None:
        blue = self.attachment()
        del blue.binding_nad["patchbay"]["dad"]
        self.multus.call_binding("ADD", blue, under=with_only(NEEDED - {"NET_RAW"}))

    def test_security_md_lists_these(self) -> None:
        text = (SOURCE / "SECURITY.md").read_text(encoding="utf-8")
        [section] = re.findall(r"^## Capabilities and system calls$(.*?)^## ", text, re.DOTALL | re.MULTILINE)
        self.assertEqual(set(re.findall(r"^\| `CAP_(\w+)` \| patchbay-cni \|", section, re.MULTILINE)), NEEDED)


if __name__ == "__main__":
    unittest.main()
