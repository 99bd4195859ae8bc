// MakeRecord: the record in the aliases of links of our own.
#include "binding/parked.h"
#include "binding/step_text.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/text.h"

namespace patchbay {
namespace {

// Deletes the record's links from the n-th on, the last one first: one that could not be deleted
// still has all those before it, and the next DEL finds it.
void delete_record_links(const IfName& link, size_t n, Kernel& kernel) {
  size_t end = n;
  while (end < kMaxRecordLinks && kernel.read_link(record_link_name(link, end))) ++end;
  while (end > n) kernel.delete_link(record_link_name(link, --end));
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
  delete_record_links(link, aliases.size(), kernel);
  for (size_t n = 0; n < aliases.size(); ++n) {
    const IfName name = record_link_name(link, n);
    const auto state = kernel.read_link(name);
    if (!state) kernel.make_dummy(name);
    if (!state || state->alias != aliases[n]) kernel.change_link(name, {.alias = aliases[n]});
  }
}

// Whole or gone: GC could not tell whose half a record is.
void MakeRecord::undo(Kernel& kernel) const {
  std::vector<std::string> found;
  for (const PodLink& each : record_links(kernel, link)) found.push_back(each.alias);
  try {
    delete_record_links(link, 0, kernel);
  } catch (const Error&) {
    MakeRecord{link, found}.apply(kernel);
    throw;
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
