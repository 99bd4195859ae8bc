#include "plan/dhcp_binding.h"

#include <algorithm>

#include "plan/bindings.h"
#include "plan/text.h"

namespace patchbay {
namespace {

std::string addresses_of(const Attachment& attachment) {
  std::vector<std::string> texts;
  for (const PlannedAddress& address : attachment.addresses) texts.push_back(to_string(address));
  return join(texts);
}

bool came_with_the_pod(const Attachment& attachment) {
  return std::all_of(
      attachment.addresses.begin(), attachment.addresses.end(),
      [](const PlannedAddress& address) { return address.source == Source::kRecord; });
}

// By what patchbay-cni put at the tap, of what the network gave; it has not seen the annotation.
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
       "have a DHCP server on the network, or configure the guest; to have addresses handed over "
       "use binding patchbay (VMs with a cloud-init volume) or patchbay-seed (without one)"});
}

}  // namespace

void leave_to_dhcp(const NetworkWishes* wishes, Attachment& attachment, Diagnostics& diagnostics) {
  if (attachment.binding != kDhcpBinding || !attachment.ours) return;
  std::string untold;
  bool answered = false;
  if (!attachment.addresses.empty()) {
    answered = attachment.wiring.responder && came_with_the_pod(attachment);
    untold = addresses_of(attachment);
    attachment.addresses.clear();
    attachment.routes.clear();
    attachment.dns = {};
    const bool no_ipv4 = wishes != nullptr && wishes->ipv4 == Ipv4Method::kNone;
    if (!no_ipv4) attachment.ipv4 = Ipv4Method::kDhcp;
    if (attachment.ipv6 == Ipv6Method::kStatic) attachment.ipv6 = Ipv6Method::kNone;
  }
  if (answered) {
    note_what_is_answered(attachment, untold, diagnostics);
    return;
  }
  const bool keeps_its_own =
      attachment.ipv4 == Ipv4Method::kNone && attachment.ipv6 == Ipv6Method::kNone;
  if (!keeps_its_own || !untold.empty()) warn_that_nobody_answers(attachment, untold, diagnostics);
}

}  // namespace patchbay
