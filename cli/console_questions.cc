#include "cli/console_questions.h"

#include <algorithm>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

// busybox's `ip` knows neither -d nor -j, iproute2 before 4.17 no -j for routes.
constexpr char kAddresses[] = "(ip -d -j address || ip -d address || ip address) 2>/dev/null";
constexpr char kRoutes4[] = "(ip -4 -j route || ip -4 route) 2>/dev/null";
constexpr char kRoutes6[] = "(ip -6 -j route || ip -6 route) 2>/dev/null";
constexpr char kDns[] = "resolvectl dns 2>/dev/null";
constexpr char kSearch[] = "resolvectl domain 2>/dev/null";
constexpr char kResolvConf[] = "cat /etc/resolv.conf 2>/dev/null";
constexpr char kNoAnswer[] =
    "the route to it (ip route get), then ip neigh: FAILED is nobody who answers on that network";

// A guest's name for a NIC goes into a line of shell.
bool is_plain(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_ascii_alnum(c) || c == '-' || c == '_' || c == '.';
  });
}

std::string command_of(const Ping& ping) {
  std::string address = ping.address.to_string();
  if (!ping.nic.empty()) address += "%" + ping.nic;
  const std::string words = " -c 3 -w 10 " + address;
  if (ping.address.family() == Family::kIpv4) return "ping" + words + " 2>&1";
  return "(ping -6" + words + " || ping6" + words + ") 2>&1";
}

// "3 packets transmitted, 3 received, …"; busybox words it a little otherwise.
std::string summary_of(const std::string& output) {
  const size_t at = output.find(" packets transmitted");
  size_t start = at == std::string::npos ? 0 : output.rfind('\n', at) + 1;
  const size_t end = output.find('\n', start);
  return output.substr(start, end - start);
}

}  // namespace

GuestOutputs ask_for_network(const Ask& ask) {
  GuestOutputs outputs;
  const Answer addresses = ask(kAddresses);
  if (is_blank(addresses.output)) {
    throw Error(Errc::kUnsupported, "the guest has no `ip`, neither iproute2's nor busybox's",
                "the guest's console");
  }
  outputs.addresses = addresses.output;
  outputs.routes = {ask(kRoutes4).output, ask(kRoutes6).output};
  const Answer dns = ask(kDns);
  if (dns.status == 0) {
    outputs.dns = dns.output;
    outputs.search = ask(kSearch).output;
    return outputs;
  }
  const Answer resolv_conf = ask(kResolvConf);
  if (resolv_conf.status == 0) outputs.resolv_conf = resolv_conf.output;
  return outputs;
}

std::string commands_to_paste() {
  return std::string(kAddresses) + "; " + kRoutes4 + "; " + kRoutes6 +
         "; (resolvectl dns && resolvectl domain || cat /etc/resolv.conf) 2>/dev/null\n";
}

std::vector<Ping> gateways(const NetworkPlan& plan, const GuestState& guest) {
  std::vector<Ping> pings;
  for (const Attachment& attachment : plan.attachments) {
    const auto nic = std::find_if(guest.nics.begin(), guest.nics.end(),
                                  [&](const SeenNic& each) { return each.mac == attachment.mac; });
    for (const Route& route : attachment.routes) {
      if (!route.via || nic == guest.nics.end()) continue;
      const bool needs_nic = route.via->is_link_local();
      if (needs_nic && !is_plain(nic->name)) continue;
      const bool is_new = std::none_of(pings.begin(), pings.end(), [&](const Ping& each) {
        return each.address == *route.via && (!needs_nic || each.nic == nic->name);
      });
      if (is_new) pings.push_back({*route.via, needs_nic ? nic->name : ""});
    }
  }
  return pings;
}

std::vector<Check> ask_for_pings(const Ask& ask, const std::vector<Ping>& pings) {
  std::vector<Check> checks;
  for (const Ping& ping : pings) {
    const Answer answer = ask(command_of(ping));
    checks.push_back({"ping " + ping.address.to_string(), "an answer", summary_of(answer.output),
                      answer.status == 0 ? "" : kNoAnswer});
  }
  return checks;
}

}  // namespace patchbay::cli
