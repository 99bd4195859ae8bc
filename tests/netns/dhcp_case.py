"""A network whose addresses come by DHCP: dnsmasq on the host at the far end of the node's cable, CNI's
dhcp daemon on the node."""

from lab.dhcp import DhcpDaemon, DhcpServer
from lab.multus import Attachment
from pod_case import MAC, UPLINK, PodCase, bridge

SERVER = "10.9.0.1"
LEASED = "10.9.0.50"  # the only one there is
NETWORK_ROUTE = {"dst": "10.8.0.0/16", "gw": "10.9.0.7"}
# The client's clock, in seconds: what it asks again after, from whom it asks after, what it has.
RENEWAL, REBINDING, LEASE = 3, 5, 7
# T1 and T2, then what a network gives its hosts: a route, and name service.
OPTIONS = (f"58,{RENEWAL}s", f"59,{REBINDING}s",
           f"option:classless-static-route,{NETWORK_ROUTE['dst']},{NETWORK_ROUTE['gw']}",
           "option:dns-server,10.9.0.53", "option:domain-name,corp.example")
CLASSLESS_ROUTES, DNS_SERVERS, DOMAIN_NAME = "121", "6", "15"


class DhcpCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.hosts.run("ip", "address", "add", f"{SERVER}/24", "dev", UPLINK)
        self.server = DhcpServer(self.hosts, UPLINK, SERVER, LEASED, LEASED, self.room, *OPTIONS,
                                 forced=(f"51,{LEASE}s",))
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
