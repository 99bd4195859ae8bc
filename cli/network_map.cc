#include "cli/network_map.h"

#include <algorithm>
#include <array>

#include "cli/dns_label.h"
#include "cli/map_contradictions.h"
#include "cli/yaml_reader.h"
#include "plan/bindings.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr std::string_view kSubdomain =
    "a name that Kubernetes takes: lower-case letters, digits, '-' and '.'";
constexpr std::string_view kLabel =
    "a DNS label: at most 63 lower-case letters, digits and '-', no '-' at its ends";

constexpr std::array kConfigs{GuestConfig::kKeep, GuestConfig::kCloudInit, GuestConfig::kSeed,
                              GuestConfig::kDhcp};

std::optional<std::string> one_of(const YamlReader& reader,
                                  const std::vector<std::string_view>& words) {
  for (const std::string_view word : words) {
    if (reader.is_word(word)) return std::string(word);
  }
  const auto text = reader.text();
  if (!text) return std::nullopt;
  reader.say("expected one of " + join({words.begin(), words.end()}) + ", found " +
             in_quotes(*text) + did_you_mean(*text, words.data(), words.size()));
  return std::nullopt;
}

std::optional<GuestConfig> read_config(const YamlReader& reader) {
  std::vector<std::string_view> names;
  for (const GuestConfig config : kConfigs) names.push_back(name(config));
  const auto written = one_of(reader, names);
  const auto known = std::find(names.begin(), names.end(), written.value_or(""));
  if (known == names.end()) return std::nullopt;
  return kConfigs.at(static_cast<size_t>(known - names.begin()));
}

std::optional<Method> read_method(const YamlReader& reader) {
  const auto written = one_of(reader, {"static", "dhcp"});
  if (!written) return std::nullopt;
  return *written == "dhcp" ? Method::kDhcp : Method::kStatic;
}

// Empty where there is none, or one that is refused.
template <typename Legal>
std::string read_name(const YamlReader& map, std::string_view key, Legal legal,
                      std::string_view expected) {
  const auto reader = map.find(key);
  const auto text = reader ? reader->text() : std::nullopt;
  if (!text) return {};
  if (*text != kFillIn && legal(*text)) return *text;
  reader->refuse(expected);
  return {};
}

void read_nad(const YamlReader& map, Target& target) {
  const auto reader = map.find("nad");
  if (!reader) return map.say("a target without `nad`", "name the NAD, as NAME or NAMESPACE/NAME");
  const auto text = reader->text();
  if (!text) return;
  const size_t slash = text->find('/');
  const bool named = slash != std::string::npos;
  target.name_space = named ? text->substr(0, slash) : "";
  target.nad = named ? text->substr(slash + 1) : *text;
  if (named && !is_dns_label(target.name_space)) reader->refuse("NAMESPACE/NAME");
  if (!is_dns_subdomain(target.nad)) reader->refuse(kSubdomain);
}

std::vector<IpPrefix> read_subnets(const YamlReader& reader) {
  std::vector<IpPrefix> subnets;
  for (const YamlReader& each : reader.elements()) {
    const auto subnet = each.checked<IpPrefix>();
    if (!subnet) continue;
    if (subnet->network() != *subnet) {
      each.refuse("a network, whose host bits are zero, such as " + subnet->network().to_string());
    }
    subnets.push_back(*subnet);
  }
  return subnets;
}

void check_target(const YamlReader& reader, const Target& target) {
  const bool vf = target.binding == kSriovBinding;
  if (target.exists && (!target.bridge.empty() || !target.port.empty() || target.vlan)) {
    reader.say("the NAD is there, but its bridge, port or VLAN is given",
               "leave out `exists` to have the NAD written, else the others");
  } else if (vf && !target.exists) {
    reader.say("binding sriov needs a NAD of the SR-IOV CNI, which is not written here",
               "write it, and say `exists: true`");
  } else if (!target.exists && !reader.find("bridge")) {
    reader.say((target.vlan ? "VLAN " + std::to_string(*target.vlan) : "NAD ") +
                   (target.vlan ? "" : in_quotes(target.nad)) + " without a bridge",
               "name the nodes' bridge, as `bridge: br1`, or say `exists: true` where the NAD is "
               "there");
  }
  if (!target.port.empty() && target.port == target.bridge) {
    reader.say("the bridge " + in_quotes(target.bridge) + " is its own port",
               "`port` is the nodes' NIC under the bridge");
  }
}

Target read_target(const YamlReader& reader) {
  Target target;
  if (reader.is_word("pod") || reader.is_word("ignore")) {
    target.kind = reader.is_word("pod") ? Target::Kind::kPod : Target::Kind::kIgnore;
    return target;
  }
  if (!reader.is_map()) {
    reader.refuse("pod, ignore or a map with `nad`");
    return target;
  }
  reader.only({"nad", "bridge", "vlan", "port", "exists", "binding", "subnets"});
  read_nad(reader, target);
  target.bridge =
      read_name(reader, "bridge", IfName::is_legal, "the name of the nodes' bridge for it");
  target.port = read_name(reader, "port", IfName::is_legal, "the name of the nodes' NIC");
  if (const auto vlan = reader.find("vlan")) target.vlan = vlan->number(kMinVlanId, kMaxVlanId);
  if (const auto exists = reader.find("exists")) target.exists = exists->boolean().value_or(false);
  if (const auto binding = reader.find("binding")) {
    target.binding =
        one_of(*binding, {kSriovBinding, kCloudInitBinding, kSeedBinding, kDhcpBinding})
            .value_or("");
  }
  if (const auto subnets = reader.find("subnets")) target.subnets = read_subnets(*subnets);
  check_target(reader, target);
  return target;
}

SourceMatch read_match(const YamlReader& reader) {
  SourceMatch match;
  if (!reader.only({"key", "name", "switch", "vlan"})) return match;
  const auto text_of = [&](std::string_view key) {
    const auto found = reader.find(key);
    return found ? found->text().value_or("") : "";
  };
  match.key = text_of("key");
  match.name = text_of("name");
  match.switch_name = text_of("switch");
  const auto vlan = reader.find("vlan");
  if (vlan) match.vlan = vlan->number(kMinVlanId, kMaxVlanId);
  if (match.key.empty() && match.name.empty() && !vlan) {
    reader.say("expected a key, a name or a VLAN of the source's network, found none",
               "`patchbay import --list` shows them");
  }
  return match;
}

void read_network(const YamlReader& reader, NetworkMap& map) {
  MapEntry entry;
  entry.where = reader.path();
  if (!reader.only({"from", "to"})) return;
  const auto from = reader.find("from");
  const auto to = reader.find("to");
  if (!from || !to) {
    return reader.say("expected `from` and `to`, found " + std::string(from ? "no `to`"
                                                                       : to ? "no `from`"
                                                                            : "neither"));
  }
  entry.from = read_match(*from);
  entry.to = read_target(*to);
  map.networks.push_back(entry);
}

VmChoice read_vm(const YamlReader& reader) {
  VmChoice choice;
  choice.ignore = reader.is_word("ignore");
  if (choice.ignore) return choice;
  if (!reader.only({"name", "namespace", "guestConfig", "treatUnknownAs", "model"})) return choice;
  choice.name = read_name(reader, "name", is_dns_label, kLabel);
  choice.name_space = read_name(reader, "namespace", is_dns_label, kLabel);
  if (const auto config = reader.find("guestConfig")) choice.guest_config = read_config(*config);
  if (const auto method = reader.find("treatUnknownAs")) {
    choice.treat_unknown_as = read_method(*method);
  }
  if (const auto model = reader.find("model")) {
    choice.model = one_of(*model, {kNicModels.begin(), kNicModels.end()}).value_or("");
  }
  return choice;
}

}  // namespace

std::string_view name(GuestConfig config) {
  switch (config) {
    case GuestConfig::kKeep:
      return "keep";
    case GuestConfig::kCloudInit:
      return "cloud-init";
    case GuestConfig::kSeed:
      return "seed";
    case GuestConfig::kDhcp:
      return "dhcp";
  }
  return "keep";
}

NetworkMap parse_network_map(std::string_view text, Diagnostics& diagnostics) {
  if (!is_utf8(text)) throw Error(Errc::kMalformed, "is not UTF-8");
  const auto yaml = cloudinit::YamlDocument::parse(text);
  const YamlReader root(yaml, diagnostics);
  NetworkMap map;
  if (!root.only({"namespace", "guestConfig", "treatUnknownAs", "networks", "vms"})) return map;
  const std::string name_space = read_name(root, "namespace", is_dns_label, kLabel);
  if (!name_space.empty()) map.name_space = name_space;
  if (const auto config = root.find("guestConfig")) {
    map.guest_config = read_config(*config).value_or(map.guest_config);
  }
  if (const auto method = root.find("treatUnknownAs")) map.treat_unknown_as = read_method(*method);
  if (const auto networks = root.find("networks")) {
    for (const YamlReader& entry : networks->elements()) read_network(entry, map);
  }
  if (const auto vms = root.find("vms")) {
    for (const auto& [vm, choice] : vms->members()) map.vms[vm] = read_vm(choice);
  }
  for (MapEntry& entry : map.networks) {
    if (entry.to.name_space.empty()) entry.to.name_space = map.name_space;
  }
  find_contradictions(map, diagnostics);
  return map;
}

}  // namespace patchbay::cli
