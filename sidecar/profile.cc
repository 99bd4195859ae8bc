#include "sidecar/profile.h"

#include <array>
#include <string>

#include "plan/error.h"

namespace patchbay::sidecar {
namespace {

constexpr std::array kCloudInitHooks = {kOnDefineDomain, kPreCloudInitIso, kShutdown};
constexpr std::array kOtherHooks = {kOnDefineDomain, kShutdown};
constexpr std::array kProfiles = {
    Profile{kCloudInitBinding, Delivery::kCloudInitVolume, kCloudInitHooks},
    Profile{kSeedBinding, Delivery::kSeedDisc, kOtherHooks},
    Profile{kDhcpBinding, Delivery::kNothing, kOtherHooks}};

}  // namespace

const Profile& find_profile(std::string_view name) {
  if (name.empty()) return kProfiles.front();
  std::string known;
  for (const Profile& profile : kProfiles) {
    if (profile.name == name) return profile;
    known += (known.empty() ? "" : ", ") + std::string(profile.name);
  }
  throw Error(Errc::kBadEnvironment,
              "this version has no profile " + in_quotes(name) + "; it has: " + known +
                  "; set the variable in the sidecar's image to one of them",
              kProfileVariable);
}

std::optional<Diagnostic> check_registration(const Profile& profile,
                                             std::string_view registration) {
  if (registration.empty() || registration == profile.name) return std::nullopt;
  const std::string ours(profile.name);
  return Diagnostic{
      .severity = Severity::kWarning,
      .network = "",
      .where = kRegistrationVariable,
      .message = "KubeVirt has this sidecar registered as binding " + in_quotes(registration) +
                 ", but its image is of profile \"" + ours +
                 "\", which serves interfaces of binding \"" + ours +
                 "\" only: no interface of binding " + in_quotes(registration) + " gets anything",
      .hint = "register this image as spec.configuration.network.binding." + ours +
              " of the KubeVirt resource and write binding: {name: " + ours + "} in VMs"};
}

}  // namespace patchbay::sidecar
