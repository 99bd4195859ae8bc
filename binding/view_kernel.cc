#include "binding/view_kernel.h"

#include "plan/error.h"

namespace patchbay {

void ViewKernel::refuse() {
  throw Error(Errc::kInternal, "a view of a namespace was to be changed");
}

const SeenLink& ViewKernel::at(const IfName& name) const {
  const SeenLink* link = find_link(view_, name);
  if (link == nullptr) throw Error(Errc::kNotFound, "link " + name.str() + " is not there");
  return *link;
}

std::optional<LinkState> ViewKernel::read_link(const IfName& name) {
  const SeenLink* link = find_link(view_, name);
  return link == nullptr ? std::nullopt : std::optional(link->state);
}

std::vector<KernelAddress> ViewKernel::read_addresses(const IfName& link) {
  return at(link).addresses;
}

std::vector<KernelRoute> ViewKernel::read_routes(const IfName& link) { return at(link).routes; }

// A qdisc that others may share shows as one foreign filter, as NetlinkKernel has it.
std::optional<Ingress> ViewKernel::read_ingress(const IfName& link) {
  const auto& seen = at(link).ingress;
  if (!seen) return std::nullopt;
  Ingress ingress;
  if (seen->kind != "ingress") {
    ingress.filters.emplace_back(ForeignFilter{});
    return ingress;
  }
  for (const SeenFilter& each : seen->filters) ingress.filters.push_back(each.filter);
  return ingress;
}

std::optional<std::string> ViewKernel::read_control(const IfName& link) {
  const std::string& name = at(link).control;
  return name.empty() ? std::nullopt : std::optional(name);
}

bool ViewKernel::read_lro(const IfName& link) { return at(link).lro; }

}  // namespace patchbay
