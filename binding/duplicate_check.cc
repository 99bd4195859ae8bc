#include "binding/duplicate_check.h"

#include <string>
#include <vector>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

[[noreturn]] void refuse(const Attachment& attachment, const std::string& why) {
  throw Error(Errc::kUnsupported, "network " + in_quotes(attachment.network) +
                                      ": can't look for duplicate addresses on " +
                                      attachment.pod_interface.str() + ": " + why +
                                      "; take \"dad\" out of the network's \"patchbay\" options");
}

void check_kind(const Attachment& attachment, const LinkState& nic) {
  if (nic.kind == "ipvlan" || nic.kind == "ipvtap") {
    refuse(attachment,
           "ipvlan gives an answer only to the IP address that asked, and a probe has "
           "none yet");
  }
  if (nic.kind == "tun") refuse(attachment, "a tap leads to the guest, not to the network");
}

std::string claims(const std::vector<AddressClaim>& found) {
  std::vector<std::string> texts;
  texts.reserve(found.size());
  for (const AddressClaim& claim : found) {
    texts.push_back(claim.address.to_string() + " by " + claim.mac.to_string());
  }
  return join(texts);
}

}  // namespace

void refuse_duplicates(Kernel& kernel, const Attachment& attachment, const LinkState& nic,
                       bool mac_spoof_check, Diagnostics& diagnostics) {
  if (attachment.addresses.empty()) return;
  check_kind(attachment, nic);
  AddressProbe probe{.link = attachment.pod_interface,
                     .guest = attachment.mac,
                     .only_guest_passes = mac_spoof_check};
  for (const PlannedAddress& address : attachment.addresses) {
    probe.addresses.push_back(address.prefix.address);
  }
  if (mac_spoof_check) {
    diagnostics.push_back(
        {Severity::kNote, attachment.network, attachment.pod_interface.str(),
         "macspoofchk passes no sender but the guest's MAC: the probe for duplicate addresses "
         "comes from it, and switches learn it here even while a migrating VM still runs elsewhere",
         "to keep that from happening take \"dad\" or \"macspoofchk\" out of the network"});
  }
  const std::vector<AddressClaim> found = kernel.find_duplicates(probe);
  if (found.empty()) return;
  throw Error(
      Errc::kConflict,
      "network " + in_quotes(attachment.network) +
          ": expected addresses that nobody else has, found in use: " + claims(found) +
          "; find that machine by its MAC and take the address away from it, or exclude the "
          "address in the network's IPAM, and start the VM again",
      attachment.pod_interface.str());
}

}  // namespace patchbay
