#include "plan/guest.h"

#include <algorithm>
#include <array>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr std::array kGuests{Guest::kLinux,          Guest::kNetplan,   Guest::kNetworkd,
                             Guest::kNetworkManager, Guest::kSysconfig, Guest::kEni,
                             Guest::kWindows};

constexpr std::string_view kEachBoot = "boot";
constexpr std::string_view kFirstBoot = "first-boot";

bool begins(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() &&
         std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                    [](char wanted, char c) { return ascii_lower(c) == wanted; });
}

bool any_begins(const std::vector<std::string>& systems, std::string_view lower_case) {
  return std::any_of(systems.begin(), systems.end(),
                     [&](const std::string& system) { return begins(system, lower_case); });
}

Diagnostic unknown_guest(const std::string& annotation) {
  std::vector<std::string_view> names;
  std::vector<std::string> listed;
  for (const Guest guest : kGuests) {
    names.push_back(name(guest));
    listed.emplace_back(name(guest));
  }
  return {Severity::kError, "", "annotation " + std::string(kGuestAnnotation),
          "expected one of " + join(listed) + ", found " + in_quotes(annotation) +
              did_you_mean(annotation, names.data(), names.size()),
          "correct the VM's annotation " + std::string(kGuestAnnotation)};
}

}  // namespace

std::string_view name(Guest guest) {
  switch (guest) {
    case Guest::kLinux:
      return "linux";
    case Guest::kNetplan:
      return "netplan";
    case Guest::kNetworkd:
      return "networkd";
    case Guest::kNetworkManager:
      return "network-manager";
    case Guest::kSysconfig:
      return "sysconfig";
    case Guest::kEni:
      return "eni";
    case Guest::kWindows:
      return "windows";
  }
  return "linux";
}

std::optional<Guest> guest_named(std::string_view text) {
  const auto* const found = std::find_if(kGuests.begin(), kGuests.end(),
                                         [&](Guest guest) { return name(guest) == text; });
  return found == kGuests.end() ? std::nullopt : std::optional(*found);
}

Guest guest_of(const GuestHints& hints, Diagnostics& diagnostics) {
  if (!hints.annotation.empty()) {
    if (const auto guest = guest_named(hints.annotation)) return *guest;
    diagnostics.push_back(unknown_guest(hints.annotation));
    return Guest::kLinux;
  }
  if (any_begins(hints.systems, "win")) return Guest::kWindows;
  return any_begins(hints.systems, "ubuntu") ? Guest::kNetplan : Guest::kLinux;
}

bool applied_at_each_boot(const GuestHints& hints, Diagnostics& diagnostics) {
  if (hints.apply == kFirstBoot) return false;
  if (!hints.apply.empty() && hints.apply != kEachBoot) {
    diagnostics.push_back({Severity::kError, "", "annotation " + std::string(kApplyAnnotation),
                           "expected " + std::string(kEachBoot) + " or " + std::string(kFirstBoot) +
                               ", found " + in_quotes(hints.apply),
                           "correct the VM's annotation " + std::string(kApplyAnnotation)});
  }
  return true;
}

}  // namespace patchbay
