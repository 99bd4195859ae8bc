// Every fixture against its expected.json: each member that stands there has to come out exactly
// so, but for "note", which is for readers of the fixture, and "ignored", whose sentences are
// compared by the MACs and addresses in them.
#include <nlohmann/json.hpp>

#include "sources.h"

namespace patchbay::cli {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Both hosts' portgroups differ; the VMs run on H0.
constexpr char kOtherHost[] = "DC0_C0_H1";

Json expected(const std::string& folder) {
  return Json::parse(read_text(vsphere() / folder / "expected.json"));
}

Json vms_of(const Inventory& inventory) { return Json::parse(to_json(inventory)).at("vms"); }

void expect_within(const Json& wanted, const Json& found, const std::string& path) {
  if (wanted.is_object()) {
    for (const auto& [key, value] : wanted.items()) {
      if (key == "note" || key == "ignored") continue;
      ASSERT_TRUE(found.is_object() && found.contains(key)) << path << "." << key;
      expect_within(value, found.at(key), path + "." + key);
    }
  } else if (wanted.is_array() && found.is_array()) {
    ASSERT_EQ(wanted.size(), found.size()) << path << ": " << found;
    for (size_t i = 0; i < wanted.size(); ++i) {
      expect_within(wanted[i], found[i], path + "[" + std::to_string(i) + "]");
    }
  } else {
    EXPECT_EQ(wanted, found) << path;
  }
}

// "02:42:ac:11:00:01 172.17.0.1/16 (docker0, …)" names a MAC and an address; "fe80::/10" a range.
void expect_ignored(const Json& wanted, const Json& found, const std::string& path) {
  for (const Json& sentence : wanted) {
    const auto words = cli::words(sentence.get<std::string>());
    for (const std::string& word : words) {
      if (word.starts_with('(')) break;
      const bool range = word == "fe80::/10" || words[0] == "routes";
      if (range || word.find_first_of(".:") == std::string::npos) continue;
      EXPECT_THAT(found.dump(), HasSubstr(word)) << path;
    }
  }
}

void expect_vsphere(const Inventory& inventory, const std::string& what) {
  const Json wanted = expected("").at("vms");
  const Json found = vms_of(inventory);
  EXPECT_EQ(wanted.size(), 7U);
  EXPECT_EQ(found.size(), wanted.size()) << what;
  expect_within(wanted, found, what);
  for (const auto& [name, vm] : wanted.items()) {
    expect_ignored(vm.at("ignored"), found.at(name).at("ignored"), what + "." + name);
  }
}

std::vector<std::string> networks() { return files_in("network", kOtherHost); }

std::vector<std::string> vsphere_files() {
  return files_in("vm.info") + files_in("device.info") + networks();
}

TEST(ImportGolden, Vsphere) {
  const Inventory inventory = import(vsphere_files());
  expect_vsphere(inventory, "vms");
  ASSERT_THAT(inventory.diagnostics, SizeIs(1));
  EXPECT_THAT(inventory.diagnostics[0].where, HasSubstr("find-networks"));
}

TEST(ImportGolden, TheOrderOfTheFilesDoesNotMatter) {
  std::vector<std::string> files = vsphere_files();
  std::reverse(files.begin(), files.end());
  expect_vsphere(import(files), "reversed");
}

Json capitalised(const Json& json) {
  if (json.is_array()) {
    Json out = Json::array();
    for (const Json& element : json) out.push_back(capitalised(element));
    return out;
  }
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (const auto& [key, value] : json.items()) {
    std::string name = key;
    if (name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
    out[name] = capitalised(value);
  }
  return out;
}

TEST(ImportGolden, OlderGovcCapitalisesKeys) {
  std::vector<Reading> readings = read_all(networks());
  for (const std::string& file : files_in("vm.info") + files_in("device.info")) {
    const Json json = Json::parse(read_text(vsphere() / file));
    readings.push_back(read_source(capitalised(json).dump(), file));
  }
  expect_vsphere(merge_readings(readings), "capitalised");
}

TEST(ImportGolden, TypedJsonTellsTheSameAsDeviceInfo) {
  const std::vector<std::string> rest = files_in("vm.info") + networks();
  const Inventory typed = import(rest + files_in("vi-json"));
  const Inventory devices = import(rest + files_in("device.info"));
  for (const char* name : {"app02-ubuntu", "win05-sql", "nfv07-alma"}) {
    EXPECT_EQ(typed.vms.at(name).nics, devices.vms.at(name).nics) << name;
  }
}

TEST(ImportGolden, TypedJsonAloneHasEverythingButTheName) {
  const Inventory inventory = import(files_in("vi-json") + networks());
  const Json wanted = expected("").at("vms").at("win05-sql").at("nics");
  const Json found = vms_of(inventory).at("unnamed 00:50:56:11:00:05").at("nics");
  expect_within(wanted, found, "win05-sql");
}

TEST(ImportGolden, AllSourcesTogetherStillSayTheSame) {
  const Inventory inventory = import(vsphere_files() + files_in("vi-json") + files_in("vmx") +
                                     files_in("ovf") + files_in("forklift"));
  expect_vsphere(inventory, "together");
  // Forklift would fix what this guest got from DHCP.
  ASSERT_THAT(inventory.diagnostics, SizeIs(2));
  EXPECT_THAT(inventory.diagnostics[1].message,
              testing::AllOf(HasSubstr("dhcp04-debian"), HasSubstr("172.20.4.57/22")));
}

TEST(ImportGolden, TwoHostsThatDifferAreSaid) {
  const Inventory inventory = import(vsphere_files() + files_in("network", "collect"));
  expect_vsphere(inventory, "both hosts");
  const auto said = std::find_if(
      inventory.diagnostics.begin(), inventory.diagnostics.end(),
      [](const Diagnostic& d) { return d.message.find("SRIOV-Data") != std::string::npos; });
  ASSERT_NE(said, inventory.diagnostics.end());
  EXPECT_THAT(said->where, HasSubstr("H0.json, network/host.portgroup.info.DC0_C0_H1.json"));
}

void expect_files(const std::string& folder) {
  const Json wanted = expected(folder).at("vms");
  EXPECT_EQ(wanted.size(), 2U);
  for (const auto& [file, nics] : wanted.items()) {
    const Inventory inventory = import({folder + "/" + file});
    EXPECT_THAT(inventory.diagnostics, IsEmpty());
    const std::string name = file.substr(0, file.rfind('.'));
    expect_within(nics, vms_of(inventory).at(name).at("nics"), file);
  }
}

TEST(ImportGolden, Vmx) { expect_files("vmx"); }
TEST(ImportGolden, Ovf) { expect_files("ovf"); }

TEST(ImportGolden, Ovirt) {
  std::vector<std::string> files = files_in("ovirt");
  for (int i = 0; i < 2; ++i) {
    const Inventory inventory = import(files);
    EXPECT_THAT(inventory.diagnostics, IsEmpty());
    const Json wanted = expected("ovirt");
    const Json found = vms_of(inventory).at("rhv01-erp");
    expect_within(wanted.at("nics"), found.at("nics"), "ovirt");
    EXPECT_THAT(found.at("ignored").dump(), HasSubstr("02:42:5e:10:aa:01"));
    std::reverse(files.begin(), files.end());
  }
}

TEST(ImportGolden, OvirtsOvfAloneLacksOnlyTheProfiles) {
  Json wanted = expected("ovirt").at("nics");
  for (Json& nic : wanted) {
    nic["vlan"] = {{"mode", "unknown"}};
    nic["portgroup"] = {{"kind", "vnic_profile"}, {"key", nullptr}, {"network", nullptr}};
  }
  expect_within(wanted, vms_of(import({"ovirt/rhv01-erp.ovf"})).at("rhv01-erp").at("nics"), "ovf");
}

TEST(ImportGolden, NetworkMapGivesDestinations) {
  const Inventory inventory = import(vsphere_files() + files_in("forklift"));
  std::map<std::string, std::string> destinations;
  for (const Network& network : inventory.networks) {
    destinations[network.key] = network.destination;
    EXPECT_FALSE(network.uplink);
    EXPECT_FALSE(network.kind.empty()) << network.key;
  }
  EXPECT_EQ(destinations.at("dvportgroup-49"), "prod/app-200");
  EXPECT_EQ(destinations.at("network-62"), "prod/app-201");
  EXPECT_EQ(destinations.at("dvportgroup-45"), "pod");
  EXPECT_EQ(destinations.at("network-64"), "ignored");
  EXPECT_EQ(destinations.at("dvportgroup-59"), "");
  EXPECT_FALSE(destinations.contains("dvportgroup-42")) << "an uplink";
}

}  // namespace
}  // namespace patchbay::cli
