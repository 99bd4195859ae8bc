#include "binding/netlink_socket.h"

#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace patchbay {
namespace {

constexpr size_t kReceiveBytes = size_t{32} << 10;  // NLMSG_GOODSIZE's upper bound for dumps
constexpr int kDumpTries = 20;

void set_option(nl_sock* socket, int option) {
  const int on = 1;
  // Best effort: kernels before 4.20 know no strict checking, and what they send is filtered
  // anyway.
  setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, option, &on, sizeof on);
}

// netlink_dump_done (net/netlink/af_netlink.c): a dump that the kernel gave up says so at its end.
int error_of_end(const nlmsghdr& message) {
  const auto* error = header_of<int>(message);
  return error == nullptr || *error >= 0 ? 0 : -*error;
}

// linux/netlink.h, nlmsgerr: the request's header, capped or whole, then attributes.
NetlinkAnswer answer_of(const nlmsghdr& message) {
  const auto* error = header_of<nlmsgerr>(message);
  if (error == nullptr) return {EBADMSG, "a short acknowledgement"};
  NetlinkAnswer answer{-error->error, {}};
  if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return answer;
  size_t offset = sizeof(nlmsgerr);
  if ((message.nlmsg_flags & NLM_F_CAPPED) == 0) {
    offset += error->msg.nlmsg_len - sizeof(nlmsghdr);
  }
  const size_t length = message.nlmsg_len - NLMSG_HDRLEN;
  offset = NLMSG_ALIGN(offset);
  if (offset >= length) return answer;
  const auto* data = reinterpret_cast<const char*>(error) + offset;
  answer.explanation = NetlinkAttributes(data, length - offset).string(NLMSGERR_ATTR_MSG);
  return answer;
}

void must_be_sent(int sent) {
  if (sent >= 0) return;
  throw Error(Errc::kIo, std::string("could not write to netlink: ") + nl_geterror(sent));
}

}  // namespace

void NetlinkAnswer::must_be_ok(const std::string& what) const {
  if (ok()) return;
  const std::string said = explanation.empty() ? "" : in_quotes(explanation) + ", ";
  throw Error(error == ENODEV ? Errc::kNotFound : Errc::kKernel,
              "could not " + what + ": " + said + std::strerror(error));
}

struct NetlinkSocket::Round {
  uint32_t sequence = 0;
  const OnMessage& on_message;
  NetlinkAnswer answer;
  bool interrupted = false;
};

NetlinkSocket::NetlinkSocket(int protocol, uint32_t peer) : socket_(nl_socket_alloc()) {
  if (!socket_) throw Error(Errc::kInternal, "no memory for a netlink socket");
  if (const int error = nl_connect(socket_.get(), protocol); error < 0) {
    throw Error(Errc::kKernel,
                std::string("could not open a NETLINK_ROUTE socket: ") + nl_geterror(error));
  }
  nl_socket_set_peer_port(socket_.get(), peer);
  nl_socket_set_msg_buf_size(socket_.get(), kReceiveBytes);
  set_option(socket_.get(), NETLINK_EXT_ACK);
  set_option(socket_.get(), NETLINK_CAP_ACK);
  set_option(socket_.get(), NETLINK_GET_STRICT_CHK);
}

void NetlinkSocket::take_any_length() { nl_socket_enable_msg_peek(socket_.get()); }

// Whether there is more to come.
bool NetlinkSocket::read_datagram(Round& round) {
  sockaddr_nl from{};
  unsigned char* buffer = nullptr;
  const int size = nl_recv(socket_.get(), &from, &buffer, nullptr);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(buffer, &std::free);
  if (size <= 0) {
    throw Error(Errc::kIo, std::string("could not read from netlink: ") + nl_geterror(size));
  }
  int rest = size;
  auto* message = reinterpret_cast<nlmsghdr*>(buffer);
  for (; nlmsg_ok(message, rest); message = nlmsg_next(message, &rest)) {
    if (message->nlmsg_seq != round.sequence) continue;  // of a request that was given up
    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) round.interrupted = true;
    if (message->nlmsg_type == NLMSG_ERROR) {
      round.answer = answer_of(*message);
      return false;
    }
    if (message->nlmsg_type == NLMSG_DONE) {
      round.answer.error = error_of_end(*message);
      return false;
    }
    if (round.on_message) round.on_message(*message);
  }
  if (rest > 0) throw Error(Errc::kIo, "could not read from netlink: a message is cut short");
  return true;
}

// To the answer's end. What fails on the way leaves nothing unread: a dump that is given up would
// keep the next one out, and what is left of its messages leave that no room (af_netlink.c,
// __netlink_dump_start, netlink_dump).
void NetlinkSocket::read_answer(Round& round) {
  try {
    while (read_datagram(round)) {
    }
  } catch (...) {
    msghdr nothing{};
    while (recvmsg(nl_socket_get_fd(socket_.get()), &nothing, MSG_DONTWAIT) >= 0 ||
           errno == EINTR || errno == ENOBUFS) {
    }
    throw;
  }
}

NetlinkAnswer NetlinkSocket::exchange(const NetlinkMessage& message, const OnMessage& on_message) {
  must_be_sent(nl_send_auto(socket_.get(), message.get()));
  Round round{.sequence = nlmsg_hdr(message.get())->nlmsg_seq, .on_message = on_message};
  read_answer(round);
  if (round.interrupted && round.answer.ok()) round.answer.error = EINTR;
  return round.answer;
}

NetlinkAnswer NetlinkSocket::exchange_all(const std::vector<NetlinkMessage>& messages) {
  const uint32_t sequence = nl_socket_use_seq(socket_.get());
  std::vector<iovec> parts;
  for (const NetlinkMessage& message : messages) {
    nlmsghdr* header = nlmsg_hdr(message.get());
    header->nlmsg_seq = sequence;
    nl_complete_msg(socket_.get(), message.get());
    parts.push_back({header, header->nlmsg_len});
  }
  must_be_sent(nl_send_iovec(socket_.get(), messages.front().get(), parts.data(),
                             static_cast<unsigned>(parts.size())));
  const OnMessage nobody_listens;
  NetlinkAnswer first_error;
  for (size_t answered = 0; answered < messages.size(); ++answered) {
    Round round{.sequence = sequence, .on_message = nobody_listens};
    read_answer(round);
    if (first_error.ok()) first_error = round.answer;
  }
  return first_error;
}

void NetlinkSocket::dump(const std::string& what, const std::function<NetlinkMessage()>& message,
                         const std::function<void()>& restart, const OnMessage& on_message) {
  NetlinkAnswer answer;
  for (int tries = 0; tries < kDumpTries; ++tries) {
    restart();
    answer = exchange(message(), on_message);
    if (answer.error == EINTR) continue;
    if (answer.error == ENODEV) return restart();
    answer.must_be_ok(what);
    return;
  }
  throw Error(Errc::kTryAgain, "could not " + what + ": the kernel's list changed " +
                                   std::to_string(kDumpTries) + " times while it was read");
}

}  // namespace patchbay
