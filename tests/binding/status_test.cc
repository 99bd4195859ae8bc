#include "binding/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "fake_kernel.h"

namespace patchbay {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Status : public testing::Test {
 protected:
  // What STATUS says with the k-th call failing; empty where the node is ready.
  std::string said(int fail_at = 0) {
    diagnostics.clear();
    try {
      check_node(
          [&]() -> std::unique_ptr<Kernel> {
            auto kernel = std::make_unique<FakeKernel>();
            kernel->fail_at = fail_at;
            return kernel;
          },
          options, diagnostics);
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::kNotReady) << error.what();
      return error.what();
    }
    return {};
  }

  CniOptions options{{}, {testing::TempDir()}};
  Diagnostics diagnostics;
};

TEST_F(Status, TriesWhatTheOptionsAskFor) {
  EXPECT_EQ(said(), "");
  options.defaults = {.mode = "bridge", .multi_queue = true};
  EXPECT_EQ(said(), "");
  options.defaults = {.trunk = std::vector<VlanRange>{{42, 42}}, .ipam = "dhcp"};
  EXPECT_EQ(said(), "");
  options.defaults = {.mode = "macvtap"};
  EXPECT_EQ(said(), "");
  EXPECT_THAT(diagnostics, IsEmpty());
}

// Until a call's number is beyond the last one: every failure says that the node is not ready, and
// what to do.
TEST_F(Status, WhateverFailsTheNodeIsNotReady) {
  std::set<std::string> remedies;
  int failures = 0;
  for (;; ++failures) {
    const std::string text = said(failures + 1);
    if (text.empty()) break;
    EXPECT_THAT(text, AllOf(HasSubstr("expected to be able to"), HasSubstr("refused by the test")));
    remedies.insert(text.substr(text.rfind("; ")));
  }
  EXPECT_GT(failures, 30);
  EXPECT_THAT(remedies, testing::IsSupersetOf(
                            {"; load the kernel module dummy, or bridge",
                             "; load the kernel modules sch_ingress, cls_u32, act_mirred"}));
}

TEST_F(Status, ABridgesStepsHaveTheirRemedies) {
  options.defaults = {.mode = "bridge", .guard = Guard::kMac};
  std::set<std::string> remedies;
  for (int failing = 1; !said(failing).empty(); ++failing) {
    const std::string text = said(failing);
    remedies.insert(text.substr(text.rfind("; ")));
  }
  EXPECT_THAT(
      remedies,
      testing::IsSupersetOf(
          {"; load the kernel module bridge", "; load the kernel modules sch_ingress, cls_bpf",
           "; load the kernel modules dummy, or bridge, and sch_ingress, cls_bpf"}));
}

TEST_F(Status, ACacheThatIsNotThereYetIsAWarning) {
  options.cache_dirs = {"/nonexistent/cache"};
  EXPECT_EQ(said(), "");
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_EQ(diagnostics.front().where, "/nonexistent/cache");
}

TEST_F(Status, ACacheThatCanNotBeReadIsAnError) {
  const std::string folder = testing::TempDir() + "patchbay-status-" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/results").flush();
  options.cache_dirs = {folder};
  EXPECT_THAT(said(), AllOf(HasSubstr(folder + "/results"), HasSubstr("Not a directory"),
                            HasSubstr("cacheDirs")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace patchbay
