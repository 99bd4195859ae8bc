#include "binding/check.h"

#include <algorithm>

#include "binding/drift.h"
#include "binding/parked.h"
#include "binding/step.h"
#include "plan/error.h"
#include "plan/pod_state.h"
#include "plan/text.h"

namespace patchbay {
namespace {

std::string remedy() { return std::string("; ") + kMakeAnew; }

std::string about(const AttachmentCall& call) {
  return "network " + in_quotes(call.network) + ": ";
}

Record read_record(const std::vector<PodLink>& links, const AttachmentCall& call) {
  const IfName& name = call.names.record;
  if (links.empty()) {
    throw Error(Errc::kNotFound, about(call) +
                                     "expected the record of what was parked for the guest in "
                                     "the alias of link " +
                                     name.str() +
                                     ", which is not there: the interface was never attached, or "
                                     "is detached already" +
                                     remedy());
  }
  try {
    return *find_record(PodState{links}, name);
  } catch (const Error& error) {
    throw Error(Errc::kConflict, about(call) + "expected a record, found one that can't be read: " +
                                     error.what() + remedy());
  }
}

// An address that ADD could not find on the interface is one that the guest does not have.
Differences broken_promises(const Record& record, const AttachmentCall& call) {
  Differences found;
  if (!call.prev_result) return found;
  for (const CniIp& ip : ips_of(*call.prev_result, call.names.pod.str())) {
    if (std::find(record.ips.begin(), record.ips.end(), ip.address) != record.ips.end()) continue;
    found.push_back("prevResult has the address " + ip.address.to_string() +
                    " for it, the record has " + to_string(record.ips));
  }
  return found;
}

}  // namespace

void check(Kernel& kernel, const AttachmentCall& call) {
  const auto links = record_links(kernel, call.names.record);
  const Record record = read_record(links, call);
  Differences found = broken_promises(record, call);
  for (Drift& drift : drift_from(record, links, call.network, call.names, kernel)) {
    found.push_back(std::move(drift.what));
  }
  if (found.empty()) return;
  throw Error(Errc::kConflict,
              about(call) + "the pod is not as ADD left it: " + join(found, "; ") + remedy());
}

}  // namespace patchbay
