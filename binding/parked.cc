#include "binding/parked.h"

#include "plan/names.h"

namespace patchbay {

std::vector<PodLink> record_links(Kernel& kernel, const IfName& record) {
  std::vector<PodLink> links;
  while (links.size() < kMaxRecordLinks) {
    const auto link = kernel.read_link(record_link_name(record, links.size()));
    if (!link) break;
    links.push_back({.name = link->name, .kind = link->kind, .up = link->up, .alias = link->alias});
  }
  return links;
}

}  // namespace patchbay
