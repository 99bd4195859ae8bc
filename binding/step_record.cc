// MakeRecord: the record in the aliases of links of our own.
#include "binding/step_text.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/text.h"

namespace patchbay {
namespace {

// Those of the record's links that continue one of `n`.
std::vector<IfName> links_beyond(const IfName& link, size_t n, Kernel& kernel) {
  std::vector<IfName> beyond;
  for (; n < kMaxRecordLinks; ++n) {
    const IfName name = record_link_name(link, n);
    if (!kernel.read_link(name)) break;
    beyond.push_back(name);
  }
  return beyond;
}

}  // namespace

Differences MakeRecord::verify(Kernel& kernel) const {
  Differences found;
  for (size_t n = 0; n < aliases.size(); ++n) {
    const IfName name = record_link_name(link, n);
    const auto state = kernel.read_link(name);
    if (!state) {
      found.push_back(missing(name));
    } else if (state->alias != aliases[n]) {
      found.push_back(differs(name, "alias", in_quotes(aliases[n]), in_quotes(state->alias)));
    }
  }
  if (aliases.size() < kMaxRecordLinks) {
    const IfName next = record_link_name(link, aliases.size());
    if (kernel.read_link(next)) found.push_back("link " + next.str() + " continues the record");
  }
  return found;
}

void MakeRecord::apply(Kernel& kernel) const {
  kernel.delete_links(links_beyond(link, aliases.size(), kernel));
  for (size_t n = 0; n < aliases.size(); ++n) {
    const IfName name = record_link_name(link, n);
    const auto state = kernel.read_link(name);
    if (!state) kernel.make_dummy(name);
    if (!state || state->alias != aliases[n]) kernel.change_link(name, {.alias = aliases[n]});
  }
}

std::string MakeRecord::text() const {
  std::string record;
  for (const std::string& alias : aliases) record += alias;
  return "make record " + link.str() + ": " + printable(record);
}

std::vector<IfName> MakeRecord::links() const {
  std::vector<IfName> all;
  for (size_t n = 0; n < aliases.size(); ++n) all.push_back(record_link_name(link, n));
  return all;
}

}  // namespace patchbay
