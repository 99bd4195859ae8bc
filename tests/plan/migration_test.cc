// Addresses that a live migration takes from under a guest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/scene.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Migration : public ::testing::Test {
 protected:
  void park(const std::string& ipam) {
    scene.remove_link(link_names("blue").record);
    scene.park("blue", {IpPrefix::parse("10.0.0.2/24"), IpPrefix::parse("fd00::2/64")}, {}, {},
               ipam);
  }
  void SetUp() override { park("static"); }
  void has(const std::vector<std::string>& addresses) {
    for (const std::string& text : addresses) {
      scene.interface("blue").guest_addresses.push_back(IpAddress::parse(text));
    }
  }
  std::string told() {
    std::string lines;
    for (const Diagnostic& each : scene.plan().diagnostics) lines += to_string(each) + "\n";
    return lines;
  }

  Scene scene;
};

TEST_F(Migration, TheTargetsPodHasTheGuestsAddress) {
  has({"10.0.0.2", "fd00::2", "fe80::1", "172.17.0.1"});
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(Migration, TheTargetsPodHasAnother) {
  has({"10.0.0.7", "fe80::1"});
  EXPECT_THAT(told(), HasSubstr("the running guest has 10.0.0.7 and keeps it, but the network's "
                                "IPAM gave this pod 10.0.0.2, fd00::2"));
}

TEST_F(Migration, TheAnnotationStays) {
  has({"10.0.0.7"});
  scene.input.vmi.networks_annotation = R"({"blue":{"addresses":["10.0.0.7/24","fd00::7/64"]}})";
  EXPECT_THAT(told(), HasSubstr("annotation"));
  EXPECT_THAT(told(), ::testing::Not(HasSubstr("the running guest")));
}

TEST_F(Migration, ADynamicIpamGivesThePodAnAddressAndNotTheVm) {
  scene.input.vmi.live_migrates = true;
  EXPECT_THAT(told(), IsEmpty());
  park("whereabouts");
  EXPECT_THAT(told(), HasSubstr("10.0.0.2, fd00::2 is its pod's, by whereabouts"));
  scene.input.vmi.live_migrates = false;
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace patchbay
