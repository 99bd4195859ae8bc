#include "plan/dhcp_binding.h"

#include "plan/bindings.h"
#include "plan/text.h"

namespace patchbay {
namespace {

std::string addresses_of(const Attachment& attachment) {
  std::vector<std::string> texts;
  for (const PlannedAddress& address : attachment.addresses) texts.push_back(to_string(address));
  return join(texts);
}

void note_what_is_answered(const Attachment& attachment, const std::string& told,
                           Diagnostics& diagnostics) {
  diagnostics.push_back({Severity::kNote, attachment.network, "responder",
                         "the guest's DHCP is answered at its port with " + told, ""});
}

void warn_that_nobody_answers(const Attachment& attachment, const std::string& untold,
                              Diagnostics& diagnostics) {
  diagnostics.push_back(
      {Severity::kWarning, attachment.network, "binding " + std::string(kDhcpBinding),
       "patchbay serves no address to this NIC: the binding connects it, and the guest asks the "
       "network's own DHCP server or keeps what is configured inside it" +
           (untold.empty() ? "" : "; nobody tells it " + untold),
       "write \"responder\": true under \"patchbay\" in the network's NAD, have a DHCP server on "
       "the "
       "network, or configure the guest; to have addresses handed over use binding patchbay (VMs "
       "with a cloud-init volume) or patchbay-seed (without one)"});
}

}  // namespace

void lease_of(Attachment& attachment) {
  if (!attachment.wiring.responder) return;
  attachment.lease = Lease{attachment.addresses, attachment.routes, attachment.dns};
}

void leave_to_dhcp(const NetworkWishes* wishes, Attachment& attachment, Diagnostics& diagnostics) {
  if (attachment.binding != kDhcpBinding || !attachment.ours) return;
  std::string told;
  if (!attachment.addresses.empty()) {
    told = addresses_of(attachment);
    attachment.addresses.clear();
    attachment.routes.clear();
    attachment.dns = {};
    const bool no_ipv4 = wishes != nullptr && wishes->ipv4 == Ipv4Method::kNone;
    if (!no_ipv4) attachment.ipv4 = Ipv4Method::kDhcp;
    if (attachment.ipv6 == Ipv6Method::kStatic) {
      attachment.ipv6 = attachment.lease ? Ipv6Method::kDhcp : Ipv6Method::kNone;
    }
    if (attachment.lease) {
      note_what_is_answered(attachment, told, diagnostics);
      return;
    }
  }
  const bool keeps_its_own =
      attachment.ipv4 == Ipv4Method::kNone && attachment.ipv6 == Ipv6Method::kNone;
  if (!keeps_its_own || !told.empty()) warn_that_nobody_answers(attachment, told, diagnostics);
}

}  // namespace patchbay
