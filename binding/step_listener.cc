// MakeListener: a macvlan that asks for all multicast in place of a device that the host has lent.
#include "binding/silence.h"
#include "binding/step_text.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr std::string_view kMacvlan = "macvlan";

std::string or_nothing(const IfName& lower) { return lower.empty() ? "nothing" : lower.str(); }

}  // namespace

Differences MakeListener::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  if (state->kind != kMacvlan) return {differs(link, "kind", kMacvlan, kind_of(*state))};
  Differences found = loudness(*state);
  if (state->lower != on)
    found.push_back(differs(link, "under it", on.str(), or_nothing(state->lower)));
  if (!state->all_multicast) found.push_back(differs(link, "all-multicast", "on", "off"));
  if (!state->no_arp) found.push_back(differs(link, "ARP", "off", "on"));
  if (!state->up) found.push_back(differs(link, "state", "up", "down"));
  return found;
}

void MakeListener::apply(Kernel& kernel) const {
  if (verify(kernel).empty()) return;
  const auto state = kernel.read_link(link);
  if (state && state->kind != kMacvlan) {
    throw Error(Errc::kConflict, "the pod has a link where our listener belongs: " +
                                     differs(link, "kind", kMacvlan, kind_of(*state)) +
                                     "; delete it, or find out who made it");
  }
  if (state && state->lower == on) {
    LinkChange change = silencing(*state);
    change.all_multicast = change.no_arp = change.up = true;
    kernel.change_link(link, change);
    return;
  }
  if (state) kernel.delete_links({link});  // that of a device that has gone home since
  kernel.make_listener(link, on);
}

void MakeListener::undo(Kernel& kernel) const { kernel.delete_links({link}); }

std::string MakeListener::text() const {
  return "receive all multicast on " + on.str() + " by " + link.str();
}

std::vector<IfName> MakeListener::links() const { return {link}; }

}  // namespace patchbay
