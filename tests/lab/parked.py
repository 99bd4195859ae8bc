"""The record that patchbay-cni parks, as anybody in the pod's namespace reads it."""

from lab.netns import Namespace

SUFFIXES = ["", *"abcdefghijklmnopqrstuvwxyz"]


def record_text(pod: Namespace, first_link: str) -> str:
    """Put together from the aliases of `first_link` and those that continue it; "" where there is none."""
    text = ""
    for suffix in SUFFIXES:
        link = pod.link(first_link + suffix)
        if link is None:
            break
        text += link.get("ifalias", "")
    return text
