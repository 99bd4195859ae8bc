// Redirect: every frame of one link out of another, by tc.
#include <algorithm>

#include "binding/step_text.h"
#include "binding/vlan_filter.h"
#include "plan/error.h"

namespace patchbay {
namespace {

// The guest's port comes before anything that judges or sends on. The trunk's filter
// before the redirect: no frame that it would drop ever meets the redirect alone.
Ingress wanted(const Redirect& step) {
  Ingress ingress;
  if (step.port) ingress.filters.emplace_back(*step.port);
  if (!step.trunk.empty()) ingress.filters.emplace_back(JudgeFrames{trunk_program(step.trunk)});
  if (step.copy_dhcp_answers) ingress.filters.emplace_back(CopyDhcpAnswers{step.to});
  ingress.filters.emplace_back(RedirectAll{step.to});
  return ingress;
}

// A redirect to a link that is gone was one to an earlier tap, and another trunk's filter is of an
// earlier ADD.
bool is_ours(const IngressFilter& filter, const Redirect& step) {
  if (const IfName* to = target_of(filter)) return to->empty() || *to == step.to;
  return std::holds_alternative<JudgeFrames>(filter) || std::holds_alternative<GuestPort>(filter);
}

bool all_ours(const Ingress& ingress, const Redirect& step) {
  return std::all_of(ingress.filters.begin(), ingress.filters.end(),
                     [&step](const IngressFilter& filter) { return is_ours(filter, step); });
}

std::string text_of(const VlanRange& range) {
  const std::string first = std::to_string(range.first);
  return range.first == range.last ? first : first + "-" + std::to_string(range.last);
}

}  // namespace

Differences Redirect::verify(Kernel& kernel) const {
  if (!kernel.read_link(from)) return {missing(from)};
  const auto found = kernel.read_ingress(from);
  if (found == wanted(*this)) return {};
  return {differs(from, "at its ingress", to_string(wanted(*this)), to_string(found))};
}

void Redirect::apply(Kernel& kernel) const {
  const auto found = kernel.read_ingress(from);
  if (found == wanted(*this)) return;
  if (found && !found->filters.empty()) {
    if (!all_ours(*found, *this)) {
      throw Error(Errc::kConflict,
                  "link " + from.str() +
                      " has ingress filters of somebody else, and all its frames must go to " +
                      to.str() + ": take the plugin that makes them out of the network");
    }
    kernel.remove_ingress(from);
  }
  kernel.make_ingress(from, wanted(*this));
}

void Redirect::undo(Kernel& kernel) const {
  if (copy_dhcp_answers || !kernel.read_link(from)) return;
  const auto found = kernel.read_ingress(from);
  if (found && all_ours(*found, *this)) kernel.remove_ingress(from);
}

std::string Redirect::text() const {
  std::string text = "redirect " + from.str() + " to " + to.str();
  if (port) text += ", behind " + port->name;
  if (copy_dhcp_answers) text += ", DHCP answers to the dhcp daemon too";
  if (trunk.empty()) return text;
  text += ", of tagged frames VLAN";
  for (const VlanRange& range : trunk) {
    text.append(&range == &trunk.front() ? " " : ", ").append(text_of(range));
  }
  return text;
}

std::vector<IfName> Redirect::links() const { return {from, to}; }

}  // namespace patchbay
