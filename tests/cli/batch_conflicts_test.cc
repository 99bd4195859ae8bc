#include "cli/batch_conflicts.h"

#include "sources.h"

namespace patchbay::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// NIC 0 is in dvportgroup-1, NIC 1 in dvportgroup-2.
std::string vm(const std::string& name, const std::string& mac_end, const std::string& key,
               const std::string& address) {
  return vm_info(name,
                 R"("net":[{"deviceConfigId":)" + key +
                     R"(,"ipConfig":{"ipAddress":[{"ipAddress":")" + address +
                     R"(","prefixLength":24,"origin":"manual"}]}}])",
                 mac_end, "vm-" + name);
}

std::string portgroup(const std::string& key, const std::string& vlan) {
  return R"({"port":[{"portgroupKey":")" + key + R"(","config":{"setting":{"vlan":{"vlanId":)" +
         vlan + "}}}}]}";
}

TEST(BatchConflicts, TheFixturesHaveNone) {
  EXPECT_THAT(find_conflicts(import(files_in("vm.info") + files_in("network"))), IsEmpty());
}

TEST(BatchConflicts, AMacTwice) {
  const Diagnostics found = find_conflicts(
      import_texts({vm("a", "01", "4000", "10.0.0.1"), vm("b", "01", "4000", "10.0.0.2")}));
  ASSERT_THAT(found, SizeIs(2)) << "of both NICs";
  EXPECT_THAT(found[0].message, AllOf(HasSubstr("00:50:56:00:00:01"), HasSubstr("VM \"a\", NIC 0"),
                                      HasSubstr("VM \"b\", NIC 0")));
}

TEST(BatchConflicts, AnAddressTwiceInOneNetwork) {
  const Diagnostics found = find_conflicts(
      import_texts({vm("a", "01", "4000", "10.0.0.1"), vm("b", "02", "4000", "10.0.0.1")}));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].message,
              AllOf(HasSubstr("10.0.0.1"), HasSubstr("dvportgroup-1"), HasSubstr("VM \"b\"")));
}

TEST(BatchConflicts, TwoNetworksAreOneSegmentOnlyWithOneVlan) {
  const std::vector<std::string> vms = {vm("a", "01", "4000", "10.0.0.1"),
                                        vm("b", "02", "4001", "10.0.0.1")};
  EXPECT_THAT(find_conflicts(import_texts(vms)), IsEmpty());
  EXPECT_THAT(
      find_conflicts(import_texts(vms + std::vector<std::string>{portgroup("dvportgroup-1", "5"),
                                                                 portgroup("dvportgroup-2", "5")})),
      SizeIs(1));
  EXPECT_THAT(
      find_conflicts(import_texts(vms + std::vector<std::string>{portgroup("dvportgroup-1", "5"),
                                                                 portgroup("dvportgroup-2", "6")})),
      IsEmpty());
}

}  // namespace
}  // namespace patchbay::cli
