"""The demo: the article's scenario from manifests/overlays/demo on the lab, each step said and shown.

    PYTHONPATH=tests /usr/bin/python3 -B -m lab.demo      (./dev demo does it)

Exit status: 0 when the guest has exactly what is meant for it and everyone reaches whom they
should; 1 otherwise; 130 or 143 when interrupted. Nothing stays behind in any case."""

import os
import sys
import textwrap
import time

from lab import interrupts
from lab.article import POD_ON_BR1, ROUTER, Article
from lab.guest_image import guest_image
from lab.multus import CniError
from lab.parked import record_text
from lab.paths import PROGRAMS
from lab.process import LabError
from lab.verify import problems_of
from lab.vm import PASSWORD, USER

BOLD, DIM, RED, GREEN, PLAIN = (
    ("\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[0m") if sys.stdout.isatty() else [""] * 5)
began = time.monotonic()


def main() -> int:
    interrupts.listen()
    try:
        check_place()
        with Article(guest_image(note)) as article:
            return play(article)
    except (LabError, CniError) as error:
        print(f"\n{RED}{error}{PLAIN}", file=sys.stderr)
        return interrupts.status() or 1


def check_place() -> None:
    if os.geteuid() != 0:
        raise LabError("the demo makes network namespaces: run it as root")
    for program in ("patchbay-cni", "patchbay-sidecar", "patchbay"):
        if not os.access(PROGRAMS / program, os.X_OK):
            raise LabError(f"{PROGRAMS / program} is not there; ./dev build makes it")


def play(article: Article) -> int:
    step("A node with extra networks (the policies, networks, pod and VM of manifests/overlays/demo)")
    show("\n".join(article.bring_up_node()))
    show_pod(article)
    wire_vm(article)
    start_vm(article)
    return look_inside(article)


def show_pod(article: Article) -> None:
    step("A plain pod on br1 (Multus, the bridge plugin, its NAD's static IPAM)")
    pod = article.run_pod()
    screen(pod.run("ip", "-br", "address"), "ip -br address", "samplepod")
    screen(pod.run("ip", "route", "show", "default"), "ip route show default", "samplepod")
    note(f"address {POD_ON_BR1}/26, default route by {ROUTER} instead of the cluster's")


def wire_vm(article: Article) -> None:
    step("The VM's pod: each network's CNI plugin, then patchbay-cni")
    vm = article.make_vm()
    vm.attach()
    for network, attachment in vm.attachments.items():
        ips = [entry["address"] for entry in attachment.result.get("ips", [])] or ["no address"]
        note(f"{network}: {attachment.nad_name} gave {', '.join(ips)}; {attachment.pod_interface} "
             f"is patched through to {attachment.tap}")
    attachment = vm.attachments["br1"]
    screen(vm.network.run("ip", "-br", "address", "show", "dev", attachment.pod_interface),
           f"ip -br address show dev {attachment.pod_interface}", "virt-launcher-samplevm")
    note("the address is the guest's now, not the pod's; the record of it, for the sidecar:")
    show(record_text(vm.network, attachment.record))


def start_vm(article: Article) -> None:
    step("virt-launcher starts the VM and asks patchbay-sidecar (uid 107, no capability)")
    vm = article.vm
    vm.start(note)
    note("networkData as the guest gets it; nobody wrote any:")
    show(vm.launcher.cloud_init_data["NetworkData"])
    note("the sidecar's log:")
    show("\n".join(shown_log(line) for line in vm.sidecar.log()))


def look_inside(article: Article) -> int:
    step("The guest's serial console (virsh console, what kubectl virt console shows)")
    note("booting Debian 12 without KVM …")
    with article.vm.console() as console:
        console.log_in(USER, PASSWORD)
        note("logged in")
        wrong = problems_of(console, article.vm.plan(), article.expected())
        for command in ("ip -br address", "ip route", "resolvectl dns", "resolvectl domain"):
            screen(console.run(command), command, "samplevm")
        step("Who reaches whom")
        for text, answered in article.pings(console):
            show(f"{text}: {'answers' if answered else 'NO ANSWER'}")
            wrong += [] if answered else [f"ping {text} has no answer"]
    return end(article, wrong)


def end(article: Article, wrong: list[str]) -> int:
    step("The end: QEMU stops, the hook Shutdown, DEL for every network")
    status = article.vm.stop()
    note(f"patchbay-sidecar ended with {status} and took its socket away")
    wrong += [f"patchbay-sidecar ended with {status}"] if status else []
    for problem in wrong:
        print(f"{RED}✗ {problem}{PLAIN}")
    if not wrong:
        print(f"\n{GREEN}✓ all four NICs have exactly what was meant for them{PLAIN}, "
              f"{time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def step(text: str) -> None:
    print(f"\n{BOLD}── {text}{PLAIN}", flush=True)


def note(text: str) -> None:
    print(f"{DIM}{time.monotonic() - began:6.1f} s{PLAIN}  {text}", flush=True)


def show(text: str) -> None:
    print(textwrap.indent(text.rstrip(), " " * 10), flush=True)


def screen(output: str, command: str, where: str) -> None:
    show(f"{DIM}{where}${PLAIN} {BOLD}{command}{PLAIN}\n{output}")


def shown_log(line: dict) -> str:
    fields = " ".join(f"{key}={value}" for key, value in line.items()
                      if key not in ("ts", "level", "msg"))
    return f"{line['level']:7} {line['msg']}  {DIM}{fields}{PLAIN}"


if __name__ == "__main__":
    sys.exit(main())
