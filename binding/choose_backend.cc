#include "binding/choose_backend.h"

#include <algorithm>
#include <vector>

#include "binding/guest_port.h"
#include "binding/redirect.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

[[noreturn]] void refuse(const BackendQuestion& question, const std::string& why) {
  throw Error(Errc::kUnsupported, "network " + in_quotes(question.network) + ": can't wire " +
                                      question.nic.name.str() + ": " + why);
}

// What the kind of the NIC allows, the one that "auto" takes first.
std::vector<Backend> backends_of(const BackendQuestion& question) {
  const LinkState& nic = question.nic;
  if (!nic.ethernet || nic.mac.is_zero()) {
    refuse(question, "it is no Ethernet interface, and a VM's NIC is one" +
                         std::string(nic.ipvlan_l3 ? " (ipvlan in mode l3: use mode l2)" : ""));
  }
  if (nic.kind.empty() || nic.kind == "veth" || nic.kind == "vlan") {
    return {Backend::kRedirect, Backend::kBridge};
  }
  if (nic.kind == "macvlan") return {Backend::kRedirect};
  if (nic.kind == "tun") return {Backend::kTap};
  if (nic.kind == "macvtap") return {Backend::kMacvtap};
  if (nic.kind == "ipvlan" && nic.ipvlan_l3) {
    refuse(question,
           "ipvlan in mode l3 routes, answers no ARP and passes no broadcast, so a guest behind it "
           "finds no neighbour; write \"mode\": \"l2\" in the network's NAD, or use macvlan or "
           "bridge");
  }
  if (nic.kind == "ipvlan") return {Backend::kRedirect};
  refuse(question,
         "its kind is " + in_quotes(nic.kind) +
             ", expected veth, macvlan, ipvlan, vlan, tap, macvtap or a device of the host");
}

std::string kind_of_nic(const LinkState& nic) {
  if (nic.kind.empty()) return "device";
  return nic.kind == "tun" ? "tap" : nic.kind;
}

std::string why_not(const BackendQuestion& question, Backend asked) {
  const std::string& kind = question.nic.kind;
  if (asked == Backend::kBridge && (kind == "macvlan" || kind == "ipvlan")) {
    return "a bridge needs frames for other MACs than the interface's own, and " + kind +
           " delivers none";
  }
  if (asked == Backend::kTap) return "mode tap takes a tap that the network's plugin made";
  if (asked == Backend::kMacvtap) {
    return "mode macvtap takes a macvtap that the network's plugin and its device plugin made: "
           "without the latter the launcher may not open it";
  }
  return "what the network's plugin made goes to the guest as it is";
}

BackendChoice by_kind_or_mode(const BackendQuestion& question) {
  const std::vector<Backend> allowed = backends_of(question);
  const std::string kind = kind_of_nic(question.nic);
  const std::string mode = question.options.mode.value_or("auto");
  if (mode == "auto") return {allowed.front(), kind};
  const auto asked = std::find_if(allowed.begin(), allowed.end(),
                                  [&mode](Backend backend) { return name(backend) == mode; });
  if (asked != allowed.end()) return {*asked, kind + ", mode " + mode + " asked for"};
  const auto backend = backend_named(mode);
  refuse(question, "mode " + mode + " does not go with its kind, " + kind + ": " +
                       (backend ? why_not(question, *backend) : "there is no such backend") +
                       "; leave the mode out, or use " + std::string(name(allowed.front())));
}

void check_options(const BackendQuestion& question, const BackendChoice& choice) {
  const Backend backend = choice.backend;
  const std::string is = "its backend is " + std::string(name(backend)) + " (" + choice.why + "), ";
  const NadOptions& options = question.options;
  if (options.trunk && backend != Backend::kRedirect) {
    refuse(question,
           is + "and a trunk is filtered by redirect only; take \"trunk\" out, or the mode");
  }
  if (asks_for_port(options) && backend == Backend::kMacvtap) {
    refuse(question,
           is + "and a guest is guarded and answered at a tap only, which a macvtap has not; take "
                "\"responder\" and \"guard\" out, or have the network's plugin make a macvlan");
  }
  if (question.ipam == "dhcp" && backend != Backend::kRedirect) {
    refuse(question,
           is + "and with IPAM dhcp the CNI daemon hears the answers to its renewals through "
                "redirect only; take the mode out, or the IPAM: the guest can ask by itself");
  }
}

// A tap that the plugin made: its own options decide what ours can't.
void check_tap(const BackendQuestion& question) {
  const LinkState& nic = question.nic;
  if (!nic.tun || !nic.tun->tap) refuse(question, "it is a tun without Ethernet, expected a tap");
  const auto opens = [](const std::optional<uint32_t>& id) { return !id || *id == kLauncherUid; };
  if (!opens(nic.tun->owner) || !opens(nic.tun->group)) {
    refuse(question,
           "the tap's owner or group is not " + std::to_string(kLauncherUid) +
               ", as which the launcher runs; write \"owner\": 107, \"group\": 107 in the "
               "network's NAD");
  }
  if (question.options.multi_queue && *question.options.multi_queue != nic.tun->multi_queue) {
    refuse(question, std::string("multiQueue is ") +
                         (*question.options.multi_queue ? "true" : "false") +
                         ", but the tap is made " + (nic.tun->multi_queue ? "with" : "without") +
                         " multi_queue; write the same \"multiQueue\" for the tap plugin");
  }
}

}  // namespace

BackendChoice choose_backend(const BackendQuestion& question) {
  const BackendChoice choice = by_kind_or_mode(question);
  check_options(question, choice);
  if (choice.backend == Backend::kTap) check_tap(question);
  return choice;
}

}  // namespace patchbay
