#include "binding/result_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "plan/error.h"

namespace patchbay {
namespace {

using testing::HasSubstr;

// base64 of {"name":"br1-net","type":"bridge","ipam":{"type":"static"}}
constexpr const char* kConfig =
    "eyJuYW1lIjoiYnIxLW5ldCIsInR5cGUiOiJicmlkZ2UiLCJpcGFtIjp7InR5cGUiOiJzdGF0aWMifX0=";
const IfName kPod = IfName::parse("pod16477688c0e");

class ResultCache : public testing::Test {
 protected:
  ResultCache() : dir_(testing::TempDir() + "/patchbay-cache-" + test_name()) {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_ + "/results");
  }
  ~ResultCache() override { std::filesystem::remove_all(dir_); }

  static std::string test_name() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  static std::string entry(const std::string& container, const std::string& interface) {
    return R"({"kind":"cniCacheV1","containerId":")" + container + R"(","ifName":")" + interface +
           R"(","networkName":"br1-net","config":")" + kConfig +
           R"(","result":{"cniVersion":"1.0.0","ips":[{"address":"192.168.0.62/26"}]}})";
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ + "/results/" + name) << text;
  }
  std::optional<CniCacheEntry> find(const std::string& container) {
    return find_cached_result({"/nonexistent", dir_}, container, kPod);
  }

  std::string dir_;
};

TEST_F(ResultCache, FindsTheEntryOfTheInterface) {
  write("br1-net-c0ffee-eth0", entry("c0ffee", "eth0"));
  write("br1-net-c0ffee-pod16477688c0e", entry("c0ffee", "pod16477688c0e"));
  const auto found = find("c0ffee");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->network_name, "br1-net");
  EXPECT_EQ(found->ipam, "static");
  EXPECT_EQ(found->result.ips.size(), 1u);
}

TEST_F(ResultCache, WhatCountsIsInsideTheFile) {
  // A network named "net-dead", a container "beef": the name also ends like "dead-beef"'s.
  write("net-dead-beef-pod16477688c0e", entry("beef", "pod16477688c0e"));
  EXPECT_TRUE(find("beef"));
  EXPECT_FALSE(find("dead-beef"));
}

TEST_F(ResultCache, NothingIsNothing) {
  EXPECT_FALSE(find("c0ffee"));
  EXPECT_FALSE(find_cached_result({"/nonexistent"}, "c0ffee", kPod));
  EXPECT_FALSE(find_cached_result({}, "c0ffee", kPod));
}

TEST_F(ResultCache, AFileThatCannotBeReadIsNamed) {
  write("br1-net-c0ffee-pod16477688c0e", "{");
  try {
    find("c0ffee");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kMalformed);
    EXPECT_THAT(error.what(), HasSubstr(dir_ + "/results/br1-net-c0ffee-pod16477688c0e"));
  }
}

TEST_F(ResultCache, AFileWithoutEndIsNotRead) {
  write("br1-net-c0ffee-pod16477688c0e", "");
  std::filesystem::resize_file(dir_ + "/results/br1-net-c0ffee-pod16477688c0e", (4U << 20) + 1);
  try {
    find("c0ffee");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("larger than 4 MiB"));
  }
}

TEST_F(ResultCache, AFileThatIsNoneIsNamed) {
  std::filesystem::create_directory(dir_ + "/results/br1-net-c0ffee-pod16477688c0e");
  try {
    find("c0ffee");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kInvalidInput);
    EXPECT_THAT(error.what(), HasSubstr("the cached CNI result is no regular file"));
  }
}

TEST(UsualCacheDirs, MultusComesFirst) {
  EXPECT_THAT(usual_cache_dirs(), testing::ElementsAre("/var/lib/cni/multus", "/var/lib/cni"));
}

}  // namespace
}  // namespace patchbay
