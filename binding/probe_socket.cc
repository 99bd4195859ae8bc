#include "binding/probe_socket.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <thread>

#include "plan/error.h"

namespace patchbay {
namespace {

constexpr size_t kFrameBytes = 512;       // an advertisement with an option has 86, an ARP frame 60
constexpr uint16_t kVlanIdMask = 0x0fff;  // IEEE 802.1Q
constexpr std::chrono::milliseconds kCarrierPoll(10);

// Bound to no protocol yet: nothing arrives before the filter is there.
int open_socket(const NetNamespace& inside) {
  const NetNamespace::Scope scope(inside);
  return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
}

ifreq request_for(const IfName& link) {
  ifreq request{};
  std::memcpy(request.ifr_name, link.c_str(), link.str().size());
  return request;
}

// The kernel takes a tag out of the frame and tells it beside. VLAN 0 is a priority, no network.
bool is_tagged(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata data;
    std::memcpy(&data, CMSG_DATA(c), sizeof data);
    if (data.tp_status & TP_STATUS_VLAN_VALID) return (data.tp_vlan_tci & kVlanIdMask) != 0;
  }
  return false;
}

}  // namespace

ProbeSocket::ProbeSocket(const NetNamespace& inside, const IfName& link, bool promiscuous)
    : link_(link), socket_(open_socket(inside)) {
  if (socket_.get() < 0) fail("socket");
  receive_only_probes();
  const int on = 1;
  if (setsockopt(socket_.get(), SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0) {
    fail("PACKET_AUXDATA");
  }
  bind_to_link(promiscuous);
}

void ProbeSocket::fail(const char* what) const {
  const int error = errno;
  throw Error(error == ENODEV ? Errc::kNotFound : Errc::kKernel,
              "could not ask on " + link_.str() + " for duplicate addresses: " + what + ": " +
                  std::strerror(error));
}

// A host's device may carry millions of other frames: ARP and ICMPv6 of types 135 and 136 pass.
void ProbeSocket::receive_only_probes() const {
  std::array<sock_filter, 10> program{{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(ethhdr, h_proto)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 6),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + offsetof(ip6_hdr, ip6_nxt)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 4),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + sizeof(ip6_hdr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kFrameBytes),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter{program.size(), program.data()};
  if (setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    fail("SO_ATTACH_FILTER");
  }
}

// All protocols: a socket for one of them sees tagged frames as if they had no tag, and none that
// tc ingress redirects.
void ProbeSocket::bind_to_link(bool promiscuous) const {
  ifreq request = request_for(link_);
  if (ioctl(socket_.get(), SIOCGIFINDEX, &request) != 0) fail("SIOCGIFINDEX");
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = request.ifr_ifindex;
  if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail("bind");
  }
  for (const int type : {PACKET_MR_ALLMULTI, PACKET_MR_PROMISC}) {
    if (type == PACKET_MR_PROMISC && !promiscuous) continue;
    packet_mreq membership{};
    membership.mr_ifindex = request.ifr_ifindex;
    membership.mr_type = static_cast<unsigned short>(type);
    if (setsockopt(socket_.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                   sizeof membership) != 0) {
      fail("PACKET_ADD_MEMBERSHIP");
    }
  }
}

void ProbeSocket::wait_for_carrier(Clock::time_point deadline) const {
  while (true) {
    ifreq request = request_for(link_);
    if (ioctl(socket_.get(), SIOCGIFFLAGS, &request) != 0) fail("SIOCGIFFLAGS");
    if ((request.ifr_flags & IFF_UP) != 0 && (request.ifr_flags & IFF_RUNNING) != 0) return;
    if (Clock::now() >= deadline) break;
    std::this_thread::sleep_for(kCarrierPoll);
  }
  throw Error(Errc::kTryAgain, "could not ask on " + link_.str() +
                                   " for duplicate addresses: expected it up with a carrier, found "
                                   "none; see what it is plugged into, or take \"dad\" out of the "
                                   "network's \"patchbay\" options");
}

void ProbeSocket::send(std::string_view frame) const {
  while (::send(socket_.get(), frame.data(), frame.size(), 0) < 0) {
    if (errno != EINTR) fail("send");
  }
}

bool ProbeSocket::wait_for_frame(Clock::time_point deadline) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd readable{socket_.get(), POLLIN, 0};
  const int ready = poll(&readable, 1, static_cast<int>(std::max<int64_t>(left, 0)));
  if (ready < 0 && errno != EINTR) fail("poll");
  return ready > 0 || left > 0;
}

std::optional<std::string> ProbeSocket::receive(Clock::time_point deadline) const {
  while (wait_for_frame(deadline)) {
    std::string frame(kFrameBytes, '\0');
    sockaddr_ll from{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(tpacket_auxdata))> beside;
    iovec room{frame.data(), frame.size()};
    msghdr message{&from, sizeof from, &room, 1, beside.data(), beside.size(), 0};
    const ssize_t size = recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (size < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      fail("recvmsg");
    }
    if (from.sll_pkttype == PACKET_OUTGOING || is_tagged(message)) continue;
    frame.resize(static_cast<size_t>(size));
    return frame;
  }
  return std::nullopt;
}

}  // namespace patchbay
