#include "plan/nad_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"

namespace patchbay {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& options) {
  try {
    parse_nad_options("{\"patchbay\":" + options + "}");
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kInvalidInput);
    return error.what();
  }
  return "nothing was refused";
}

TEST(NadOptions, AllOfThem) {
  const NadOptions options = parse_nad_options(
      R"({"patchbay":{"mode":"bridge","multiQueue":true,"dad":true,"always":false,"ipam":"dhcp",)"
      R"("selinuxContext":"system_u:system_r:container_t:s0:c1,c2",)"
      R"("trunk":[{"id":42},{"minID":100,"maxID":199}]}})");
  const NadOptions expected{.mode = "bridge",
                            .multi_queue = true,
                            .selinux_context = "system_u:system_r:container_t:s0:c1,c2",
                            .trunk = {{{42, 42}, {100, 199}}},
                            .dad = true,
                            .ipam = "dhcp",
                            .always = false};
  EXPECT_EQ(options, expected);
}

TEST(NadOptions, AreTheListsOrElseAPlugins) {
  EXPECT_EQ(parse_nad_options("{}"), NadOptions());
  const std::string plugins = R"("plugins":[{"type":"a"},{"type":"b","patchbay":{"mode":"tap"}}])";
  EXPECT_EQ(parse_nad_options("{" + plugins + "}").mode, "tap");
  EXPECT_EQ(parse_nad_options(R"({"patchbay":{"mode":"bridge"},)" + plugins + "}").mode, "bridge");
}

TEST(NadOptions, MistakesHaveAPathAndAGuess) {
  EXPECT_THAT(refusal(R"({"mod":"tap"})"), HasSubstr("did you mean \"mode\"?"));
  EXPECT_THAT(refusal(R"({"mode":"redirct"})"), HasSubstr("did you mean \"redirect\"?"));
  EXPECT_THAT(refusal(R"({"mode":"redirct"})"), HasSubstr("patchbay.mode"));
  EXPECT_THAT(refusal(R"({"dad":"yes"})"), HasSubstr("patchbay.dad"));
  EXPECT_THAT(refusal(R"({"selinuxContext":"container_t"})"), HasSubstr("user:role:type"));
  EXPECT_THAT(refusal(R"({"selinuxContext":"a:b:c\n"})"), HasSubstr("user:role:type"));
}

TEST(NadOptions, AGuardAndWhatItLetsOut) {
  const NadOptions options =
      parse_nad_options(R"({"patchbay":{"responder":true,"guard":"full",)"
                        R"("allowedAddresses":["192.168.0.9","10.9.0.0/16","fd00::9"]}})");
  EXPECT_EQ(options.responder, true);
  EXPECT_EQ(options.guard, Guard::kFull);
  EXPECT_EQ(options.allowed_addresses,
            (std::vector{IpPrefix::parse("192.168.0.9/32"), IpPrefix::parse("10.9.0.0/16"),
                         IpPrefix::parse("fd00::9/128")}));
  const NadOptions own{.guard = Guard::kOff};
  EXPECT_EQ(merged(own, options).guard, Guard::kOff);
  EXPECT_EQ(merged(own, options).allowed_addresses, options.allowed_addresses);
  EXPECT_THAT(refusal(R"({"guard":"ful"})"), HasSubstr("did you mean \"full\"?"));
  EXPECT_THAT(refusal(R"({"guard":true})"), HasSubstr("patchbay.guard"));
  EXPECT_THAT(refusal(R"({"allowedAddresses":["10.0.0"]})"), HasSubstr("allowedAddresses[0]"));
  std::string many = R"("10.0.0.1")";
  for (int i = 0; i < 8; ++i) many += R"(,"10.0.0.1")";
  EXPECT_THAT(refusal("{\"allowedAddresses\":[" + many + "]}"), HasSubstr("at most 8"));
}

TEST(NadOptions, ATrunkListsIdsAndRanges) {
  EXPECT_THAT(refusal(R"({"trunk":[]})"), HasSubstr("at least one VLAN"));
  EXPECT_THAT(refusal(R"({"trunk":[{"id":0}]})"), HasSubstr("trunk[0].id"));
  EXPECT_THAT(refusal(R"({"trunk":[{"id":4095}]})"), HasSubstr("from 1 to 4094"));
  EXPECT_THAT(refusal(R"({"trunk":[{"id":1},{"minID":5}]})"), HasSubstr("trunk[1]"));
  EXPECT_THAT(refusal(R"({"trunk":[{"id":1,"maxID":5}]})"), HasSubstr("either \"id\""));
  EXPECT_THAT(refusal(R"({"trunk":[{"minID":7,"maxID":5}]})"), HasSubstr("at least minID"));
  EXPECT_THAT(refusal(R"({"trunk":[{"Id":7}]})"), HasSubstr("did you mean"));
  std::string many = R"({"trunk":[{"id":1})";
  for (size_t n = 0; n < kMaxTrunkRanges; ++n) many += R"(,{"id":2})";
  EXPECT_THAT(refusal(many + "]}"), HasSubstr("at most 128"));
}

TEST(NadOptions, TheNetworksOwnAreStrongerOneByOne) {
  const NadOptions own{.mode = "auto", .dad = false};
  const NadOptions defaults{.mode = "bridge", .multi_queue = true, .dad = true};
  EXPECT_EQ(merged(own, defaults), (NadOptions{.mode = "auto", .multi_queue = true, .dad = false}));
}

}  // namespace
}  // namespace patchbay
