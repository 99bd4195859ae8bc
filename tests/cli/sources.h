// What the tests of the import share: the fixtures (vsphere/, see there for what is hand-made) and
// short ways from text to inventory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "../test_files.h"
#include "cli/source.h"

namespace patchbay::cli {

inline std::filesystem::path vsphere() { return fixtures() / "vsphere"; }

// The files of one folder, by name; `but` are left out.
inline std::vector<std::string> files_in(const std::string& folder, const std::string& but = "/") {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(vsphere() / folder)) {
    const std::string file = entry.path().filename().string();
    if (file != "expected.json" && file.find(but) == std::string::npos) {
      names.push_back(folder + "/" + file);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline std::vector<std::string> operator+(std::vector<std::string> one,
                                          const std::vector<std::string>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

inline std::vector<Reading> read_all(const std::vector<std::string>& files) {
  std::vector<Reading> readings;
  for (const std::string& file : files) {
    readings.push_back(read_source(read_text(vsphere() / file), file));
  }
  return readings;
}

inline Inventory import(const std::vector<std::string>& files) {
  return merge_readings(read_all(files));
}

// Texts as files called "0", "1"…
inline Inventory import_texts(const std::vector<std::string>& texts) {
  std::vector<Reading> readings;
  for (const std::string& text : texts) {
    readings.push_back(read_source(text, std::to_string(readings.size())));
  }
  return merge_readings(readings);
}

// One VM of `govc vm.info`: NIC 4000 in dvportgroup-1, 4001 in dvportgroup-2; `guest` is its
// GuestInfo's inside.
inline std::string vm_info(const std::string& name, const std::string& guest,
                           const std::string& mac_end = "01", const std::string& moid = "vm-1") {
  const auto nic = [&](const std::string& key, const std::string& mac, const std::string& group) {
    return R"({"key":)" + key + R"(,"macAddress":")" + mac +
           R"(","backing":{"port":{"portgroupKey":")" + group + R"("}}})";
  };
  return R"({"virtualMachines":[{"self":{"value":")" + moid + R"("},"name":")" + name +
         R"(","config":{"hardware":{"device":[{"key":100},)" +
         nic("4000", "00:50:56:00:00:" + mac_end, "dvportgroup-1") + "," +
         nic("4001", "00:50:56:00:01:" + mac_end, "dvportgroup-2") +
         R"(]}},"runtime":{"powerState":"poweredOn"},"guest":{)" + guest + "}}]}";
}

// A VMX with that display name and these lines.
inline std::string vmx(const std::string& name, const std::string& rest) {
  return "config.version = \"8\"\ndisplayName = \"" + name + "\"\n" + rest;
}

// Of an inventory that has one VM with one NIC.
inline Nic only_nic(const Inventory& inventory) {
  EXPECT_THAT(inventory.vms, ::testing::SizeIs(1));
  EXPECT_THAT(inventory.vms.begin()->second.nics, ::testing::SizeIs(1));
  return inventory.vms.begin()->second.nics.at(0);
}

}  // namespace patchbay::cli
