#include "binding/port_control.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>

#include "binding/guest_answers.h"
#include "binding/net_namespace.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/text.h"

namespace patchbay {
namespace {

// It is answered before the call that sends it returns; so long a busy machine may take.
constexpr int kWaitMilliseconds = 500;

bool set_option(const FileDescriptor& socket, int option) {
  const int on = 1;
  return setsockopt(socket.get(), SOL_SOCKET, option, &on, sizeof on) == 0;
}

bool send(const FileDescriptor& socket, const IfName& control, const pb_control& message) {
  const std::string name = control.str();
  sockaddr_in everybody{};
  everybody.sin_family = AF_INET;
  everybody.sin_port = htons(PB_CONTROL_PORT);
  everybody.sin_addr.s_addr = INADDR_BROADCAST;
  return socket.get() >= 0 && set_option(socket, SO_BROADCAST) && set_option(socket, SO_NO_CHECK) &&
         setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, name.data(),
                    static_cast<socklen_t>(name.size())) == 0 &&
         sendto(socket.get(), &message, sizeof message, 0, reinterpret_cast<sockaddr*>(&everybody),
                sizeof everybody) == static_cast<ssize_t>(sizeof message);
}

bool wait_for_answer(const FileDescriptor& socket) {
  pollfd waiting{socket.get(), POLLIN, 0};
  int ready = -1;
  do ready = poll(&waiting, 1, kWaitMilliseconds);
  while (ready < 0 && errno == EINTR);
  if (ready == 0) errno = ETIMEDOUT;
  return ready > 0;
}

// `message` is the answer to it then; false, with errno, where none comes.
bool exchange(const IfName& control, pb_control& message) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!send(socket, control, message) || !wait_for_answer(socket)) return false;
  const ssize_t got = recv(socket.get(), &message, sizeof message, MSG_DONTWAIT);
  errno = EBADMSG;
  return got == static_cast<ssize_t>(sizeof message) && message.magic == PB_CONTROL_MAGIC &&
         message.operation == PB_REPORT;
}

// Of what can be told.
bool same_answers(const pb_answers& one, const pb_answers& other) {
  constexpr size_t kTold = offsetof(pb_answers, dhcp4);
  return std::memcmp(reinterpret_cast<const char*>(&one) + kTold,
                     reinterpret_cast<const char*>(&other) + kTold, sizeof one - kTold) == 0;
}

std::unique_ptr<pb_control> message_of(pb_control_operation operation) {
  auto message = std::make_unique<pb_control>();
  message->magic = PB_CONTROL_MAGIC;
  message->operation = operation;
  return message;
}

}  // namespace

std::optional<PortReport> ask_port(const IfName& control) {
  const auto message = message_of(PB_ASK);
  if (!exchange(control, *message)) return std::nullopt;
  PortReport report{.answers = message->answers};
  std::copy(std::begin(message->dropped), std::end(message->dropped), report.dropped.begin());
  return report;
}

std::vector<IpAddress> answered_addresses(const pb_answers& answers) {
  std::vector<IpAddress> found;
  if (answers.dhcp4.on != 0) {
    found.push_back(IpAddress::from_bytes(Family::kIpv4, &answers.dhcp4.address));
  }
  constexpr size_t kHead = 4;  // of the option
  for (size_t i = 0; answers.dhcp6.on != 0 && i < answers.dhcp6.addresses; ++i) {
    if (i == PB_MOST_ADDRESSES) break;
    found.push_back(
        IpAddress::from_bytes(Family::kIpv6, answers.dhcp6.leases + i * PB_ADDRESS_OPTION + kHead));
  }
  return found;
}

void tell_responder(const Attachment& attachment, std::string_view host_name,
                    Diagnostics& diagnostics) {
  const IfName control = link_names_beside(attachment.pod_interface).control;
  const pb_answers answers = answers_for(attachment, host_name, diagnostics);
  const auto message = message_of(PB_TELL);
  message->answers = answers;
  if (exchange(control, *message) && same_answers(message->answers, answers)) return;
  throw Error(Errc::kKernel,
              "network " + in_quotes(attachment.network) +
                  ": expected the responder at the guest's port to take what it is to answer, by "
                  "way of link " +
                  control.str() + ", found: " + std::strerror(errno) +
                  "; install the same version of patchbay-cni on the node, and restart the VM; "
                  "without it take \"responder\" out of the network's NAD");
}

}  // namespace patchbay
