"""The kinds of guest: who configures the network in it. All are one disc (guest_image.py), which has all
four tools; the kernel's command line says which one cloud-init renders for, and masks the others'
services before they start."""

from dataclasses import dataclass

# What else belongs to a service, and would start it or wait for it.
UNITS = {
    "systemd-networkd": ("systemd-networkd.socket", "systemd-networkd-wait-online"),
    "networking": ("ifup@",),
    "NetworkManager": ("NetworkManager-wait-online",),
}


@dataclass(frozen=True)
class GuestKind:
    renderer: str  # cloud-init's name
    service: str

    @property
    def command_line(self) -> str:
        """Read by cloud-init (`cc:` is laid over cloud.cfg) and systemd themselves."""
        only = f"{{renderers: [{self.renderer}], activators: [{self.renderer}]}}"
        masked = [unit for service, units in UNITS.items() if service != self.service
                  for unit in (service, *units)]
        return " ".join([f"cc: {{system_info: {{network: {only}}}}} end_cc",
                         *[f"systemd.mask={unit}" for unit in masked]])


NETWORKD = GuestKind("networkd", "systemd-networkd")
NETPLAN = GuestKind("netplan", "systemd-networkd")  # netplan's own default
IFUPDOWN = GuestKind("eni", "networking")
NETWORK_MANAGER = GuestKind("network-manager", "NetworkManager")
