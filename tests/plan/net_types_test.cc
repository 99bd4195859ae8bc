#include "plan/net_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;

TEST(IpAddress, KeepsWhatItReads) {
  for (const char* text : {"0.0.0.0", "192.168.0.62", "::", "fd00::62", "::ffff:1.2.3.4"}) {
    EXPECT_EQ(IpAddress::parse(text).to_string(), text);
  }
  EXPECT_EQ(IpAddress::parse("FD00:0:0:0::1").to_string(), "fd00::1");
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("1.2.3"), std::string("1.2.3.4/24"), std::string("fe80::1%eth0"),
        std::string("01.2.3.4 "), std::string(" 1.2.3.4"), std::string("1.2.3.4\0x", 9),
        std::string(100, '1')}) {
    EXPECT_THROW(IpAddress::parse(text), Error) << text;
  }
}

TEST(IpAddress, KnowsItsKind) {
  EXPECT_TRUE(IpAddress::parse("127.1.2.3").is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1").is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2").is_loopback());
  EXPECT_TRUE(IpAddress::parse("239.0.0.1").is_multicast());
  EXPECT_TRUE(IpAddress::parse("ff02::1").is_multicast());
  EXPECT_TRUE(IpAddress::parse("169.254.1.1").is_link_local());
  EXPECT_TRUE(IpAddress::parse("febf::1").is_link_local());
  EXPECT_FALSE(IpAddress::parse("fec0::1").is_link_local());
}

TEST(IpPrefix, KeepsHostBits) {
  const auto prefix = IpPrefix::parse("192.168.0.62/26");
  EXPECT_EQ(prefix.to_string(), "192.168.0.62/26");
  EXPECT_EQ(prefix.network().to_string(), "192.168.0.0/26");
  EXPECT_TRUE(prefix.contains(IpAddress::parse("192.168.0.2")));
  EXPECT_FALSE(prefix.contains(IpAddress::parse("192.168.0.64")));
  EXPECT_FALSE(prefix.contains(IpAddress::parse("fd00::1")));
  EXPECT_EQ(IpPrefix::parse("fd00:0:0:1::62/63").network().to_string(), "fd00::/63");
  EXPECT_TRUE(IpPrefix::parse("::/0").is_default());
  EXPECT_FALSE(IpPrefix::parse("10.0.0.0/0").is_default());
}

TEST(IpPrefix, NeedsALength) {
  for (const char* text : {"192.168.0.62", "192.168.0.62/", "192.168.0.62/33", "192.168.0.62/-1",
                           "192.168.0.62/+4", "::/129", "1.2.3.4/24/24", "1.2.3.4/0024"}) {
    EXPECT_THROW(IpPrefix::parse(text), Error) << text;
  }
}

TEST(Mac, ReadsBothFormsAndPrintsOne) {
  EXPECT_EQ(Mac::parse("02:00:00:0A:0b:0C").to_string(), "02:00:00:0a:0b:0c");
  EXPECT_EQ(Mac::parse("02-00-00-0A-0b-0C").to_string(), "02:00:00:0a:0b:0c");
  for (const char* text :
       {"", "02:00:00:00:00", "02:00:00:00:00:0g", "02:00-00:00:00:01", "01:00:5e:00:00:01",
        "00:00:00:00:00:00", "020000000001", "02:00:00:00:00:01 "}) {
    EXPECT_THROW(Mac::parse(text), Error) << text;
  }
}

TEST(IfName, IsWhatTheKernelTakes) {
  EXPECT_EQ(IfName::parse("pod3a6eb0790f3").str(), "pod3a6eb0790f3");
  EXPECT_TRUE(IfName::is_legal("a.b-c_d"));
  for (const char* text : {"", ".", "..", "a/b", "a b", "a:b", "a\tb", "sixteen-bytes-xx"}) {
    EXPECT_FALSE(IfName::is_legal(text)) << text;
  }
}

TEST(PciAddress, RoundTrips) {
  EXPECT_EQ(PciAddress::parse("0000:81:00.1").to_string(), "0000:81:00.1");
  for (const char* text : {"81:00.1", "0000:81:20.0", "0000:81:00.8", "0000-81:00.1"}) {
    EXPECT_THROW(PciAddress::parse(text), Error) << text;
  }
}

TEST(NetTypes, SayWhatWasFoundSafely) {
  try {
    Mac::parse("\x1b[31mred");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("\"\\x1b[31mred\""));
    EXPECT_THAT(error.message(), HasSubstr("expected a unicast MAC"));
  }
}

}  // namespace
}  // namespace patchbay
