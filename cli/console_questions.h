// What verify asks of a guest's shell, and what becomes of the answers. The same words serve a
// person who pastes them and keeps the console's text (cli/transcript.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/console_session.h"
#include "plan/compare_guest.h"
#include "plan/network_plan.h"

namespace patchbay::cli {

using Ask = std::function<Answer(const std::string& command)>;

GuestOutputs ask_for_network(const Ask& ask);

// One line of shell, for guests old and new.
std::string commands_to_paste();

struct Ping {
  IpAddress address;
  std::string nic;  // the guest's name for it; of a link-local address only
};

// The gateways that the plan tells the guest, each once.
std::vector<Ping> gateways(const NetworkPlan& plan, const GuestState& guest);

// Sends three pings to each from inside the guest; holds where one comes back.
std::vector<Check> ask_for_pings(const Ask& ask, const std::vector<Ping>& pings);

}  // namespace patchbay::cli
