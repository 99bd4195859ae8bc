// One NETLINK_ROUTE socket, used for every request of its owner: a request is sent and answered
// before the next one. Private to binding/.
#pragma once

#include <linux/netlink.h>
#include <netlink/netlink.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "binding/netlink_message.h"

namespace patchbay {

// How the kernel took a request: 0 or a positive errno, with its own explanation where it gave one.
struct NetlinkAnswer {
  int error = 0;
  std::string explanation;

  bool ok() const { return error == 0; }
  // Throws Error{kKernel}: `what` says what was attempted on what, "set pod123 up".
  void must_be_ok(const std::string& what) const;
};

class NetlinkSocket {
 public:
  using OnMessage = std::function<void(const nlmsghdr&)>;

  // Opened in the network namespace of the calling thread, where it stays. Throws Error{kKernel}.
  // Who answers is the kernel, port 0, but in tests, which speak for it by another protocol.
  explicit NetlinkSocket(int protocol = NETLINK_ROUTE, uint32_t peer = 0);

  // From now on messages longer than 32 KiB are taken, too, as those of a card with more than a
  // hundred virtual functions are; each datagram then takes two system calls.
  void take_any_length();

  // Sends `message` and reads until its acknowledgement, or a dump's end; `on_message` sees what
  // comes before that. Throws Error{kIo} where the socket itself fails.
  NetlinkAnswer exchange(const NetlinkMessage& message, const OnMessage& on_message = {});

  // All in one datagram, so that nothing ends this process between them; the kernel works them off
  // in turn, whatever becomes of one (af_netlink.c, netlink_rcv_skb). The first error, if any.
  NetlinkAnswer exchange_all(const std::vector<NetlinkMessage>& messages);

  // A dump that is whole: one which the kernel marked as interrupted by a change is thrown away
  // (`restart` is called) and asked for again. Throws Error{kTryAgain} where it never settles,
  // Error{kKernel} where the kernel gave it up. Of a link that has gone meanwhile there is nothing.
  void dump(const std::string& what, const std::function<NetlinkMessage()>& message,
            const std::function<void()>& restart, const OnMessage& on_message);

 private:
  struct Free {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
  };
  struct Round;

  bool read_datagram(Round& round);
  void read_answer(Round& round);

  std::unique_ptr<nl_sock, Free> socket_;
};

}  // namespace patchbay
