// What a real guest printed (Debian 12, iproute2 6.1, systemd 252), shortened, for the tests that
// read and compare it.
#pragma once

#include <string>

#include "plan/guest_state.h"

namespace patchbay {

inline constexpr char kAddresses[] = R"([
{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"operstate":"UNKNOWN",
 "link_type":"loopback","address":"00:00:00:00:00:00","addr_info":[
  {"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo"}]},
{"ifindex":2,"ifname":"enp1s0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1450,
 "operstate":"UP","link_type":"ether","address":"22:59:99:e9:4d:20","addr_info":[
  {"family":"inet","local":"10.0.2.2","prefixlen":24,"metric":1024,"scope":"global","dynamic":true},
  {"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link"}]},
{"ifindex":3,"ifname":"enp2s0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,
 "operstate":"UP","link_type":"ether","address":"02:00:00:00:00:62","addr_info":[
  {"family":"inet","local":"192.168.0.62","prefixlen":26,"scope":"global","label":"enp2s0"},
  {"family":"inet","local":"192.168.0.63","prefixlen":26,"scope":"global","secondary":true},
  {"family":"inet6","local":"fd00::62","prefixlen":64,"scope":"global"}]}])";
inline constexpr char kRoutes4[] = R"([
{"dst":"default","gateway":"10.0.2.1","dev":"enp1s0","protocol":"dhcp","metric":1024,"flags":[]},
{"dst":"10.0.2.0/24","dev":"enp1s0","protocol":"kernel","scope":"link","metric":1024,"flags":[]},
{"dst":"10.0.2.1","dev":"enp1s0","protocol":"dhcp","scope":"link","metric":1024,"flags":[]},
{"dst":"10.20.0.0/16","gateway":"192.168.0.3","dev":"enp2s0","protocol":"static","flags":[]},
{"dst":"192.168.0.0/26","dev":"enp2s0","protocol":"kernel","scope":"link","flags":[]}])";
inline constexpr char kRoutes6[] = R"([
{"dst":"fd00::/64","dev":"enp2s0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},
{"dst":"fe80::/64","dev":"enp2s0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"}])";
inline constexpr char kDns[] =
    "Global: 192.0.2.1\nLink 2 (enp1s0):\nLink 3 (enp2s0): 10.0.0.53 fd00::53\n";
inline constexpr char kSearch[] = "Global:\nLink 2 (enp1s0):\nLink 3 (enp2s0): corp.example\n";

inline GuestOutputs guest_outputs() { return {kAddresses, {kRoutes4, kRoutes6}, kDns, kSearch}; }

}  // namespace patchbay
