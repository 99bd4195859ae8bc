"""A network whose addresses come by DHCP: dnsmasq on the host at the far end of the node's cable, CNI's
dhcp daemon on the node."""

from lab.dhcp import DhcpDaemon, DhcpServer
from lab.multus import Attachment
from pod_case import MAC, UPLINK, PodCase, bridge

SERVER = "10.9.0.1"
LEASED = "10.9.0.50"  # the only one there is
NETWORK_ROUTE = {"dst": "10.8.0.0/16", "gw": "10.9.0.7"}
# What a network gives its hosts: a route, and name service.
OPTIONS = (f"option:classless-static-route,{NETWORK_ROUTE['dst']},{NETWORK_ROUTE['gw']}",
           "option:dns-server,10.9.0.53", "option:domain-name,corp.example")
CLASSLESS_ROUTES, DNS_SERVERS, DOMAIN_NAME = "121", "6", "15"


class DhcpCase(PodCase):
    # The client's clock, in seconds: when it asks its server again, when any server, when it has the address no
    # more. Where that is soon, whatever keeps one answer for a second may take it away.
    renewal, rebinding, lease = 60, 90, 120

    def setUp(self) -> None:
        super().setUp()
        self.hosts.run("ip", "address", "add", f"{SERVER}/24", "dev", UPLINK)
        self.server = DhcpServer(self.hosts, UPLINK, SERVER, LEASED, LEASED, self.room, f"58,{self.renewal}s",
                                 f"59,{self.rebinding}s", *OPTIONS, forced=(f"51,{self.lease}s",))
        self.stack.enter_context(self.server)
        self.daemon = self.stack.enter_context(DhcpDaemon(self.node, self.room, timeout=1))
        self.stack.callback(self.multus.detach_all, self.pod)  # while the daemon still runs

    def ipam(self) -> dict:
        return self.daemon.ipam(request=[{"option": option} for option in
                                         (CLASSLESS_ROUTES, DNS_SERVERS, DOMAIN_NAME)])

    def bridge(self) -> dict:
        self.make_bridge()
        return bridge(self.ipam(), dns={"nameservers": ["10.9.0.53"]})

    def macvlan(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
                "capabilities": {"mac": True}, "ipam": self.ipam()}

    def host_device(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "device-net", "type": "host-device", "device": UPLINK,
                "ipam": self.ipam()}

    def blue(self, nad: dict) -> Attachment:
        return self.multus.attach(self.pod, "blue", nad, mac=MAC)

    def wait_for_renewals(self, count: int) -> None:
        """So many from now on."""
        before = len(self.daemon.lines("lease renewed"))
        self.node.wait_for(f"{count} renewals of the lease", lambda: self.daemon.lines("no more tries")
                           or len(self.daemon.lines("lease renewed")) >= before + count, 120)
        self.assertEqual(self.daemon.lines("no more tries"), [])
