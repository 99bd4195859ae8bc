// FilterPort and MakeControl: a guest's port, and the pod's way to it.
#include <algorithm>

#include "binding/responder/control.h"
#include "binding/silence.h"
#include "binding/step_text.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

bool is_port(const IngressFilter& filter) { return std::holds_alternative<GuestPort>(filter); }

bool has_only_ports(const Ingress& ingress) {
  return std::all_of(ingress.filters.begin(), ingress.filters.end(), is_port);
}

Differences foreign_control(const IfName& link, const LinkState& state) {
  if (state.kind == "dummy" || state.kind == "bridge") return {};
  return {differs(link, "kind", "dummy or bridge", kind_of(state))};
}

bool is_ready(const LinkState& link) {
  return loudness(link).empty() && link.mtu == PB_CONTROL_MTU && link.up;
}

}  // namespace

Differences FilterPort::verify(Kernel& kernel) const {
  if (!kernel.read_link(link)) return {missing(link)};
  const auto found = kernel.read_ingress(link);
  const Ingress wanted{{port}};
  if (found == wanted) return {};
  return {differs(link, "at its ingress", to_string(wanted), to_string(found))};
}

void FilterPort::apply(Kernel& kernel) const {
  const auto found = kernel.read_ingress(link);
  if (found == Ingress{{port}}) return;
  if (found && !has_only_ports(*found)) {
    throw Error(Errc::kConflict,
                "link " + link.str() +
                    " has ingress filters of somebody else, where the guest's port must judge "
                    "first: take the plugin that makes them out of the network");
  }
  if (found) kernel.remove_ingress(link);
  kernel.make_ingress(link, Ingress{{port}});
}

void FilterPort::undo(Kernel& kernel) const {
  if (!kernel.read_link(link)) return;
  const auto found = kernel.read_ingress(link);
  if (!found || (found->filters.empty() && !takes_empty)) return;
  if (has_only_ports(*found)) kernel.remove_ingress(link);
}

std::string FilterPort::text() const { return "filter " + link.str() + " by " + port.name; }

std::vector<IfName> FilterPort::links() const { return {link}; }

Differences MakeControl::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  Differences found = foreign_control(link, *state);
  if (!found.empty()) return found;
  found = loudness(*state);
  if (!state->up) found.push_back(differs(link, "state", "up", "down"));
  if (state->mtu != PB_CONTROL_MTU) {
    found.push_back(
        differs(link, "MTU", std::to_string(PB_CONTROL_MTU), std::to_string(state->mtu)));
  }
  const auto control = kernel.read_control(link);
  if (control != name) {
    found.push_back(differs(link, "at its egress", name, control.value_or("nothing")));
  }
  return found;
}

// The filter is set each time: by its name nobody sees whose maps it has, this port's or those of
// one that is gone.
void MakeControl::apply(Kernel& kernel) const {
  auto state = kernel.read_link(link);
  if (!state) {
    kernel.make_dummy(link);
    state = kernel.read_link(link);
    if (!state) throw Error(Errc::kKernel, "link " + link.str() + " vanished once made");
  }
  if (const Differences foreign = foreign_control(link, *state); !foreign.empty()) {
    throw Error(Errc::kConflict, "the pod has a link where our control link belongs: " +
                                     join(foreign) + "; delete it, or find out who made it");
  }
  if (!is_ready(*state)) {
    LinkChange change = silencing(*state);
    change.mtu = PB_CONTROL_MTU;
    change.up = true;
    kernel.change_link(link, change);
  }
  kernel.set_control(link, port);
}

std::string MakeControl::text() const {
  return "make control link " + link.str() + " to " + port.str();
}

std::vector<IfName> MakeControl::links() const { return {link}; }

}  // namespace patchbay
