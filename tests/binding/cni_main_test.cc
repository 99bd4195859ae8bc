#include "binding/cni_main.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "pods.h"

namespace patchbay {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kBlue =
    R"({"cniVersion":"1.0.0","name":"patchbay","type":"patchbay",)"
    R"("args":{"cni":{"logicNetworkName":"blue"}},"patchbay":{"cacheDirs":["/nonexistent"]}})";

const std::string kBefore =
    R"({"cniVersion":"1.0.0","interfaces":[{"name":"eth9","foreign":1}],"dns":{}})";

class CniMain : public testing::Test {
 protected:
  CniAnswer run(const std::string& command, const std::string& input = kBlue) {
    environment["CNI_COMMAND"] = command;
    return run_cni({[this](const char* name) -> std::optional<std::string> {
                      const auto found = environment.find(name);
                      if (found == environment.end()) return std::nullopt;
                      return found->second;
                    },
                    input,
                    [this](const std::string& path) -> std::unique_ptr<Kernel> {
                      opened.push_back(path);
                      if (path == "/gone") throw Error(Errc::kNotFound, "no namespace");
                      auto kernel = std::make_unique<FakeKernel>();
                      kernel->links = links;
                      return kernel;
                    }});
  }
  void expect_error(const CniAnswer& answer, int code, const std::string& words) {
    EXPECT_NE(answer.exit_status, 0);
    EXPECT_THAT(answer.output, HasSubstr("\"code\":" + std::to_string(code) + ","));
    EXPECT_THAT(answer.output, HasSubstr(words));
  }

  std::map<std::string, std::string> environment{{"CNI_CONTAINERID", "c0ffee"},
                                                 {"CNI_NETNS", "/run/netns/pod"},
                                                 {"CNI_IFNAME", "net1"},
                                                 {"CNI_PATH", "/opt/cni/bin"}};
  FakeKernel::Links links;
  std::vector<std::string> opened;
};

TEST_F(CniMain, VersionAnswersWithAllOfThem) {
  const CniAnswer answer = run("VERSION", R"({"cniVersion":"0.4.0"})");
  EXPECT_EQ(answer.exit_status, 0);
  EXPECT_EQ(answer.output,
            R"({"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0","1.0.0","1.1.0"]})"
            "\n");
  EXPECT_THAT(run("VERSION", "").output, HasSubstr(R"("cniVersion":"1.1.0")"));
}

TEST_F(CniMain, AddListsNoInterface) {
  FakeKernel kernel;
  add_nic(kernel);
  links = kernel.links;
  const CniAnswer answer = run("ADD");
  EXPECT_EQ(answer.exit_status, 0) << answer.output;
  EXPECT_EQ(answer.output, "{\"cniVersion\":\"1.0.0\",\"dns\":{}}\n");
  EXPECT_THAT(opened, testing::ElementsAre("/run/netns/pod"));
  EXPECT_THAT(answer.log, HasSubstr(R"("command":"ADD")"));
  EXPECT_THAT(answer.log, HasSubstr(R"("container":"c0ffee")"));
}

TEST_F(CniMain, DelOfAVanishedNamespaceIsDone) {
  environment["CNI_NETNS"] = "/gone";
  EXPECT_EQ(run("DEL").exit_status, 0);
  environment.erase("CNI_NETNS");
  const CniAnswer answer = run("DEL");
  EXPECT_EQ(answer.exit_status, 0) << answer.output;
  EXPECT_THAT(answer.output, IsEmpty());
}

TEST_F(CniMain, DelForgivesWhatAddRefuses) {
  for (const std::string input :
       {R"({"cniVersion":"1.0.0","args":{"cni":{"logicNetworkName":"blue"}},"patchbay":{"mod":1}})",
        R"({"cniVersion":"1.0.0","args":null})",
        R"({"cniVersion":"1.0.0","patchbay":{"mod":1},"prevResult":{"cniVersion":"1.0.0"}})",
        R"({"cniVersion":"1.0.0","args":{"cni":{"logicNetworkName":"blue"}},"prevResult":{}})"}) {
    EXPECT_EQ(run("DEL", input).exit_status, 0) << input;
    EXPECT_NE(run("ADD", input).exit_status, 0) << input;
  }
}

TEST_F(CniMain, MissingVariablesAreAllNamed) {
  environment.erase("CNI_CONTAINERID");
  environment.erase("CNI_IFNAME");
  expect_error(run("ADD"), 4, "ADD needs CNI_CONTAINERID, CNI_IFNAME");
  expect_error(run("DEL"), 4, "CNI_CONTAINERID, CNI_IFNAME");
  expect_error(run(""), 4, "CNI_COMMAND");
  expect_error(run("MAKE"), 4, "MAKE");
}

TEST_F(CniMain, VariablesAreChecked) {
  environment["CNI_CONTAINERID"] = "../../etc";
  expect_error(run("ADD"), 4, "../../etc");
  environment["CNI_CONTAINERID"] = "c0ffee";
  environment["CNI_IFNAME"] = "a/b";
  expect_error(run("ADD"), 4, "CNI_IFNAME");
}

TEST_F(CniMain, ErrorsHaveTheSpecsCodes) {
  expect_error(run("ADD", "{"), 6, "is not JSON");
  expect_error(run("ADD", R"({"cniVersion":"0.2.0"})"), 1, "0.2.0");
  expect_error(run("ADD", R"({"name":"x"})"), 1, "found none");
  expect_error(run("ADD", R"({"cniVersion":"1.0.0"})"), 7, "args.cni.logicNetworkName");
  expect_error(run("ADD", R"({"cniVersion":1})"), 7, "expected a string");
  expect_error(run("ADD"), 100, "pod16477688c0e");
}

TEST_F(CniMain, ErrorsSpeakTheCallersVersion) {
  EXPECT_THAT(run("ADD", R"({"cniVersion":"0.4.0"})").output,
              HasSubstr(R"({"cniVersion":"0.4.0","code")"));
  EXPECT_THAT(run("ADD", R"({"cniVersion":"9.0.0"})").output,
              HasSubstr(R"({"cniVersion":"1.1.0","code")"));
}

TEST_F(CniMain, VerbsOfLaterVersionsAreRefused) {
  for (const std::string verb : {"CHECK", "GC", "STATUS"}) {
    expect_error(run(verb), 2, "this version does not do " + verb);
  }
  EXPECT_THAT(opened, IsEmpty());
}

// As the last plugin of a network's own list.
std::string chained(const std::string& members = "") {
  return R"({"cniVersion":"1.0.0","name":"blue-vlan","type":"patchbay",)" + members +
         R"("prevResult":)" + kBefore + "}";
}

TEST_F(CniMain, ChainedHandsOnTheResultAsItCameIn) {
  FakeKernel kernel;
  add_nic(kernel);
  links = kernel.links;
  environment["CNI_IFNAME"] = kNames.pod.str();
  const CniAnswer answer = run("ADD", chained());
  EXPECT_EQ(answer.exit_status, 0) << answer.output;
  EXPECT_EQ(answer.output, kBefore + "\n");
  EXPECT_THAT(opened, testing::ElementsAre("/run/netns/pod"));
  EXPECT_THAT(answer.log, HasSubstr("wired by redirect: veth"));
  EXPECT_THAT(answer.log, HasSubstr("blue-vlan"));
}

TEST_F(CniMain, ChainedLeavesPlainPodsAlone) {
  for (const std::string verb : {"ADD", "DEL"}) {
    const CniAnswer answer = run(verb, chained());
    EXPECT_EQ(answer.exit_status, 0);
    EXPECT_EQ(answer.output, verb == "ADD" ? kBefore + "\n" : "");
    EXPECT_THAT(opened, IsEmpty());
    run(verb, chained(R"("patchbay":{"always":true},)"));
    EXPECT_EQ(opened.size(), 1u);
    opened.clear();
  }
}

TEST_F(CniMain, TheTwoFormsDoNotMix) {
  expect_error(run("ADD", R"({"cniVersion":"1.0.0"})"), 7, "and so is prevResult");
  expect_error(run("ADD", chained(R"("args":{"cni":{"logicNetworkName":"blue"}},)")), 7,
               "the binding's NAD lists patchbay alone");
  EXPECT_THAT(opened, IsEmpty());
}

TEST_F(CniMain, WhatARuntimeSaysReachesNoTerminalRaw) {
  const CniAnswer answer = run("ADD\x1b[31m");
  EXPECT_THAT(answer.output, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace patchbay
