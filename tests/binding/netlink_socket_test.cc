// What the kernel may answer but will not when asked to: dumps that it breaks off or marks as
// interrupted, messages that are cut short. The far end is a socket of the test's own, for which
// the protocol NETLINK_USERSOCK lets anybody speak.
#include "binding/netlink_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "binding/net_namespace.h"
#include "binding/rtnetlink_read.h"

namespace patchbay {
namespace {

using testing::HasSubstr;

struct Datagram {
  std::string bytes;

  // One more message; `size` is what its header says of its length, if not the truth.
  Datagram& add(uint16_t type, uint16_t flags, std::string_view content, uint32_t size = 0) {
    nlmsghdr header{};
    header.nlmsg_len = size != 0 ? size : static_cast<uint32_t>(NLMSG_HDRLEN + content.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    bytes.append(reinterpret_cast<const char*>(&header), sizeof header).append(content);
    return *this;
  }
  // As the kernel ends a dump and answers a request: an errno below zero, or 0.
  Datagram& done(int error = 0) { return add(NLMSG_DONE, NLM_F_MULTI, bytes_of(error)); }
  Datagram& acknowledge(int error = 0) {
    nlmsgerr answer{};
    answer.error = error;
    return add(NLMSG_ERROR, NLM_F_CAPPED, bytes_of(answer));
  }
  Datagram& link(const std::string& name, uint16_t flags = 0) {
    NetlinkMessage message(RTM_NEWLINK, 0);
    message.header(ifinfomsg{}).string(IFLA_IFNAME, name);
    nlmsghdr* header = nlmsg_hdr(message.get());
    return add(RTM_NEWLINK, static_cast<uint16_t>(NLM_F_MULTI | flags),
               {static_cast<const char*>(nlmsg_data(header)),
                static_cast<size_t>(nlmsg_padlen(nlmsg_datalen(header)) + nlmsg_datalen(header))});
  }

 private:
  template <typename Value>
  static std::string bytes_of(const Value& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }
};

using Answer = std::vector<Datagram>;

// Answers the n-th request as told, later ones as the last.
class FarEnd {
 public:
  explicit FarEnd(std::vector<Answer> answers)
      : answers_(std::move(answers)), fd_(socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) {
    sockaddr_nl own{};
    own.nl_family = AF_NETLINK;
    socklen_t size = sizeof own;
    const timeval patience{.tv_sec = 0, .tv_usec = 20000};
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&own), size), 0);
    EXPECT_EQ(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&own), &size), 0);
    EXPECT_EQ(setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    port_ = own.nl_pid;
    thread_ = std::thread([this] { serve(); });
  }
  ~FarEnd() {
    ended_ = true;
    thread_.join();
  }
  FarEnd(const FarEnd&) = delete;
  FarEnd& operator=(const FarEnd&) = delete;

  uint32_t port() const { return port_; }
  size_t requests() const { return requests_; }

 private:
  void serve() {
    while (!ended_) {
      nlmsghdr request{};
      sockaddr_nl from{};
      socklen_t size = sizeof from;
      auto* address = reinterpret_cast<sockaddr*>(&from);
      if (recvfrom(fd_.get(), &request, sizeof request, 0, address, &size) < 0) continue;
      const size_t turn = std::min(requests_++, answers_.size() - 1);
      for (Datagram datagram : answers_[turn]) {
        number(datagram.bytes, request.nlmsg_seq);
        const std::string& bytes = datagram.bytes;
        EXPECT_EQ(sendto(fd_.get(), bytes.data(), bytes.size(), 0, address, size),
                  static_cast<ssize_t>(bytes.size()));
      }
    }
  }
  // Each message has its request's number.
  static void number(std::string& bytes, uint32_t sequence) {
    for (size_t at = 0; at + sizeof(nlmsghdr) <= bytes.size();) {
      auto* header = reinterpret_cast<nlmsghdr*>(bytes.data() + at);
      header->nlmsg_seq = sequence;
      at += NLMSG_ALIGN(header->nlmsg_len);
    }
  }

  std::vector<Answer> answers_;
  FileDescriptor fd_;
  uint32_t port_ = 0;
  std::atomic<size_t> requests_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

std::vector<std::string> names_of(NetlinkSocket& socket) {
  std::vector<std::string> names;
  for (const IndexedLink& link : read_links(socket)) names.push_back(link.state.name.str());
  return names;
}

std::vector<std::string> names_of(const FarEnd& far) {
  NetlinkSocket socket(NETLINK_USERSOCK, far.port());
  return names_of(socket);
}

Error failure_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    return error;
  }
  return {Errc::kInternal, "nothing failed"};
}

Error failure_of_dump(const FarEnd& far) {
  return failure_of([&far] { names_of(far); });
}

TEST(NetlinkDump, IsReadToItsEndOverSeveralDatagrams) {
  const FarEnd far(
      {{Datagram().link("eth0").link("eth1"), Datagram().link("eth2"), Datagram().done()}});
  EXPECT_THAT(names_of(far), testing::ElementsAre("eth0", "eth1", "eth2"));
}

TEST(NetlinkDump, ThatAChangeInterruptedIsAskedForAgain) {
  const FarEnd far({{Datagram().link("eth0"), Datagram().link("eth9", NLM_F_DUMP_INTR).done()},
                    {Datagram().link("eth0").link("eth1").done()}});
  EXPECT_THAT(names_of(far), testing::ElementsAre("eth0", "eth1"));
  EXPECT_EQ(far.requests(), 2U);
}

TEST(NetlinkDump, ThatNeverSettlesIsGivenUp) {
  const FarEnd far({{Datagram().link("eth0", NLM_F_DUMP_INTR).done()}});
  const Error error = failure_of_dump(far);
  EXPECT_EQ(error.errc(), Errc::kTryAgain);
  EXPECT_THAT(error.message(),
              HasSubstr("could not read links: the kernel's list changed 20 times"));
  EXPECT_EQ(far.requests(), 20U);
}

TEST(NetlinkDump, ThatTheKernelBreaksOffIsNoDump) {
  const FarEnd far({{Datagram().link("eth0"), Datagram().done(-EMSGSIZE)}});
  const Error error = failure_of_dump(far);
  EXPECT_EQ(error.errc(), Errc::kKernel);
  EXPECT_THAT(error.message(), HasSubstr("could not read links: Message too long"));
}

TEST(NetlinkDump, OfALinkThatHasGoneIsEmpty) {
  const FarEnd far({{Datagram().link("eth0"), Datagram().done(-ENODEV)}});
  EXPECT_THAT(names_of(far), testing::IsEmpty());
}

NetlinkMessage read_links_request() {
  NetlinkMessage request(RTM_GETLINK, NLM_F_DUMP);
  request.header(ifinfomsg{});
  return request;
}

TEST(NetlinkDump, ThatIsGivenUpIsInNobodysWay) {
  NetlinkSocket socket;
  const std::vector<std::string> names = names_of(socket);
  EXPECT_FALSE(names.empty());
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(socket.dump(
                     "read links", read_links_request, [] {},
                     [](const nlmsghdr&) { throw Error(Errc::kInternal, "given up"); }),
                 Error);
    EXPECT_EQ(names_of(socket), names);
  }
}

TEST(NetlinkDump, WithAMessageCutShortIsNoDump) {
  for (const uint32_t size : {4000U, 15U}) {
    const FarEnd far({{Datagram().link("eth0").add(RTM_NEWLINK, NLM_F_MULTI, "1234", size)}});
    const Error error = failure_of_dump(far);
    EXPECT_EQ(error.errc(), Errc::kIo) << size;
    EXPECT_THAT(error.message(), HasSubstr("a message is cut short")) << size;
  }
}

TEST(NetlinkDump, LargerThanItsBufferIsNoDump) {
  const FarEnd far({{Datagram().add(RTM_NEWLINK, NLM_F_MULTI, std::string(40000, 'x'))}});
  const Error error = failure_of_dump(far);
  EXPECT_EQ(error.errc(), Errc::kIo);
  EXPECT_THAT(error.message(), HasSubstr("could not read from netlink"));
}

TEST(NetlinkDump, OfAnyLengthIsTakenWhereThatIsExpected) {
  const FarEnd far(
      {{Datagram().add(RTM_NEWLINK, NLM_F_MULTI, std::string(40000, 'x')), Datagram().done()}});
  NetlinkSocket socket(NETLINK_USERSOCK, far.port());
  socket.take_any_length();
  size_t length = 0;
  socket.dump(
      "read", [] { return NetlinkMessage(RTM_GETLINK, NLM_F_DUMP); }, [] {},
      [&length](const nlmsghdr& message) { length = message.nlmsg_len; });
  EXPECT_EQ(length, NLMSG_HDRLEN + 40000U);
}

TEST(NetlinkAnswer, ToSeveralRequestsAtOnceIsTheFirstError) {
  const FarEnd far(
      {{Datagram().acknowledge(), Datagram().acknowledge(-EPERM), Datagram().acknowledge(-ENODEV)},
       {Datagram().acknowledge()}});
  NetlinkSocket socket(NETLINK_USERSOCK, far.port());
  std::vector<NetlinkMessage> requests;
  for (int n = 0; n < 3; ++n) requests.emplace_back(RTM_SETLINK, 0).header(ifinfomsg{});
  EXPECT_EQ(socket.exchange_all(requests).error, EPERM);
  EXPECT_EQ(far.requests(), 1U);
  EXPECT_TRUE(socket.exchange(requests.front()).ok());  // no answer was left unread
}

TEST(NetlinkAnswer, WithoutALinkIsNoMissingLink) {
  for (Datagram answer : {Datagram(), Datagram().add(RTM_NEWLINK, 0, "1234")}) {
    const FarEnd far({{answer.acknowledge()}});
    NetlinkSocket socket(NETLINK_USERSOCK, far.port());
    const Error error = failure_of([&] { read_link(socket, IfName::parse("eth0")); });
    EXPECT_EQ(error.errc(), Errc::kKernel);
    EXPECT_THAT(error.message(),
                HasSubstr("could not read link eth0: the kernel's answer has none"));
  }
}

TEST(NetlinkAnswer, ThatIsTooShortSaysSo) {
  const FarEnd far({{Datagram().add(NLMSG_ERROR, 0, "12")}});
  NetlinkSocket socket(NETLINK_USERSOCK, far.port());
  const Error error = failure_of([&] { read_link(socket, IfName::parse("eth0")); });
  EXPECT_THAT(error.message(), HasSubstr("a short acknowledgement"));
}

}  // namespace
}  // namespace patchbay
