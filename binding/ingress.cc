#include "binding/ingress.h"

namespace patchbay {
namespace {

std::string name_of(const IfName& to) { return to.empty() ? "a link that is gone" : to.str(); }

std::string described(const IngressFilter& filter) {
  if (const auto* redirect = std::get_if<RedirectAll>(&filter)) {
    return "a redirect to " + name_of(redirect->to);
  }
  if (const auto* copy = std::get_if<CopyDhcpAnswers>(&filter)) {
    return "a copy of DHCP answers to " + name_of(copy->to);
  }
  if (const auto* judge = std::get_if<JudgeFrames>(&filter)) {
    return "a filter of " + std::to_string(judge->program.size()) + " instructions";
  }
  if (const auto* port = std::get_if<GuestPort>(&filter)) return port->name;
  return "somebody else's filter";
}

}  // namespace

std::string to_string(const std::optional<Ingress>& ingress) {
  if (!ingress || ingress->filters.empty()) return "nothing";
  std::string text;
  for (const IngressFilter& filter : ingress->filters) {
    text.append(text.empty() ? "" : ", then ").append(described(filter));
  }
  return text;
}

}  // namespace patchbay
