// Whatever is in a file, an import ends with an inventory or with an Error that has a message:
// every fixture cut short, with bytes changed, taken out and doubled.
#include <random>

#include "plan/error.h"
#include "sources.h"

namespace patchbay::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr int kDamages = 120;  // of each kind, to each file

// Neither another exception nor an Error without words passes.
void expect_inventory_or_error(const std::string& text, size_t& refused) {
  try {
    const Inventory inventory = import_texts({text});
    to_json(inventory);
    to_table(inventory);
  } catch (const Error& error) {
    EXPECT_FALSE(error.message().empty());
    EXPECT_NE(error.errc(), Errc::kInternal);
    ++refused;
  }
}

std::vector<std::string> every_file() {
  std::vector<std::string> files;
  for (const char* folder :
       {"vm.info", "device.info", "network", "vi-json", "vmx", "ovf", "ovirt", "forklift"}) {
    files = files + files_in(folder);
  }
  return files;
}

TEST(ImportDamage, NoFixtureCutShortDoesHarm) {
  size_t refused = 0;
  for (const std::string& file : every_file()) {
    const std::string text = read_text(vsphere() / file);
    for (size_t i = 0; i < kDamages; ++i) {
      expect_inventory_or_error(text.substr(0, text.size() * i / kDamages), refused);
    }
  }
  EXPECT_GT(refused, 1000U);
}

TEST(ImportDamage, NoDamagedFixtureDoesHarm) {
  std::mt19937 random(4711);
  const auto below = [&](size_t end) { return random() % end; };
  constexpr std::string_view kTelling = "\"{}[]<>/=:,0-9\\%|_\x80\xff\n";
  size_t refused = 0;
  for (const std::string& file : every_file()) {
    const std::string text = read_text(vsphere() / file);
    for (int i = 0; i < kDamages; ++i) {
      std::string damaged = text;
      damaged[below(text.size())] = kTelling[below(kTelling.size())];
      expect_inventory_or_error(damaged, refused);
      damaged = text;
      damaged.erase(below(text.size()), 1 + below(40));
      expect_inventory_or_error(damaged, refused);
      damaged = text;
      const size_t from = below(text.size());
      damaged.insert(below(text.size()), text.substr(from, 1 + below(40)));
      expect_inventory_or_error(damaged, refused);
    }
  }
  EXPECT_GT(refused, 1000U);
}

TEST(ImportDamage, DepthIsLimited) {
  size_t refused = 0;
  for (const char* open : {"[", "{\"a\":", "<a>", "- ", "kind: NetworkMap\na: [[[[[[[["}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += open;
    expect_inventory_or_error(text, refused);
  }
  EXPECT_EQ(refused, 5U);
}

std::string repeated(size_t count, const std::string& one, const std::string& separator) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : separator) + one;
  return text;
}

std::string object_of(size_t count) {
  std::string members;
  for (size_t i = 0; i < count; ++i) members += "\"k" + std::to_string(i) + "\":1,";
  return "{\"devices\":[]," + members + "\"z\":1}";
}

TEST(ImportDamage, NumbersAreLimited) {
  const std::string texts[] = {
      object_of(10000),
      "{\"virtualMachines\":[" + repeated(20001, "{\"name\":\"a\"}", ",") + "]}",
      "{\"devices\":[" + repeated(1001, "{\"macAddress\":\"00:50:56:00:00:01\"}", ",") + "]}",
      repeated(10001, "00:50:56:00:00:01:ip:10.0.0.1,,24", "_"),
  };
  for (const std::string& text : texts) {
    size_t refused = 0;
    expect_inventory_or_error(text, refused);
    EXPECT_EQ(refused, 1U) << text.substr(0, 40);
  }
}

TEST(ImportDamage, WhatOneGuestHasTooMuchOfStopsNoImport) {
  const std::string entry =
      "{\"deviceConfigId\":4000,\"ipAddress\":[\"10.0.0.1\"" + repeated(8999, ",\"x\"", "") + "]}";
  const Vm addresses =
      import_texts({vm_info("a", "\"net\":[" + repeated(3, entry, ",") + "]")}).vms.at("a");
  EXPECT_EQ(addresses.nics.at(0).addressing.addresses.size(), 1U);
  EXPECT_THAT(addresses.ignored, ElementsAre("x (no address)", "addresses after the first 20000"));
  const Vm nics =
      import_texts({vm_info("a", "\"net\":[" + repeated(10001, "{}", ",") + "]")}).vms.at("a");
  EXPECT_THAT(nics.ignored, Contains("net after the first 10000"));
}

}  // namespace
}  // namespace patchbay::cli
