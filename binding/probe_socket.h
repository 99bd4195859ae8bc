// A packet socket on one link that sends whole frames and receives those that can speak of
// addresses: untagged ARP and IPv6 neighbour discovery, whoever they are for. What it asks of the
// link (all multicast, promiscuity) is bound to the socket and ends with it. Private to binding/.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "binding/net_namespace.h"
#include "plan/net_types.h"

namespace patchbay {

class ProbeSocket {
 public:
  using Clock = std::chrono::steady_clock;

  // `promiscuous`: frames for other MACs than the link's own are received, too. Throws
  // Error{kNotFound} where the link is not there, Error{kKernel} otherwise.
  ProbeSocket(const NetNamespace& inside, const IfName& link, bool promiscuous);

  // Returns once the link can carry frames: one that has just come up drops them before. Throws
  // Error{kTryAgain} where it can't until `deadline`.
  void wait_for_carrier(Clock::time_point deadline) const;

  void send(std::string_view frame) const;

  // The next frame that somebody else sent, or nothing once `deadline` has passed and none is
  // waiting. Longer frames are cut to what any that matters here needs.
  std::optional<std::string> receive(Clock::time_point deadline) const;

 private:
  [[noreturn]] void fail(const char* what) const;
  void receive_only_probes() const;
  void bind_to_link(bool promiscuous) const;
  bool wait_for_frame(Clock::time_point deadline) const;

  IfName link_;
  FileDescriptor socket_;
};

}  // namespace patchbay
