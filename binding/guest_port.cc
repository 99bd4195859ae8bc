#include "binding/guest_port.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "binding/guest_answers.h"
#include "binding/redirect.h"
#include "binding/responder/control.h"
#include "plan/digest.h"
#include "plan/error.h"
#include "plan/record.h"
#include "plan/text.h"

namespace patchbay {
namespace {

static_assert(static_cast<int>(Guard::kMac) == PB_GUARD_MAC);
static_assert(static_cast<int>(Guard::kFull) == PB_GUARD_FULL);
static_assert(kLauncherUid == PB_LAUNCHER_UID);

[[noreturn]] void refuse(const Attachment& attachment, const std::string& found) {
  throw Error(Errc::kUnsupported,
              "network " + in_quotes(attachment.network) + ": guard \"full\" " + found);
}

// The bits of the first `length`, in network order.
template <typename Words>
void put_mask(uint8_t length, Words& words) {
  auto* bytes = reinterpret_cast<uint8_t*>(&words);
  for (size_t bit = 0; bit < length; ++bit) {
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] | 0x80 >> bit % 8);
  }
}

template <typename Prefix, size_t N>
void put_prefix(const Attachment& attachment, const IpPrefix& prefix, Prefix (&prefixes)[N],
                __u32& count) {
  if (count == N) {
    refuse(attachment,
           "knows at most " + std::to_string(N) +
               " addresses and prefixes of a "
               "family, and there are more; write a prefix that has several of them into "
               "\"allowedAddresses\", and give the pod fewer addresses");
  }
  Prefix& put = prefixes[count++];
  std::memcpy(&put.address, prefix.address.bytes(), prefix.address.size());
  put_mask(prefix.length, put.mask);
}

void put_prefix(const Attachment& attachment, const IpPrefix& prefix, pb_guard& guard) {
  if (prefix.family() == Family::kIpv4) {
    put_prefix(attachment, prefix, guard.v4, guard.prefixes4);
  } else {
    put_prefix(attachment, prefix, guard.v6, guard.prefixes6);
  }
}

void put_routers(const Attachment& attachment, pb_guard& guard) {
  for (const Route& route : attachment.routes) {
    if (guard.routers == PB_MOST_ROUTERS) return;
    if (!route.via || route.via->family() != Family::kIpv6 || !route.via->is_link_local()) continue;
    std::memcpy(guard.router[guard.routers++], route.via->bytes(), route.via->size());
  }
}

pb_guard guard_of(const Attachment& attachment) {
  const Wiring& wiring = attachment.wiring;
  pb_guard guard{};
  guard.mode = static_cast<__u8>(wiring.guard);
  if (wiring.guard == Guard::kOff) return guard;
  std::memcpy(guard.guest, attachment.mac.bytes(), sizeof guard.guest);
  guard.trunk = wiring.trunk.empty() ? 0 : 1;
  if (wiring.guard != Guard::kFull) return guard;
  for (const PlannedAddress& each : attachment.addresses) {
    const IpAddress& address = each.prefix.address;
    put_prefix(attachment, {address, static_cast<uint8_t>(address.size() * 8)}, guard);
  }
  for (const IpPrefix& prefix : wiring.allowed) put_prefix(attachment, prefix, guard);
  put_routers(attachment, guard);
  if (guard.prefixes4 == 0 && guard.prefixes6 == 0) {
    refuse(attachment,
           "lets out what bears the guest's addresses, and its IPAM gave none; write those of its "
           "guests into \"allowedAddresses\" of its NAD, or take guard \"mac\"");
  }
  return guard;
}

// After what the record keeps of it, not after the bytes made of that: another version of
// patchbay-cni finds its own again.
std::string port_name(const Attachment& attachment) {
  constexpr size_t kDigits = 8;
  return std::string(kPortName) + sha256_digits(to_json(record_of(attachment)), kDigits);
}

}  // namespace

std::optional<GuestPort> guest_port(const Attachment& attachment) {
  const Wiring& wiring = attachment.wiring;
  if (!has_port(wiring)) return std::nullopt;
  auto rules = std::make_shared<PortRules>();
  rules->guard = guard_of(attachment);
  rules->responds = wiring.responder;
  if (wiring.responder) {
    Diagnostics told_at_add;
    rules->answers = answers_for(attachment, "", told_at_add);
  }
  // Behind a tap that the network's plugin made nobody knows the link that leads on.
  const bool ends_here = attachment.backend == Backend::kTap;
  return GuestPort{port_name(attachment), std::move(rules), nullptr,
                   ends_here ? IfName() : attachment.pod_interface};
}

}  // namespace patchbay
