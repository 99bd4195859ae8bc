#include "binding/answers_dhcp4.h"

#include <linux/if_ether.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "binding/wire_bytes.h"

namespace patchbay {
namespace {

// RFC 2132, 3397, 3442.
enum Option : uint8_t {
  kMask = 1,
  kRouters = 3,
  kDnsServers = 6,
  kHostName = 12,
  kDomainName = 15,
  kMtu = 26,
  kBroadcast = 28,
  kLeaseTime = 51,
  kServer = 54,
  kRenewal = 58,
  kRebinding = 59,
  kSearch = 119,
  kClasslessRoutes = 121,
};

constexpr size_t kForEver = 0xffffffff;
constexpr size_t kInOneOption = 255;
constexpr uint32_t kUsualMtu = 1500;  // no answer is longer
// Where no gateway is in the guest's subnet, for the client to have a name for the server.
constexpr std::string_view kOwnServer = "169.254.112.98";

class OptionTable {
 public:
  explicit OptionTable(pb_dhcp4& out) : out_(out) {}

  // False where there is no room. A value beyond 255 bytes goes on in a second option of the same
  // code (RFC 3396).
  bool add(Option code, const WireBytes& value) {
    WireBytes option;
    for (std::string_view rest = value.str(); !rest.empty() || option.size() == 0;) {
      const std::string_view part = rest.substr(0, kInOneOption);
      option.u8(code).u8(part.size()).raw(part);
      rest.remove_prefix(part.size());
    }
    // The program copies from where a longest one would fit.
    if (count_ == PB_OPTIONS || option.size() > PB_LONGEST_OPTION ||
        used_ > PB_OPTION_BYTES - PB_LONGEST_OPTION) {
      return false;
    }
    std::memcpy(out_.bytes + used_, option.str().data(), option.size());
    out_.options[count_] = {static_cast<uint16_t>(used_), static_cast<uint16_t>(option.size())};
    used_ += option.size();
    out_.option_of[code] = static_cast<uint8_t>(++count_);
    return true;
  }
  size_t count() const { return count_; }

 private:
  pb_dhcp4& out_;
  size_t count_ = 0;
  size_t used_ = 0;
};

struct Ipv4Lease {
  IpPrefix own;
  std::vector<Route> routes;
  std::optional<IpAddress> gateway;
  IpAddress server;
};

Ipv4Lease lease_of(const Attachment& attachment, const IpPrefix& own) {
  Ipv4Lease lease{
      own, routes_of_family(attachment, Family::kIpv4), {}, IpAddress::parse(kOwnServer)};
  for (const Route& route : lease.routes) {
    if (route.to.is_default() && route.via && !lease.gateway) lease.gateway = route.via;
  }
  if (lease.gateway && own.contains(*lease.gateway)) lease.server = *lease.gateway;
  return lease;
}

IpAddress with_host_bits(const IpPrefix& prefix, bool set) {
  uint8_t bytes[4];
  std::memcpy(bytes, prefix.address.bytes(), sizeof bytes);
  for (size_t bit = prefix.length; bit < 32; ++bit) {
    const auto mask = static_cast<uint8_t>(0x80 >> (bit % 8));
    bytes[bit / 8] = static_cast<uint8_t>(set ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
  }
  return IpAddress::from_bytes(Family::kIpv4, bytes);
}

IpAddress mask_of(uint8_t length) {
  const IpPrefix all{IpAddress::parse("255.255.255.255"), length};
  return with_host_bits(all, false);
}

void put_route(WireBytes& out, const IpPrefix& to, const IpAddress& via) {
  out.u8(to.length).first_of(to.network().address, (to.length + 7U) / 8U).address(via);
}

// RFC 3442: whoever takes this option takes no router from option 3, so the default route is in it,
// and one to a gateway that is in no subnet before the first that needs it.
WireBytes classless_routes(const Ipv4Lease& lease) {
  WireBytes out;
  const IpAddress on_link = IpAddress::any(Family::kIpv4);
  std::vector<IpAddress> reached;
  for (const Route& route : lease.routes) {
    const IpAddress via = route.via.value_or(on_link);
    const bool known = std::find(reached.begin(), reached.end(), via) != reached.end();
    if (route.via && !lease.own.contains(via) && !known) {
      put_route(out, {via, via.bits()}, on_link);
      reached.push_back(via);
    }
    put_route(out, route.to, via);
  }
  return out;
}

// A default gateway in the subnet is all that option 3 can say.
bool needs_classless(const Ipv4Lease& lease) {
  return std::any_of(lease.routes.begin(), lease.routes.end(), [&lease](const Route& route) {
    return !route.to.is_default() || !route.via || !lease.own.contains(*route.via);
  });
}

WireBytes head_of(const Attachment& attachment, const Ipv4Lease& lease) {
  WireBytes out;
  out.mac(attachment.mac).mac(Mac::from_bytes(kResponderMac)).u16(ETH_P_IP);
  out.u8(0x45).u8(0).u16(0).u16(0).u16(0x4000).u8(64).u8(17).u16(0);
  out.address(lease.server).address(lease.own.address);
  out.u16(67).u16(68).u16(0).u16(0);
  out.u8(2).u8(1).u8(Mac::kSize).u8(0).u32(0).u16(0).u16(0).u32(0);
  out.address(lease.own.address).u32(0).u32(0).mac(attachment.mac).zeros(10);
  return out.zeros(64).zeros(128).u32(0x63825363);
}

WireBytes addresses(const std::vector<IpAddress>& all) {
  WireBytes out;
  for (const IpAddress& address : all) {
    if (address.family() == Family::kIpv4) out.address(address);
  }
  return out;
}

class Writer {
 public:
  Writer(const Attachment& attachment, pb_dhcp4& out, Diagnostics& diagnostics)
      : attachment_(attachment), table_(out), diagnostics_(diagnostics) {}

  void add(Option code, const WireBytes& value, std::string_view what) {
    if (value.size() == 0 || table_.add(code, value)) return;
    diagnostics_.push_back({Severity::kWarning, attachment_.network, "responder",
                            std::string(what) + ", " + std::to_string(value.size()) +
                                " bytes: more than a DHCP answer holds, and left out",
                            "give the network fewer of them"});
  }
  size_t count() const { return table_.count(); }

 private:
  const Attachment& attachment_;
  OptionTable table_;
  Diagnostics& diagnostics_;
};

void put_options(const Attachment& attachment, const Ipv4Lease& lease, std::string_view host_name,
                 pb_dhcp4& out, Diagnostics& diagnostics) {
  Writer writer(attachment, out, diagnostics);
  const WireBytes for_ever = WireBytes().u32(kForEver);
  writer.add(kServer, WireBytes().address(lease.server), "the server's identifier");
  writer.add(kLeaseTime, for_ever, "the lease's time");
  writer.add(kRenewal, for_ever, "the lease's time");
  writer.add(kRebinding, for_ever, "the lease's time");
  writer.add(kMask, WireBytes().address(mask_of(lease.own.length)), "the subnet's mask");
  out.lease_options = static_cast<uint8_t>(writer.count());
  if (lease.gateway) writer.add(kRouters, WireBytes().address(*lease.gateway), "the gateway");
  writer.add(kDnsServers, addresses(attachment.dns.servers), "the name servers");
  writer.add(kHostName, WireBytes().raw(host_name), "the host's name");
  if (attachment.mtu != 0) writer.add(kMtu, WireBytes().u16(attachment.mtu), "the MTU");
  if (lease.own.length < 31) {
    writer.add(kBroadcast, WireBytes().address(with_host_bits(lease.own, true)), "the broadcast");
  }
  if (!attachment.dns.search.empty()) {
    writer.add(kDomainName, WireBytes().raw(attachment.dns.search.front()), "the domain");
    WireBytes search;
    for (const std::string& domain : attachment.dns.search) search.domain_name(domain);
    writer.add(kSearch, search, "the search domains");
  }
  if (needs_classless(lease)) writer.add(kClasslessRoutes, classless_routes(lease), "the routes");
}

}  // namespace

void put_dhcp4(const Attachment& attachment, std::string_view host_name, pb_dhcp4& out,
               Diagnostics& diagnostics) {
  const std::vector<IpPrefix> own = static_addresses(attachment, Family::kIpv4);
  if (own.empty()) return;
  if (own.size() > 1) {
    diagnostics.push_back({Severity::kWarning, attachment.network, "responder",
                           "DHCPv4 gives the guest its first address, " + own[0].to_string() +
                               ", and can't give it " +
                               to_string(std::vector(own.begin() + 1, own.end())),
                           "write those inside the guest, or hand over by cloud-init"});
  }
  const Ipv4Lease lease = lease_of(attachment, own[0]);
  out.on = 1;
  std::memcpy(&out.address, lease.own.address.bytes(), sizeof out.address);
  std::memcpy(&out.server, lease.server.bytes(), sizeof out.server);
  out.largest = ETH_HLEN + (attachment.mtu == 0 ? kUsualMtu : std::min(attachment.mtu, kUsualMtu));
  const WireBytes head = head_of(attachment, lease);
  std::memcpy(out.head, head.str().data(), sizeof out.head);
  put_options(attachment, lease, host_name, out, diagnostics);
}

}  // namespace patchbay
