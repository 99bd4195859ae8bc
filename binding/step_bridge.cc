// The in-pod bridge: the link, its ports, and the MAC that a port must not have.
#include "binding/silence.h"
#include "binding/step_text.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr std::string_view kBridge = "bridge";

}  // namespace

Differences MakeBridge::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  if (state->kind != kBridge) return {differs(link, "kind", kBridge, kind_of(*state))};
  return loudness(*state);
}

void MakeBridge::apply(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (state && state->kind != kBridge) {
    throw Error(Errc::kConflict, "the pod has a link where our bridge belongs: " +
                                     differs(link, "kind", kBridge, kind_of(*state)) +
                                     "; delete it, or find out who made it");
  }
  if (!state) kernel.make_bridge(link);
  const auto made = kernel.read_link(link);
  if (made && !loudness(*made).empty()) kernel.change_link(link, silencing(*made));
}

std::string MakeBridge::text() const { return "make bridge " + link.str(); }

std::vector<IfName> MakeBridge::links() const { return {link}; }

Differences JoinBridge::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  if (state->master == bridge) return {};
  return {
      differs(link, "bridge", bridge.str(), state->master.empty() ? "none" : state->master.str())};
}

void JoinBridge::apply(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (state && state->master == bridge) return;
  if (state && !state->master.empty()) {
    throw Error(Errc::kConflict,
                "link " + link.str() + " belongs to " + state->master.str() +
                    " already and can't be a port of " + bridge.str() +
                    ": take the plugin that put it there (vrf?) out of the network, or leave the "
                    "mode bridge out");
  }
  kernel.change_link(link, {.master = bridge});
}

void JoinBridge::undo(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (state && state->master == bridge) kernel.change_link(link, {.master = IfName()});
}

std::string JoinBridge::text() const { return "put " + link.str() + " into " + bridge.str(); }

std::vector<IfName> JoinBridge::links() const { return {link, bridge}; }

Differences ReplaceMac::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  if (state->mac == other) return {};
  return {differs(link, "MAC", other.to_string(), state->mac.to_string())};
}

void ReplaceMac::apply(Kernel& kernel) const {
  if (!verify(kernel).empty()) kernel.change_link(link, {.mac = other});
}

void ReplaceMac::undo(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (state && state->mac == other) kernel.change_link(link, {.mac = own});
}

std::string ReplaceMac::text() const {
  return "replace the MAC of " + link.str() + ": " + own.to_string() + " by " + other.to_string();
}

std::vector<IfName> ReplaceMac::links() const { return {link}; }

}  // namespace patchbay
