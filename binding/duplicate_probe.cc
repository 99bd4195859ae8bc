#include "binding/duplicate_probe.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "binding/macvlan_sibling.h"
#include "binding/probe_socket.h"

namespace patchbay {
namespace {

using Clock = ProbeSocket::Clock;
using std::chrono::milliseconds;

// RFC 5227, section 1.1, which waits 5 to 9 s for hosts that sleep, and spreads out those that are
// switched on together. A VM's start waits for each ADD, one after the other; a node starts its
// pods one by one; and neighbours on one Ethernet answer in well below a millisecond. So as many
// probes as there, against loss, a tenth of the time between them, and no delay before the first.
// IPv6 is asked in the same rhythm (RFC 4861, RETRANS_TIMER: 1 s).
constexpr int kProbeNum = 3;
constexpr milliseconds kProbeMin(100);      // RFC: 1 s
constexpr milliseconds kProbeMax(200);      // RFC: 2 s
constexpr milliseconds kAnnounceWait(300);  // RFC: 2 s

constexpr milliseconds kCarrierWait(5000);  // Ethernet's autonegotiation takes up to 3 or 4 s
// The kernel's own detection, RFC 4862, section 5.4.2: up to 1 s (MAX_RTR_SOLICITATION_DELAY) and
// RETRANS_TIMER, 1 s.
constexpr milliseconds kOwnDetection(3000);
constexpr milliseconds kOwnDetectionPoll(20);
// A flood must not hold an ADD: what had arrived in time is read, and no more.
constexpr int kMaxLateFrames = 256;

constexpr const char* kPciDevices = "/sys/bus/pci/devices";
uint32_t random_number() {
  static std::random_device device;
  return static_cast<uint32_t>(device());
}

// Locally administered, unicast (IEEE 802, section 8.4).
Mac random_local_mac() {
  const std::array<uint32_t, 2> random{random_number(), random_number()};
  std::array<uint8_t, 6> bytes;
  std::memcpy(bytes.data(), random.data(), bytes.size());
  bytes[0] = static_cast<uint8_t>((bytes[0] & 0xfc) | 0x02);
  return Mac::from_bytes(bytes.data());
}

milliseconds random_interval() {
  return kProbeMin + milliseconds(random_number() % (kProbeMax - kProbeMin).count());
}

struct Port {
  bool macvlan_port = false;  // a macvlan or macvtap that shares its lower device with others
  bool virtual_function = false;
};

Port decode_port(const nlmsghdr& message) {
  const NetlinkAttributes link = attributes_of<ifinfomsg>(message);
  const NetlinkAttributes info = link.nested(IFLA_LINKINFO);
  const std::string_view kind = info.string(IFLA_INFO_KIND);
  const auto mode = info.nested(IFLA_INFO_DATA).value<uint32_t>(IFLA_MACVLAN_MODE);
  Port port;
  port.macvlan_port =
      (kind == "macvlan" || kind == "macvtap") && mode != uint32_t{MACVLAN_MODE_PASSTHRU};
  const std::string device(link.string(IFLA_PARENT_DEV_NAME));
  if (device.empty()) return port;
  const std::filesystem::path function = std::filesystem::path(kPciDevices) / device / "physfn";
  std::error_code failure;
  port.virtual_function = std::filesystem::exists(function, failure);
  if (failure) {
    throw Error(Errc::kIo,
                "could not see whether the NIC is a virtual function: " + failure.message(),
                function.string());
  }
  return port;
}

Port read_port(NetlinkSocket& socket, int index, const IfName& name) {
  ifinfomsg header{};
  header.ifi_index = index;
  NetlinkMessage request(RTM_GETLINK, 0);
  request.header(header);
  Port port;
  socket.exchange(request, [&port](const nlmsghdr& message) { port = decode_port(message); })
      .must_be_ok("read link " + name.str());
  return port;
}

// Whether the kernel still looks for duplicates of one of `addresses` on a link of its own.
bool is_detecting(NetlinkSocket& socket, int index, const std::vector<IpAddress>& addresses) {
  bool found = false;
  const auto request = [] {
    ifaddrmsg header{};
    header.ifa_family = AF_INET6;
    NetlinkMessage message(RTM_GETADDR, NLM_F_DUMP);
    message.header(header);
    return message;
  };
  socket.dump(
      "read addresses", request, [&] { found = false; },
      [&](const nlmsghdr& message) {
        const auto* header = header_of<ifaddrmsg>(message);
        if (header == nullptr || header->ifa_index != static_cast<uint32_t>(index)) return;
        if ((header->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != IFA_F_TENTATIVE) return;
        const void* bytes = attributes_of<ifaddrmsg>(message).bytes(IFA_ADDRESS, 16);
        found |= bytes != nullptr &&
                 std::find(addresses.begin(), addresses.end(),
                           IpAddress::from_bytes(Family::kIpv6, bytes)) != addresses.end();
      });
  return found;
}

// Two that look for duplicates of one address at once take each other for one.
void wait_for_own_detection(NetlinkSocket& socket, int index,
                            const std::vector<IpAddress>& addresses) {
  const auto deadline = Clock::now() + kOwnDetection;
  while (is_detecting(socket, index, addresses) && Clock::now() < deadline) {
    std::this_thread::sleep_for(kOwnDetectionPoll);
  }
}

// Probes for all addresses at a time, and what comes back meanwhile.
class Search {
 public:
  Search(ProbeSocket socket, const AddressProbe& probe, const Mac& sender)
      : socket_(std::move(socket)), probe_(probe), sender_(sender) {}

  std::vector<AddressClaim> run() {
    socket_.wait_for_carrier(Clock::now() + kCarrierWait);
    for (int n = 1; n <= kProbeNum; ++n) {
      for (const IpAddress& address : probe_.addresses) {
        socket_.send(probe_frame(address, sender_));
      }
      listen(Clock::now() + (n < kProbeNum ? random_interval() : kAnnounceWait));
    }
    return {found_.begin(), found_.end()};
  }

 private:
  void listen(Clock::time_point deadline) {
    for (int late = 0; late < kMaxLateFrames;) {
      const auto frame = socket_.receive(deadline);
      if (!frame) return;
      if (Clock::now() >= deadline) ++late;
      const auto conflict = conflict_in(*frame, probe_.addresses, {probe_.guest, sender_});
      if (conflict) found_.insert(*conflict);
    }
  }

  const ProbeSocket socket_;
  const AddressProbe& probe_;
  const Mac sender_;
  std::set<AddressClaim> found_;
};

}  // namespace

std::vector<AddressClaim> find_duplicates(NetlinkSocket& socket, const NetNamespace& inside,
                                          int index, const AddressProbe& probe) {
  const Port port = read_port(socket, index, probe.link);
  if (probe.only_guest_passes || port.virtual_function) {
    return Search(ProbeSocket(inside, probe.link, false), probe, probe.guest).run();
  }
  const Mac sender = random_local_mac();
  if (!port.macvlan_port) {
    return Search(ProbeSocket(inside, probe.link, true), probe, sender).run();
  }
  wait_for_own_detection(socket, index, probe.addresses);
  const MacvlanSibling sibling(socket, inside, index, sender);
  return Search(ProbeSocket(sibling.inside(), sibling.name(), false), probe, sender).run();
}

}  // namespace patchbay
