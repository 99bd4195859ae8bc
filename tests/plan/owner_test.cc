#include "plan/owner.h"

#include <gtest/gtest.h>

#include "plan/digest.h"

namespace patchbay {
namespace {

// printf 'c0ffee\0net1' | sha256sum
TEST(Owner, MarkIsOfContainerAndInterface) {
  EXPECT_EQ(attachment_mark("c0ffee", "net1"), "4fe5d73272c669c8");
  EXPECT_NE(attachment_mark("c0ffeenet", "1"), attachment_mark("c0ffee", "net1"));
}

// FIPS 180-2, B.1.
TEST(Digest, IsSha256) {
  EXPECT_EQ(sha256_digits("abc", 64),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_digits("abc", 5), "ba781");
}

}  // namespace
}  // namespace patchbay
