#include "plan/cni_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay {
namespace {

using testing::HasSubstr;

Errc errc_of(const std::function<void()>& call, std::string* said = nullptr) {
  try {
    call();
  } catch (const Error& error) {
    if (said != nullptr) *said = error.what();
    return error.errc();
  }
  return Errc::kInternal;
}

TEST(CniConfig, AsMultusHandsItOver) {
  const CniConfig config = parse_cni_config(
      R"({"cniVersion":"0.3.1","name":"patchbay","type":"patchbay","ipam":{},"foreign":[1],)"
      R"("args":{"cni":{"logicNetworkName":"blue","other":1}},"patchbay":{"mod":1}})");
  EXPECT_EQ(config, (CniConfig{.cni_version = "0.3.1", .name = "patchbay", .network = "blue"}));
  EXPECT_TRUE(parse_cni_config(R"({"cniVersion":"1.1.0","prevResult":{}})").has_prev_result);
}

TEST(CniConfig, ArgsMayBeMissingAtEveryLevel) {
  for (const std::string args : {"null", "{}", R"({"cni":null})", R"({"cni":{}})"}) {
    EXPECT_EQ(parse_cni_config(R"({"cniVersion":"1.0.0","args":)" + args + "}").network, "");
  }
}

TEST(CniConfig, IsStrictAboutWhatItReads) {
  EXPECT_EQ(errc_of([] { parse_cni_config("{"); }), Errc::kMalformed);
  EXPECT_EQ(errc_of([] { parse_cni_config("{}"); }), Errc::kWrongVersion);
  EXPECT_EQ(errc_of([] { parse_cni_config(R"({"cniVersion":"1.0.0","cniVersion":"1.0.0"})"); }),
            Errc::kMalformed);
  std::string said;
  EXPECT_EQ(
      errc_of(
          [] {
            parse_cni_config(R"({"cniVersion":"1.0.0","args":{"cni":{"logicNetworkName":7}}})");
          },
          &said),
      Errc::kInvalidInput);
  EXPECT_THAT(said, HasSubstr("args.cni.logicNetworkName: expected a string, found 7"));
}

TEST(ValidAttachments, AreMarks) {
  const std::string before = R"({"cniVersion":"1.1.0","name":"blue","cni.dev/valid-attachments":)";
  EXPECT_THAT(
      parse_valid_attachments(before + R"([{"containerID":"c0ffee","ifname":"net1","more":1}]})"),
      testing::ElementsAre(attachment_mark("c0ffee", "net1")));
  EXPECT_THAT(parse_valid_attachments(before + "[]}"), testing::IsEmpty());
  EXPECT_THAT(parse_valid_attachments(before + "null}"), testing::IsEmpty());
}

TEST(ValidAttachments, AListThatIsNotThereOrUnreadableIsNotEmpty) {
  std::string said;
  EXPECT_EQ(errc_of([] { parse_valid_attachments(R"({"cniVersion":"1.1.0"})"); }, &said),
            Errc::kInvalidInput);
  EXPECT_THAT(said, HasSubstr("cni.dev/valid-attachments"));
  for (const std::string list : {"{}", R"(["c0ffee"])", R"([{"containerID":"c0ffee"}])"}) {
    EXPECT_EQ(errc_of([&list] {
                parse_valid_attachments(R"({"cni.dev/valid-attachments":)" + list + "}");
              }),
              Errc::kInvalidInput)
        << list;
  }
}

TEST(CniOptions, DefaultsAndCacheDirectories) {
  EXPECT_EQ(parse_cni_options("{}"), CniOptions());
  const CniOptions options =
      parse_cni_options(R"({"patchbay":{"mode":"redirect","cacheDirs":["/a","/b"]}})");
  EXPECT_EQ(options.defaults.mode, "redirect");
  EXPECT_THAT(options.cache_dirs, testing::ElementsAre("/a", "/b"));
}

TEST(CniOptions, MistakesHaveAPathAndAGuess) {
  std::string said;
  EXPECT_EQ(errc_of([] { parse_cni_options(R"({"patchbay":{"cachedirs":[]}})"); }, &said),
            Errc::kInvalidInput);
  EXPECT_THAT(said, HasSubstr("did you mean \"cacheDirs\"?"));
  EXPECT_EQ(errc_of([] { parse_cni_options(R"({"patchbay":{"cacheDirs":["a"]}})"); }, &said),
            Errc::kInvalidInput);
  EXPECT_THAT(said, HasSubstr("cacheDirs[0]: expected an absolute path"));
}

TEST(CniConfig, TheRuntimeMayNameTheDeviceByACapability) {
  const CniConfig config = parse_cni_config(
      R"({"cniVersion":"1.0.0","name":"a","runtimeConfig":{"deviceID":"0000:3b:02.1"}})");
  EXPECT_EQ(config.device_id, "0000:3b:02.1");
  const CniResult result = parse_cni_result(
      R"({"cniVersion":"1.1.0","interfaces":[{"name":"pod1","pciID":"0000:3b:02.2"}]})");
  EXPECT_EQ(result.interfaces.at(0).pci_id, "0000:3b:02.2");
}

TEST(CniConfig, AChainHandsOnWhatCameBefore) {
  const std::string input =
      R"({"cniVersion":"1.0.0","name":"blue-vlan","type":"patchbay","deviceID":"0000:3b:02.1",)"
      R"("prevResult":{"cniVersion":"1.0.0","foreign":{"b":1,"a":2},"ips":[{"address":"10.0.0.1/8"}]}})";
  const CniConfig config = parse_cni_config(input);
  EXPECT_EQ(config.name, "blue-vlan");
  EXPECT_EQ(config.device_id, "0000:3b:02.1");
  EXPECT_TRUE(config.has_prev_result);
  EXPECT_EQ(parse_prev_result(input).ips.at(0).address, IpPrefix::parse("10.0.0.1/8"));
  EXPECT_EQ(cni_prev_result(input),
            R"({"cniVersion":"1.0.0","foreign":{"b":1,"a":2},"ips":[{"address":"10.0.0.1/8"}]})"
            "\n");
}

TEST(CniArgs, TheMacIsOneOfThem) {
  EXPECT_EQ(cni_args_mac(""), std::nullopt);
  EXPECT_EQ(cni_args_mac("IgnoreUnknown=1;K8S_POD_NAME=a"), std::nullopt);
  EXPECT_EQ(cni_args_mac("IgnoreUnknown=1;MAC=02:00:00:00:00:62;X=y"),
            Mac::parse("02:00:00:00:00:62"));
  std::string said;
  EXPECT_EQ(errc_of([] { cni_args_mac("MAC=zz"); }, &said), Errc::kInvalidInput);
  EXPECT_THAT(said, HasSubstr("CNI_ARGS.MAC"));
}

TEST(CniReplies, AreTheSpecs) {
  EXPECT_EQ(cni_empty_result("0.4.0"), "{\"cniVersion\":\"0.4.0\",\"dns\":{}}\n");
  EXPECT_EQ(cni_error("1.0.0", Error(Errc::kInvalidInput, "a \"b\"", "c.d")),
            R"({"cniVersion":"1.0.0","code":7,"msg":"a \"b\"","details":"c.d"})"
            "\n");
  EXPECT_EQ(cni_error("1.0.0", Error(Errc::kMalformed, "no")),
            "{\"cniVersion\":\"1.0.0\",\"code\":6,\"msg\":\"no\"}\n");
  EXPECT_EQ(cni_version_of("nonsense"), "1.1.0");
}

}  // namespace
}  // namespace patchbay
