#include "cli/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources.h"

namespace patchbay::cli {
namespace {

TEST(Table, ColumnsAreAsWideAsWhatATerminalShows) {
  EXPECT_EQ(aligned({{"NAME", "X"}, {"Zürich", "1"}, {"東京", "2"}, {"e\u0301", "3"}}),
            "NAME    X\n"
            "Zürich  1\n"
            "東京    2\n"
            "e\u0301       3\n");
}

TEST(Table, NothingStandsAtALinesEnd) {
  EXPECT_EQ(aligned({{"a", "", ""}, {"long", "", "c"}}), "a\nlong    c\n");
}

TEST(Table, NoCellDrivesATerminal) {
  EXPECT_EQ(aligned({{"\x1b[2J\n", "x"}}), "\\x1b[2J\\x0a  x\n");
}

TEST(Table, ColoursTakeNoColumns) {
  EXPECT_EQ(aligned({{"NIC", "IS"}, {Cell("a", Style::kGood), "up"}}, true),
            "NIC  IS\n\x1b[32ma\x1b[0m    up\n");
}

TEST(Table, AnInventoryHasALineForEachNicAndAddress) {
  const std::string table =
      to_table(import({"vm.info/app02-ubuntu.json", "device.info/app02-ubuntu.json"}));
  EXPECT_EQ(table,
            "VM            NIC  MAC                ADAPTER  NETWORK         VLAN  METHOD  ADDRESS"
            "           GATEWAY       WARNINGS\n"
            "app02-ubuntu  0    00:50:56:11:00:02  vmxnet3  dvportgroup-49  ?     static  "
            "198.51.100.20/24  198.51.100.1\n"
            "              1    00:50:56:11:00:03  vmxnet3  App-200         ?     static  "
            "203.0.113.20/25\n"
            "app02-ubuntu, left out: 02:42:ac:11:00:01 172.17.0.1/16 (no virtual NIC); "
            "8e:1c:5a:77:02:9b fe80::8c1c:5aff:fe77:29b/64 (no virtual NIC)\n");
}

TEST(Table, NamesFromFilesDriveNoTerminal) {
  const std::string evil =
      "config.version=\"8\"\ndisplayName=\"\x1b[31m\u202e\"\n"
      "ethernet0.present=\"TRUE\"\nethernet0.networkName=\"\x07\"\n";
  const std::string table = to_table(import_texts({evil}));
  EXPECT_EQ(table.find_first_of("\x1b\x07"), std::string::npos);
  EXPECT_THAT(table, testing::HasSubstr("\\x1b[31m\\xe2\\x80\\xae"));
}

}  // namespace
}  // namespace patchbay::cli
