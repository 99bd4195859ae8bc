#include "cli/guest_agent.h"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

#include <cstdlib>
#include <memory>
#include <optional>

#include "cli/console_libvirt.h"
#include "plan/agent_state.h"

namespace patchbay::cli {
namespace {

constexpr int kAgentSeconds = 10;

struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

std::optional<std::string> answer_to(const LibvirtDomain& opened, const char* command) {
  const std::unique_ptr<char, FreeText> text(
      virDomainQemuAgentCommand(opened.domain.get(), command, kAgentSeconds, 0));
  return text ? std::optional<std::string>(text.get()) : std::nullopt;
}

}  // namespace

GuestState ask_agent(const std::string& uri, const std::string& domain) {
  const LibvirtDomain opened = open_domain(uri, domain);
  const auto interfaces = answer_to(opened, R"({"execute":"guest-network-get-interfaces"})");
  if (!interfaces) fail_by_libvirt("ask its guest agent", domain);
  // An agent before QEMU 9.1 does not know it, and libvirt reports that as any other failure.
  return parse_agent_state(*interfaces,
                           answer_to(opened, R"({"execute":"guest-network-get-route"})"));
}

}  // namespace patchbay::cli
