// What the tests of an import's decisions share: short ways from texts and a map to a plan.
#pragma once

#include <string>
#include <vector>

#include "cli/import_plan.h"
#include "sources.h"

namespace patchbay::cli {

// Of vm_info()'s two networks.
inline constexpr char kTwoNetworks[] =
    "networks:\n"
    "- from: {key: dvportgroup-1}\n"
    "  to: {nad: one, bridge: br1, vlan: 100}\n"
    "- from: {key: dvportgroup-2}\n"
    "  to: {nad: two, bridge: br1, vlan: 200}\n";

inline std::vector<std::string> texts_of(const Diagnostics& diagnostics, Severity severity) {
  std::vector<std::string> texts;
  for (const Diagnostic& each : diagnostics) {
    if (each.severity == severity) texts.push_back(to_string(each));
  }
  return texts;
}
inline std::vector<std::string> errors_of(const Diagnostics& diagnostics) {
  return texts_of(diagnostics, Severity::kError);
}
inline std::vector<std::string> warnings_of(const Diagnostics& diagnostics) {
  return texts_of(diagnostics, Severity::kWarning);
}

inline std::vector<std::string> mistakes_in(const std::string& yaml) {
  Diagnostics diagnostics;
  parse_network_map(yaml, diagnostics);
  return errors_of(diagnostics);
}

inline NetworkMap map_of(const std::string& yaml) {
  Diagnostics diagnostics;
  const NetworkMap map = parse_network_map(yaml, diagnostics);
  EXPECT_THAT(errors_of(diagnostics), ::testing::IsEmpty()) << yaml;
  return map;
}

inline ImportPlan plan_of(const std::vector<std::string>& texts, const std::string& yaml) {
  return plan_import(import_texts(texts), map_of(yaml));
}

// `"deviceConfigId": KEY` with addresses "IP/LENGTH ORIGIN", an entry of GuestInfo.net.
inline std::string guest_nic(int key, const std::vector<std::string>& addresses,
                             const std::string& more = "") {
  std::string list;
  for (const std::string& address : addresses) {
    const size_t slash = address.find('/');
    const size_t space = std::min(address.find(' '), address.size());
    list += (list.empty() ? "" : ",") + (R"({"ipAddress":")" + address.substr(0, slash)) +
            R"(","prefixLength":)" + address.substr(slash + 1, space - slash - 1);
    if (space < address.size()) list += R"(,"origin":")" + address.substr(space + 1) + "\"";
    list += "}";
  }
  return R"({"deviceConfigId":)" + std::to_string(key) + R"(,"ipConfig":{"ipAddress":[)" + list +
         "]}" + more + "}";
}

inline std::string guest_route(const std::string& to, int length, const std::string& via,
                               const std::string& device) {
  return R"({"network":")" + to + R"(","prefixLength":)" + std::to_string(length) +
         R"(,"gateway":{"ipAddress":")" + via + R"(","device":")" + device + R"("}})";
}

inline std::string guest(const std::string& nics, const std::string& routes = "") {
  return R"("net":[)" + nics + "]" +
         (routes.empty() ? "" : R"(,"ipStack":[{"ipRouteConfig":{"ipRoute":[)" + routes + "]}}]");
}

}  // namespace patchbay::cli
