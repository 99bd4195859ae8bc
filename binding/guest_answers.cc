#include "binding/guest_answers.h"

#include <algorithm>
#include <cstring>

#include "binding/answers_dhcp4.h"
#include "binding/answers_ipv6.h"

namespace patchbay {

std::vector<IpPrefix> static_addresses(const Attachment& attachment, Family family) {
  std::vector<IpPrefix> found;
  for (const PlannedAddress& address : attachment.addresses) {
    if (address.prefix.family() == family) found.push_back(address.prefix);
  }
  return found;
}

std::vector<Route> routes_of_family(const Attachment& attachment, Family family) {
  std::vector<Route> found;
  for (const Route& route : attachment.routes) {
    if (route.to.family() == family && !route.table) found.push_back(route);
  }
  return found;
}

pb_answers answers_for(const Attachment& attachment, std::string_view host_name,
                       Diagnostics& diagnostics) {
  pb_answers answers{};
  std::memcpy(answers.guest, attachment.mac.bytes(), sizeof answers.guest);
  put_dhcp4(attachment, host_name, answers.dhcp4, diagnostics);
  put_ipv6(attachment, answers, diagnostics);
  return answers;
}

}  // namespace patchbay
