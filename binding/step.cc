#include "binding/step.h"

#include <algorithm>

#include "plan/error.h"
#include "plan/names.h"
#include "plan/text.h"

namespace patchbay {
namespace {

using Differences = std::vector<std::string>;

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

std::string missing(const IfName& link) { return "link " + link.str() + " is not there"; }

std::string differs(const IfName& link, std::string_view what, const std::string& expected,
                    const std::string& found) {
  return "link " + link.str() + ": expected " + std::string(what) + " " + expected + ", found " +
         found;
}

std::string text_of(std::optional<uint32_t> id) { return id ? std::to_string(*id) : "none"; }

// MakeRecord

Differences verify_one(const MakeRecord& step, Kernel& kernel) {
  Differences found;
  for (size_t n = 0; n < step.aliases.size(); ++n) {
    const IfName name = record_link_name(step.link, n);
    const auto link = kernel.read_link(name);
    if (!link) {
      found.push_back(missing(name));
    } else if (link->alias != step.aliases[n]) {
      found.push_back(differs(name, "alias", in_quotes(step.aliases[n]), in_quotes(link->alias)));
    }
  }
  if (step.aliases.size() < kMaxRecordLinks) {
    const IfName next = record_link_name(step.link, step.aliases.size());
    if (kernel.read_link(next)) found.push_back("link " + next.str() + " continues the record");
  }
  return found;
}

// Deletes the record's links from the n-th on, the last one first: one that could not be deleted
// still has all those before it, and the next DEL finds it.
void delete_record_links(const IfName& link, size_t n, Kernel& kernel) {
  size_t end = n;
  while (end < kMaxRecordLinks && kernel.read_link(record_link_name(link, end))) ++end;
  while (end > n) kernel.delete_link(record_link_name(link, --end));
}

void apply_one(const MakeRecord& step, Kernel& kernel) {
  delete_record_links(step.link, step.aliases.size(), kernel);
  for (size_t n = 0; n < step.aliases.size(); ++n) {
    const IfName name = record_link_name(step.link, n);
    auto link = kernel.read_link(name);
    if (!link) {
      kernel.make_record_link(name);
      kernel.change_link(name, {.alias = step.aliases[n]});
    } else if (link->alias != step.aliases[n]) {
      kernel.change_link(name, {.alias = step.aliases[n]});
    }
  }
}

void undo_one(const MakeRecord& step, Kernel& kernel) { delete_record_links(step.link, 0, kernel); }

// MakeTap

// vnet_hdr is not compared: QEMU's own open decides it, by the NIC's model.
Differences foreign_tap(const MakeTap& step, const LinkState& link) {
  if (!link.tun || !link.tun->tap) {
    return {differs(step.link, "kind", "tap", link.kind.empty() ? "a device" : link.kind)};
  }
  Differences found;
  if (link.tun->owner != step.owner) {
    found.push_back(
        differs(step.link, "owner", std::to_string(step.owner), text_of(link.tun->owner)));
  }
  if (link.tun->group != step.group) {
    found.push_back(
        differs(step.link, "group", std::to_string(step.group), text_of(link.tun->group)));
  }
  if (link.tun->multi_queue) found.push_back(differs(step.link, "queues", "one", "multi_queue"));
  if (!link.tun->persist) found.push_back(differs(step.link, "persistence", "on", "off"));
  return found;
}

Differences unset_tap(const MakeTap& step, const LinkState& link) {
  Differences found;
  if (link.mtu != step.mtu) {
    found.push_back(differs(step.link, "MTU", std::to_string(step.mtu), std::to_string(link.mtu)));
  }
  if (link.addr_gen_mode.value_or(AddrGenMode::kNone) != AddrGenMode::kNone) {
    found.push_back(differs(step.link, "addr_gen_mode", "none", "another"));
  }
  return found;
}

Differences verify_one(const MakeTap& step, Kernel& kernel) {
  const auto link = kernel.read_link(step.link);
  if (!link) return {missing(step.link)};
  Differences found = foreign_tap(step, *link);
  if (found.empty()) found = unset_tap(step, *link);
  return found;
}

void apply_one(const MakeTap& step, Kernel& kernel) {
  auto link = kernel.read_link(step.link);
  if (link) {
    if (const Differences foreign = foreign_tap(step, *link); !foreign.empty()) {
      throw Error(Errc::kConflict, "the pod has a link where our tap belongs: " + join(foreign) +
                                       "; delete it, or find out who made it");
    }
  } else {
    kernel.make_tap(step.link, step.owner, step.group);
    link = kernel.read_link(step.link);
    if (!link) throw Error(Errc::kKernel, "tap " + step.link.str() + " vanished once made");
  }
  if (unset_tap(step, *link).empty()) return;
  LinkChange change{.mtu = step.mtu};
  if (link->addr_gen_mode) change.addr_gen_mode = AddrGenMode::kNone;
  kernel.change_link(step.link, change);
}

void undo_one(const MakeTap& step, Kernel& kernel) { kernel.delete_link(step.link); }

// Redirect

// A filter to a link that is gone (an empty name) was a redirect of an earlier tap.
bool all_ours(const Ingress& ingress, const Redirect& step) {
  return std::all_of(ingress.filters.begin(), ingress.filters.end(), [&step](const auto& filter) {
    return filter && (filter->empty() || *filter == step.to);
  });
}

bool is_redirected(const std::optional<Ingress>& ingress, const Redirect& step) {
  return ingress && ingress->filters == std::vector<std::optional<IfName>>{step.to};
}

Differences verify_one(const Redirect& step, Kernel& kernel) {
  if (!kernel.read_link(step.from)) return {missing(step.from)};
  if (is_redirected(kernel.read_ingress(step.from), step)) return {};
  return {"link " + step.from.str() + ": its ingress does not redirect to " + step.to.str()};
}

void apply_one(const Redirect& step, Kernel& kernel) {
  const auto ingress = kernel.read_ingress(step.from);
  if (is_redirected(ingress, step)) return;
  if (ingress && !ingress->filters.empty()) {
    if (!all_ours(*ingress, step)) {
      throw Error(Errc::kConflict,
                  "link " + step.from.str() +
                      " has ingress filters of somebody else, and all its frames must go to " +
                      step.to.str() + ": take the plugin that makes them out of the network");
    }
    kernel.remove_ingress(step.from);
  }
  kernel.add_redirect(step.from, step.to);
}

void undo_one(const Redirect& step, Kernel& kernel) {
  if (!kernel.read_link(step.from)) return;
  const auto ingress = kernel.read_ingress(step.from);
  if (ingress && all_ours(*ingress, step)) kernel.remove_ingress(step.from);
}

// ReceiveAllMulticast

Differences verify_one(const ReceiveAllMulticast& step, Kernel& kernel) {
  const auto link = kernel.read_link(step.link);
  if (!link) return {missing(step.link)};
  if (link->all_multicast) return {};
  return {differs(step.link, "all-multicast", "on", "off")};
}

void apply_one(const ReceiveAllMulticast& step, Kernel& kernel) {
  if (!verify_one(step, kernel).empty()) kernel.change_link(step.link, {.all_multicast = true});
}

void undo_one(const ReceiveAllMulticast& step, Kernel& kernel) {
  const auto link = kernel.read_link(step.link);
  if (link && link->all_multicast) kernel.change_link(step.link, {.all_multicast = false});
}

// Park

Differences verify_one(const Park& step, Kernel& kernel) {
  const auto link = kernel.read_link(step.link);
  if (!link) return {missing(step.link)};
  Differences found;
  for (const KernelAddress& address : kernel.read_addresses(step.link)) {
    found.push_back("link " + step.link.str() + " has the address " + address.prefix.to_string());
  }
  if (link->addr_gen_mode.value_or(AddrGenMode::kNone) != AddrGenMode::kNone) {
    found.push_back(differs(step.link, "addr_gen_mode", "none", "another"));
  }
  if (link->multicast) found.push_back(differs(step.link, "multicast", "off", "on"));
  return found;
}

void apply_one(const Park& step, Kernel& kernel) {
  if (verify_one(step, kernel).empty()) return;
  kernel.change_link(step.link, {.up = false});
  for (const KernelAddress& address : kernel.read_addresses(step.link)) {
    kernel.delete_address(step.link, address);
  }
  const auto link = kernel.read_link(step.link);
  LinkChange change{.multicast = false};
  if (link && link->addr_gen_mode) change.addr_gen_mode = AddrGenMode::kNone;
  kernel.change_link(step.link, change);
}

void undo_one(const Park& step, Kernel& kernel) {
  if (!kernel.read_link(step.link)) return;
  kernel.change_link(step.link, {.multicast = true, .up = false});
  for (const IpPrefix& prefix : step.addresses) kernel.add_address(step.link, {.prefix = prefix});
}

// SetUp

Differences verify_one(const SetUp& step, Kernel& kernel) {
  const auto link = kernel.read_link(step.link);
  if (!link) return {missing(step.link)};
  if (link->up) return {};
  return {differs(step.link, "state", "up", "down")};
}

void apply_one(const SetUp& step, Kernel& kernel) {
  if (!verify_one(step, kernel).empty()) kernel.change_link(step.link, {.up = true});
}

void undo_one(const SetUp& step, Kernel& kernel) {
  const auto link = kernel.read_link(step.link);
  if (link && link->up) kernel.change_link(step.link, {.up = false});
}

}  // namespace

void apply(const Step& step, Kernel& kernel) {
  std::visit([&kernel](const auto& s) { apply_one(s, kernel); }, step);
}

std::vector<std::string> verify(const Step& step, Kernel& kernel) {
  return std::visit([&kernel](const auto& s) { return verify_one(s, kernel); }, step);
}

void undo(const Step& step, Kernel& kernel) {
  std::visit([&kernel](const auto& s) { undo_one(s, kernel); }, step);
}

std::string to_string(const Step& step) {
  return std::visit(
      Overloaded{
          [](const MakeRecord& s) {
            std::string text;
            for (const std::string& alias : s.aliases) text += alias;
            return "make record " + s.link.str() + ": " + printable(text);
          },
          [](const MakeTap& s) {
            return "make tap " + s.link.str() + ": owner " + std::to_string(s.owner) + ", group " +
                   std::to_string(s.group) + ", mtu " + std::to_string(s.mtu);
          },
          [](const Redirect& s) { return "redirect " + s.from.str() + " to " + s.to.str(); },
          [](const ReceiveAllMulticast& s) { return "receive all multicast on " + s.link.str(); },
          [](const Park& s) {
            return "park the addresses of " + s.link.str() + ": " + to_string(s.addresses);
          },
          [](const SetUp& s) { return "set " + s.link.str() + " up"; },
      },
      step);
}

std::vector<IfName> links_of(const Step& step) {
  return std::visit(Overloaded{
                        [](const MakeRecord& s) {
                          std::vector<IfName> links;
                          for (size_t n = 0; n < s.aliases.size(); ++n) {
                            links.push_back(record_link_name(s.link, n));
                          }
                          return links;
                        },
                        [](const MakeTap& s) { return std::vector{s.link}; },
                        [](const Redirect& s) {
                          return std::vector{s.from, s.to};
                        },
                        [](const ReceiveAllMulticast& s) { return std::vector{s.link}; },
                        [](const Park& s) { return std::vector{s.link}; },
                        [](const SetUp& s) { return std::vector{s.link}; },
                    },
                    step);
}

}  // namespace patchbay
