#include "domainxml/edits.h"

#include <gtest/gtest.h>

#include "support.h"

namespace patchbay::domainxml {
namespace {

TEST(Edits, WithoutAnyTheTextIsTheSame) { EXPECT_EQ(Edits().apply("abc"), "abc"); }

TEST(Edits, AreSplicedInWhateverTheirOrder) {
  Edits edits;
  edits.replace({4, 5}, "EE");
  edits.insert(6, "!");
  edits.remove({1, 3});
  edits.insert(0, ">");
  EXPECT_EQ(edits.apply("abcdef"), ">adEEf!");
}

TEST(Edits, InsertionsAtOneOffsetKeepTheirOrder) {
  Edits edits;
  edits.insert(1, "1");
  edits.remove({0, 1});
  edits.insert(1, "2");
  EXPECT_EQ(edits.apply("ab"), "12b");
}

TEST(Edits, ManyInsertionsAtOneOffsetKeepTheirOrderToo) {
  Edits edits;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    edits.insert(1, std::to_string(i) + ",");
    expected += std::to_string(i) + ",";
  }
  EXPECT_EQ(edits.apply("ab"), "a" + expected + "b");
}

TEST(Edits, RefuseToOverlapOrLeaveTheText) {
  Edits overlapping;
  overlapping.replace({0, 2}, "x");
  overlapping.replace({1, 3}, "y");
  EXPECT_EQ(error_of([&] { overlapping.apply("abcd"); }).errc(), Errc::kInternal);
  Edits outside;
  outside.insert(5, "x");
  EXPECT_EQ(error_of([&] { outside.apply("abcd"); }).errc(), Errc::kInternal);
}

}  // namespace
}  // namespace patchbay::domainxml
