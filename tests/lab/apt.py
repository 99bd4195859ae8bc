"""What the lab asks of this machine's apt."""

from lab.process import LabError, run


def debian_mirror() -> str:
    """The Debian mirror that apt uses here; what the lab fetches comes from there, too."""
    mirrors = run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
                   "Component: main", "Origin: Debian"]).split()
    mirror = next((uri for uri in mirrors if "security" not in uri), None)
    if mirror is None:
        raise LabError("apt knows no Debian mirror: run apt-get update")
    return mirror
