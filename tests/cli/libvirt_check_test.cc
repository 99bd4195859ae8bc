#include "cli/libvirt_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kGood =
    "<interface type='ethernet'><target dev='tap2053dbbf6ec' managed='no'/>"
    "<model type='virtio-non-transitional'/><mac address='02:00:00:00:10:01'/>"
    "<mtu size='1500'/><alias name='ua-blue'/><rom enabled='no'/></interface>";

TEST(LibvirtCheck, TakesWhatItsSchemaKnows) {
  const Diagnostics found = check_interfaces({{"blue", kGood}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].severity, Severity::kNote);
  EXPECT_THAT(found[0].message, HasSubstr("libvirt "));
}

TEST(LibvirtCheck, NamesTheNetworkOfWhatItRefuses) {
  const Diagnostics found = check_interfaces(
      {{"blue", kGood},
       {"attribute", "<interface type='ethernet'><mtu siz='1500'/></interface>"},
       {"mac", "<interface type='ethernet'><mac address='03:00:00:00:00:01'/></interface>"},
       {"element", "<interface type='ethernet'/><frobnicate/>"},
       {"xml", "<interface type='ethernet'>"}});
  std::vector<std::string> networks;
  for (const Diagnostic& each : found) {
    EXPECT_EQ(each.severity, Severity::kError);
    EXPECT_THAT(each.message, HasSubstr(" refuses it: "));
    networks.push_back(each.network);
  }
  EXPECT_THAT(networks, testing::ElementsAre("attribute", "mac", "element", "xml"));
}

TEST(LibvirtCheck, SaysNothingOfNothing) { EXPECT_TRUE(check_interfaces({}).empty()); }

}  // namespace
}  // namespace patchbay::cli
