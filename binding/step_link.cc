// Steps that are one property of a link: ReceiveAllMulticast, TurnOffLro, SetUp.
#include "binding/step_text.h"

namespace patchbay {

Differences ReceiveAllMulticast::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  if (state->all_multicast) return {};
  return {differs(link, "all-multicast", "on", "off")};
}

void ReceiveAllMulticast::apply(Kernel& kernel) const {
  if (!verify(kernel).empty()) kernel.change_link(link, {.all_multicast = true});
}

void ReceiveAllMulticast::undo(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (state && state->all_multicast) kernel.change_link(link, {.all_multicast = false});
}

std::string ReceiveAllMulticast::text() const { return "receive all multicast on " + link.str(); }

std::vector<IfName> ReceiveAllMulticast::links() const { return {link}; }

Differences TurnOffLro::verify(Kernel& kernel) const {
  if (!kernel.read_link(link)) return {missing(link)};
  if (!kernel.read_lro(link)) return {};
  return {differs(link, "large receive offload", "off", "on")};
}

void TurnOffLro::apply(Kernel& kernel) const {
  if (!verify(kernel).empty()) kernel.set_lro(link, false);
}

void TurnOffLro::undo(Kernel& kernel) const {
  if (kernel.read_link(link) && !kernel.read_lro(link)) kernel.set_lro(link, true);
}

std::string TurnOffLro::text() const {
  return "turn large receive offload of " + link.str() + " off";
}

std::vector<IfName> TurnOffLro::links() const { return {link}; }

Differences SetUp::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  if (state->up) return {};
  return {differs(link, "state", "up", "down")};
}

void SetUp::apply(Kernel& kernel) const {
  if (!verify(kernel).empty()) kernel.change_link(link, {.up = true});
}

void SetUp::undo(Kernel& kernel) const {
  if (stays_up) return;
  const auto state = kernel.read_link(link);
  if (state && state->up) kernel.change_link(link, {.up = false});
}

std::string SetUp::text() const { return "set " + link.str() + " up"; }

std::vector<IfName> SetUp::links() const { return {link}; }

}  // namespace patchbay
