#include "plan/migration.h"

#include <algorithm>

#include "plan/annotation.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr std::string_view kStaticIpam = "static";

// What the pod was given and the guest is told.
std::vector<IpAddress> from_the_record(const Attachment& attachment) {
  std::vector<IpAddress> found;
  for (const PlannedAddress& planned : attachment.addresses) {
    if (planned.source == Source::kRecord) found.push_back(planned.prefix.address);
  }
  return found;
}

std::string listed(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> texts;
  for (const IpAddress& address : addresses) texts.push_back(address.to_string());
  return join(texts);
}

// Those of the guest's that take the place of a family's recorded ones.
std::vector<IpAddress> others_of_the_guest(const std::vector<IpAddress>& recorded,
                                           const VmiInterface& interface) {
  std::vector<IpAddress> others;
  for (const IpAddress& address : interface.guest_addresses) {
    const auto same_family = [&](const IpAddress& own) { return own.family() == address.family(); };
    if (!address.is_link_local() && std::any_of(recorded.begin(), recorded.end(), same_family)) {
      others.push_back(address);
    }
  }
  const bool has_one = std::any_of(others.begin(), others.end(), [&](const IpAddress& address) {
    return std::find(recorded.begin(), recorded.end(), address) != recorded.end();
  });
  return has_one ? std::vector<IpAddress>() : others;
}

const std::string kCure = "write the address into the VM's annotation " +
                          std::string(kNetworksAnnotation) +
                          ", and take it out of the range that the IPAM gives away";

}  // namespace

void judge_migration(const Vmi& vmi, const VmiInterface& interface, const Attachment& attachment,
                     Diagnostics& diagnostics) {
  const std::vector<IpAddress> recorded = from_the_record(attachment);
  if (recorded.empty()) return;
  if (const auto others = others_of_the_guest(recorded, interface); !others.empty()) {
    diagnostics.push_back({Severity::kWarning, attachment.network, "VMI.status.interfaces",
                           "the running guest has " + listed(others) +
                               " and keeps it, but the network's IPAM gave this pod " +
                               listed(recorded) +
                               ": the guest's may be given to another once its old pod is gone",
                           kCure});
  } else if (vmi.live_migrates && !attachment.ipam.empty() && attachment.ipam != kStaticIpam) {
    diagnostics.push_back(
        {Severity::kWarning, attachment.network, "ipam",
         "the VM is live-migrated, and " + listed(recorded) + " is its pod's, by " +
             printable(attachment.ipam) +
             ": the pod that it moves to gets another, while the guest keeps this "
             "one",
         kCure});
  }
}

}  // namespace patchbay
