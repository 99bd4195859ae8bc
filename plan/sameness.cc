#include "plan/sameness.h"

#include <map>

#include "plan/annotation.h"
#include "plan/error.h"

namespace patchbay {
namespace {

void refuse_same_name(const NetworkPlan& plan, Diagnostics& diagnostics) {
  for (size_t i = 0; i < plan.attachments.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Attachment& first = plan.attachments[j];
      const Attachment& second = plan.attachments[i];
      if (!second.guest_name.empty() && first.guest_name == second.guest_name) {
        diagnostics.push_back({Severity::kError, second.network,
                               "annotation " + std::string(kNetworksAnnotation) + ".guestName",
                               in_quotes(second.guest_name) + " is the name of network " +
                                   in_quotes(first.network) + ", too",
                               "give each NIC a name of its own"});
      }
    }
  }
}

// The guest finds its NICs by MAC. ipvlan gives all of a parent's the same one.
void refuse_same_mac(const NetworkPlan& plan, Diagnostics& diagnostics) {
  std::map<Mac, std::string> owners;
  for (const OtherNic& other : plan.others) {
    if (!other.mac.is_zero()) owners.emplace(other.mac, other.network);
  }
  for (const Attachment& attachment : plan.attachments) {
    const auto [owner, fresh] = owners.emplace(attachment.mac, attachment.network);
    if (fresh) continue;
    diagnostics.push_back({Severity::kError, attachment.network,
                           "VMI.spec.domain.devices.interfaces",
                           "has the MAC " + attachment.mac.to_string() + ", and so has network " +
                               in_quotes(owner->second) + ": the guest could not tell them apart",
                           "give each NIC a MAC of its own; two ipvlan networks of a VM need two "
                           "parents"});
  }
}

// On two networks that know nothing of one another it may be meant; a guest serves it on one.
void warn_of_same_address(const NetworkPlan& plan, Diagnostics& diagnostics) {
  std::map<IpAddress, std::string> owners;
  for (const Attachment& attachment : plan.attachments) {
    for (const PlannedAddress& planned : attachment.addresses) {
      const auto [owner, fresh] = owners.emplace(planned.prefix.address, attachment.network);
      if (fresh || owner->second == attachment.network) continue;
      diagnostics.push_back({Severity::kWarning, attachment.network, "addresses",
                             "has " + to_string(planned) + ", and so has network " +
                                 in_quotes(owner->second) +
                                 ": the guest answers for it on either NIC",
                             "give each network an address of its own"});
    }
  }
}

}  // namespace

void judge_sameness(const NetworkPlan& plan, Diagnostics& diagnostics) {
  refuse_same_name(plan, diagnostics);
  refuse_same_mac(plan, diagnostics);
  warn_of_same_address(plan, diagnostics);
}

}  // namespace patchbay
