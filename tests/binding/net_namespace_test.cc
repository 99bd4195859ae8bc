// The lock on a namespace's file and what its path leads to. Any file will do for that; that the
// kernel keeps one lock for all paths to a namespace is shown in netns/concurrency_test.py.
#include "binding/net_namespace.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "plan/error.h"

namespace patchbay {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kShort{20};

class NamespaceFile : public testing::Test {
 protected:
  NamespaceFile() : folder_(make_folder()), path_(folder_ / "net") { std::ofstream{path_}; }
  ~NamespaceFile() override { std::filesystem::remove_all(folder_); }

  static std::filesystem::path make_folder() {
    std::string name = std::filesystem::temp_directory_path() / "patchbay-netns-XXXXXX";
    return mkdtemp(name.data());
  }

  std::filesystem::path folder_;
  std::string path_;
};

std::optional<Errc> failure(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.errc();
  }
  return std::nullopt;
}

TEST_F(NamespaceFile, IsLockedForAllButOne) {
  auto first = std::make_unique<NetNamespace>(path_);
  const NetNamespace second(path_);
  first->lock(kShort);
  EXPECT_EQ(failure([&] { second.lock(kShort); }), Errc::kTryAgain);
  first.reset();
  EXPECT_EQ(failure([&] { second.lock(kShort); }), std::nullopt);
}

TEST_F(NamespaceFile, IsLockedByWhicheverPathItIsOpened) {
  const std::string other = folder_ / "other";
  std::filesystem::create_hard_link(path_, other);
  const NetNamespace first(path_);
  const NetNamespace second(other);
  first.lock(kShort);
  try {
    second.lock(kShort);
    FAIL() << "locked twice";
  } catch (const Error& error) {
    EXPECT_EQ(info(error.errc()).cni_code, 11);
    EXPECT_NE(error.message().find(other), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("lslocks"), std::string::npos) << error.message();
  }
}

TEST_F(NamespaceFile, IsWaitedFor) {
  auto first = std::make_unique<NetNamespace>(path_);
  first->lock(kShort);
  auto locked = std::async(std::launch::async, [&] { NetNamespace(path_).lock(); });
  EXPECT_EQ(locked.wait_for(kShort), std::future_status::timeout);
  first.reset();
  EXPECT_EQ(failure([&] { locked.get(); }), std::nullopt);
}

TEST_F(NamespaceFile, LockedTwiceByTheSameIsLockedOnce) {
  const NetNamespace only(path_);
  only.lock(kShort);
  EXPECT_EQ(failure([&] { only.lock(kShort); }), std::nullopt);
}

TEST_F(NamespaceFile, IsMissedOnceItsPathLeadsElsewhere) {
  const NetNamespace opened(path_);
  EXPECT_EQ(failure([&] { opened.expect_at_path(); }), std::nullopt);
  const std::string other = folder_ / "other";
  std::ofstream{other};
  std::filesystem::rename(other, path_);
  EXPECT_EQ(failure([&] { opened.expect_at_path(); }), Errc::kNotFound);
  std::filesystem::remove(path_);
  EXPECT_EQ(failure([&] { opened.expect_at_path(); }), Errc::kNotFound);
}

}  // namespace
}  // namespace patchbay
