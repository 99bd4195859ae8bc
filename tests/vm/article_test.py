"""The article's scenario with a real guest: what ./dev demo shows, asserted."""

import unittest

from lab.article import POD_ON_BR1, VM_ON_BR1, Article
from lab.guest_image import guest_image
from lab.verify import problems_of
from lab.vm import PASSWORD, USER


class TheArticle(unittest.TestCase):
    def test_everyone_has_their_address_and_reaches_the_others(self):
        with Article(guest_image()) as article:
            article.bring_up_node()
            pod = article.run_pod()
            self.assertEqual(pod.addresses("net1", "global"), [f"{POD_ON_BR1}/26"])
            vm = article.make_vm()
            vm.attach()
            for attachment in vm.attachments.values():
                self.assertEqual(vm.network.addresses(attachment.pod_interface), [])
            vm.start()
            self.check_hooks(vm)
            with vm.console() as console:
                console.log_in(USER, PASSWORD)
                self.check_guest(article, console)
            self.assertEqual(vm.stop(), 0)

    def check_hooks(self, vm):
        self.assertEqual(len(vm.launcher.inputs), 1)  # four interfaces: no placeholders
        self.assertIn(VM_ON_BR1, vm.launcher.cloud_init_data["NetworkData"])
        self.assertEqual(vm.launcher.cloud_init_data["VolumeName"], "cloudinitdisk")
        for line in vm.sidecar.log():
            self.assertNotEqual(line["level"], "error", line)
            self.assertNotIn(PASSWORD + ",", str(line))  # userData is nobody's business

    def check_guest(self, article, console):
        plan = article.vm.plan()
        self.assertEqual(problems_of(console, plan, article.expected()), [])
        for text, answered in article.pings(console):
            with self.subTest(text):
                self.assertTrue(answered)
        self.assertIn("10.10.10.1", console.run("resolvectl dns enp3s0"))
        self.assertIn("apps.example", console.run("resolvectl domain enp3s0"))
        self.assertRegex(console.run("ip route get 198.51.100.1"), "via 10.0.2.1")
        # The same guest against a plan that is off by one host: that must be seen.
        address = plan["attachments"][0]["addresses"][0]
        self.assertEqual(address["address"], f"{VM_ON_BR1}/26")
        address["address"] = "192.168.0.63/26"
        wrong, = problems_of(console, plan, article.expected(), patience=0)
        self.assertIn(f"{VM_ON_BR1}/26, expected 192.168.0.63/26", wrong)


if __name__ == "__main__":
    unittest.main()
