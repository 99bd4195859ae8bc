// VMX, a VM's configuration beside its disks: `ethernetN.…` lines in the order that the guest sees.
// It has no name for a distributed portgroup, no VLAN and no guest addresses.
#include <algorithm>
#include <charconv>
#include <map>

#include "cli/source.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr size_t kMaxNumber = 64;  // ten NICs are all that vSphere gives a VM

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

// In quotes, with |22 for a quote.
std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char code = 0;
    if (text[i] == '|' && i + 2 < text.size() &&
        std::from_chars(&text[i + 1], &text[i + 1] + 2, code, 16).ptr == &text[i + 1] + 2) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Keys in lower case: VMX does not tell case apart.
using Settings = std::map<std::string, std::string>;

Settings parse(std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    settings[lower_case(trimmed(line.substr(0, equals)))] =
        unquoted(trimmed(line.substr(equals + 1)));
  }
  return settings;
}

class Vmx {
 public:
  explicit Vmx(Settings settings) : settings_(std::move(settings)) {}

  std::string get(const std::string& key) const {
    const auto found = settings_.find(key);
    return found == settings_.end() ? "" : found->second;
  }
  bool has(const std::string& key) const { return settings_.contains(key); }
  bool is(const std::string& key, bool unless_said) const {
    const std::string value = get(key);
    return value.empty() ? unless_said : value == "TRUE" || value == "true" || value == "1";
  }
  // ESXi writes UTF-8, older VMware Workstations what ".encoding" says.
  void must_be_utf8(const std::string& source) const {
    for (const auto& [key, value] : settings_) {
      if (is_utf8(key) && is_utf8(value)) continue;
      throw Error(
          Errc::kMalformed,
          "expected UTF-8, found other bytes in the setting " + in_quotes(key) +
              "; convert it (iconv -f WINDOWS-1252 -t UTF-8, or from what its .encoding says)",
          source);
    }
  }

 private:
  Settings settings_;
};

Network network_of(const Vmx& vmx, const std::string& prefix) {
  Network network;
  if (vmx.has(prefix + "dvs.portgroupid")) {
    network.kind = "DistributedVirtualPortgroup";
    network.key = vmx.get(prefix + "dvs.portgroupid");
    network.owner_uuid = normal_uuid(vmx.get(prefix + "dvs.switchid"));
  } else if (vmx.has(prefix + "opaquenetwork.id")) {
    network.kind = "OpaqueNetwork";
    network.key = vmx.get(prefix + "opaquenetwork.id");
  } else if (vmx.has(prefix + "networkname")) {
    network.kind = "Network";
    network.name = vmx.get(prefix + "networkname");
  }
  return network;
}

// "-1" until the VM has run.
std::optional<uint32_t> pci_slot(const std::string& text) {
  uint32_t slot = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, slot);
  return failure == std::errc() && stop == end ? std::optional(slot) : std::nullopt;
}

Nic read_nic(const Vmx& vmx, const std::string& prefix, const std::string& source) {
  Nic nic;
  nic.adapter = vmx.get(prefix + "virtualdev");
  nic.mac_as_configured = vmx.get(prefix + "address");
  if (nic.mac_as_configured.empty()) nic.mac_as_configured = vmx.get(prefix + "generatedaddress");
  if (!nic.mac_as_configured.empty()) {
    try {
      nic.mac = Mac::parse(nic.mac_as_configured);
    } catch (const Error& error) {
      throw Error(error.errc(), error.message(), source + ": " + prefix + "address");
    }
  }
  nic.network = network_of(vmx, prefix);
  nic.start_connected = vmx.is(prefix + "startconnected", true);
  nic.pci_slot = pci_slot(vmx.get(prefix + "pcislotnumber"));
  return nic;
}

}  // namespace

bool read_vmx(std::string_view text, Reading& reading) {
  const Vmx vmx(parse(text));
  if (!vmx.has("virtualhw.version") && !vmx.has("config.version")) return false;
  vmx.must_be_utf8(reading.source);
  VmReading& vm = reading.vms.emplace_back();
  vm.source = reading.source;
  vm.name = vmx.get("displayname");
  vm.guest = guest_of(vmx.get("guestos"));
  vm.firmware = vmx.get("firmware");
  vm.memory_mib = count_of(vmx.get("memsize"));
  set_processors(vm, count_of(vmx.get("numvcpus")), count_of(vmx.get("cpuid.corespersocket")));
  for (const char* key : {"uuid.bios", "vc.uuid"}) {
    const std::string uuid = normal_uuid(vmx.get(key));
    if (!uuid.empty()) vm.uuids.push_back(uuid);
  }
  for (size_t i = 0; i < kMaxNumber; ++i) {
    const std::string prefix = "ethernet" + std::to_string(i) + ".";
    if (vmx.is(prefix + "present", false)) {
      vm.nics.push_back(read_nic(vmx, prefix, reading.source));
    }
    const std::string passed = "pciPassthru" + std::to_string(i);
    if (!vmx.is("pcipassthru" + std::to_string(i) + ".present", false)) continue;
    reading.diagnostics.push_back(
        {Severity::kWarning, "", reading.source,
         passed + " is a device of the host, perhaps a NIC, and is left out",
         "add the VM's `govc device.info -json`, which says what it is"});
  }
  return true;
}

}  // namespace patchbay::cli
