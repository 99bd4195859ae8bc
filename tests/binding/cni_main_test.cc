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
                    },
                    [this]() -> std::unique_ptr<Kernel> {
                      auto kernel = std::make_unique<FakeKernel>();
                      kernel->fail_at = fail_at;
                      return kernel;
                    },
                    {},
                    {}});
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
  int fail_at = 0;  // the call of STATUS's kernel that fails
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

std::string in_version(const std::string& version) {
  return R"({"cniVersion":")" + version + R"(","name":"patchbay","type":"patchbay",)" +
         R"("args":{"cni":{"logicNetworkName":"blue"}},"cni.dev/valid-attachments":[],)" +
         R"("patchbay":{"cacheDirs":["/nonexistent"]}})";
}

TEST_F(CniMain, EachVerbIsThereFromItsVersionOn) {
  expect_error(run("CHECK", in_version("0.3.1")), 1, "CHECK came with CNI 0.4.0");
  for (const std::string version : {"0.4.0", "1.0.0", "1.1.0"}) {
    expect_error(run("CHECK", in_version(version)), 100, "expected the record");
  }
  for (const std::string verb : {"GC", "STATUS"}) {
    for (const std::string version : {"0.3.1", "0.4.0", "1.0.0"}) {
      expect_error(run(verb, in_version(version)), 1, "cniVersion");
    }
    const CniAnswer answer = run(verb, in_version("1.1.0"));
    EXPECT_EQ(answer.exit_status, 0) << answer.output;
    EXPECT_THAT(answer.output, IsEmpty());
  }
}

TEST_F(CniMain, AddsResultIsOfTheConfigurationsVersion) {
  FakeKernel kernel;
  add_nic(kernel);
  links = kernel.links;
  for (const std::string version : {"0.3.1", "0.4.0", "1.0.0", "1.1.0"}) {
    EXPECT_EQ(run("ADD", in_version(version)).output,
              R"({"cniVersion":")" + version + "\",\"dns\":{}}\n");
  }
}

TEST_F(CniMain, CheckPassesAfterAddAndTakesTheResultThatLibcniHandsBack) {
  FakeKernel kernel;
  add_nic(kernel);
  Diagnostics diagnostics;
  add(kernel, call_without_cache(), diagnostics);
  links = kernel.links;
  const std::string before = R"({"cniVersion":"1.0.0","name":"patchbay","type":"patchbay",)"
                             R"("prevResult":{"cniVersion":"1.0.0","dns":{}},)";
  const CniAnswer answer = run("CHECK", before + R"("args":{"cni":{"logicNetworkName":"blue"}}})");
  EXPECT_EQ(answer.exit_status, 0) << answer.output;
  EXPECT_THAT(answer.output, IsEmpty());
  expect_error(run("CHECK", before + R"("args":{"cni":{"logicNetworkName":"red"}}})"), 100,
               "network \\\"red\\\": expected the record");
}

TEST_F(CniMain, StatusTriesTheNodeAndNeedsNoContainer) {
  environment.clear();
  EXPECT_EQ(run("STATUS", in_version("1.1.0")).exit_status, 0);
  fail_at = 1;
  expect_error(run("STATUS", in_version("1.1.0")), 50, "this node can't attach a VM's interface");
  expect_error(run("STATUS", R"({"cniVersion":"1.1.0","patchbay":{"mod":"tap"}})"), 7,
               "did you mean");
}

TEST_F(CniMain, GcIsOfOneNetworkAndNeedsTheValidOnes) {
  environment.clear();
  expect_error(run("GC", R"({"cniVersion":"1.1.0","name":"blue"})"), 7,
               "the list \\\"cni.dev/valid-attachments\\\" is missing");
  expect_error(run("GC", R"({"cniVersion":"1.1.0","cni.dev/valid-attachments":[]})"), 7,
               "known by its name");
  EXPECT_EQ(run("GC", R"({"cniVersion":"1.1.0","name":"b","cni.dev/valid-attachments":null})")
                .exit_status,
            0);
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

TEST_F(CniMain, ChainedCheckNeedsAResultAndLeavesPlainPodsAlone) {
  EXPECT_EQ(run("CHECK", chained()).exit_status, 0);
  EXPECT_THAT(opened, IsEmpty());
  environment["CNI_IFNAME"] = kNames.pod.str();
  expect_error(run("CHECK", chained()), 100, "network \\\"blue-vlan\\\": expected the record");
  expect_error(run("CHECK", R"({"cniVersion":"1.0.0","name":"blue-vlan"})"), 7, "prevResult");
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
