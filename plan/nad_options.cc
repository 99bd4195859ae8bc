#include "plan/nad_options.h"

#include <algorithm>
#include <array>

#include "plan/nad_options_json.h"
#include "plan/text.h"
#include "plan/wiring_json.h"

namespace patchbay {
namespace {

constexpr std::array<std::string_view, 5> kModes{"auto", "redirect", "bridge", "tap", "macvtap"};

std::string read_mode(const JsonReader& reader) {
  const std::string mode = reader.string();
  if (std::find(kModes.begin(), kModes.end(), mode) != kModes.end()) return mode;
  throw Error(Errc::kInvalidInput,
              "expected one of " + join({kModes.begin(), kModes.end()}) + ", found " +
                  in_quotes(mode) + did_you_mean(mode, kModes.data(), kModes.size()),
              reader.path());
}

// security/selinux/ss/mls.c, ss/services.c: user:role:type and, with MLS, a range; no blank, no
// NUL.
std::string read_selinux_context(const JsonReader& reader) {
  const std::string context = reader.string();
  const auto fits = [](char c) { return c > ' ' && c < '\x7f'; };
  if (std::count(context.begin(), context.end(), ':') < 2 ||
      !std::all_of(context.begin(), context.end(), fits)) {
    reader.refuse("an SELinux context, user:role:type:range");
  }
  return context;
}

IpPrefix read_allowed(const JsonReader& reader) {
  const std::string text = reader.string();
  if (text.find('/') != std::string::npos) return reader.checked<IpPrefix>();
  const auto address = reader.checked<IpAddress>();
  return {address, static_cast<uint8_t>(address.size() * 8)};
}

std::vector<IpPrefix> read_allowed_addresses(const JsonReader& array) {
  std::vector<IpPrefix> allowed;
  for (const JsonReader& each : array.elements()) allowed.push_back(read_allowed(each));
  if (allowed.size() > kMaxAllowedAddresses) {
    array.refuse("at most " + std::to_string(kMaxAllowedAddresses) + " addresses and prefixes");
  }
  return allowed;
}

template <typename Value>
std::optional<Value> first_of(const std::optional<Value>& own, const std::optional<Value>& other) {
  return own ? own : other;
}

}  // namespace

NadOptions merged(const NadOptions& own, const NadOptions& defaults) {
  return {.mode = first_of(own.mode, defaults.mode),
          .multi_queue = first_of(own.multi_queue, defaults.multi_queue),
          .selinux_context = first_of(own.selinux_context, defaults.selinux_context),
          .trunk = first_of(own.trunk, defaults.trunk),
          .responder = first_of(own.responder, defaults.responder),
          .guard = first_of(own.guard, defaults.guard),
          .allowed_addresses = first_of(own.allowed_addresses, defaults.allowed_addresses),
          .dad = first_of(own.dad, defaults.dad),
          .ipam = first_of(own.ipam, defaults.ipam),
          .always = first_of(own.always, defaults.always)};
}

NadOptions read_nad_options(const JsonReader& reader, const std::vector<std::string_view>& also) {
  std::vector<std::string_view> known{
      "mode", "multiQueue", "selinuxContext", "trunk", "dad",
      "ipam", "always",     "responder",      "guard", "allowedAddresses"};
  known.insert(known.end(), also.begin(), also.end());
  reader.only(known);
  NadOptions options;
  if (const auto mode = reader.find("mode")) options.mode = read_mode(*mode);
  if (const auto on = reader.find("multiQueue")) options.multi_queue = on->boolean();
  if (const auto context = reader.find("selinuxContext")) {
    options.selinux_context = read_selinux_context(*context);
  }
  if (const auto trunk = reader.find("trunk")) options.trunk = read_trunk(*trunk);
  if (const auto on = reader.find("responder")) options.responder = on->boolean();
  if (const auto guard = reader.find("guard")) options.guard = read_guard(*guard);
  if (const auto allowed = reader.find("allowedAddresses")) {
    options.allowed_addresses = read_allowed_addresses(*allowed);
  }
  if (const auto on = reader.find("dad")) options.dad = on->boolean();
  if (const auto ipam = reader.find("ipam")) options.ipam = ipam->string();
  if (const auto on = reader.find("always")) options.always = on->boolean();
  return options;
}

std::vector<JsonReader> plugins_of(const JsonReader& config) {
  const auto plugins = config.find("plugins");
  return plugins ? plugins->elements() : std::vector{config};
}

NadOptions find_nad_options(const JsonReader& config) {
  if (const auto options = config.find(kNadOptionsKey)) return read_nad_options(*options);
  for (const JsonReader& plugin : plugins_of(config)) {
    if (const auto options = plugin.find(kNadOptionsKey)) return read_nad_options(*options);
  }
  return {};
}

NadOptions parse_nad_options(std::string_view config_json) {
  const Json config = parse_json(config_json, "network configuration");
  return find_nad_options(JsonReader(config, "network configuration"));
}

}  // namespace patchbay
