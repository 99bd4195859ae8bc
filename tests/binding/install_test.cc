#include "binding/install.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "plan/error.h"

namespace patchbay {
namespace {

namespace fs = std::filesystem;

class Install : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "patchbay-install-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write(folder_ / "program", "the new program");
    fs::create_directory(folder_ / "bin");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void run(const std::string& bin) const { install(folder_ / "program", folder_ / bin); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / "bin")) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  fs::path folder_;
};

TEST_F(Install, PutsOneExecutableFile) {
  const mode_t before = umask(077);
  run("bin");
  umask(before);
  EXPECT_THAT(files(), ::testing::ElementsAre("patchbay"));
  EXPECT_EQ(read(folder_ / "bin/patchbay"), "the new program");
  EXPECT_EQ(fs::status(folder_ / "bin/patchbay").permissions(), fs::perms(0755));
}

TEST_F(Install, ReplacesWithoutTouchingWhatRuns) {
  write(folder_ / "bin/patchbay", "the old program");
  std::ifstream running(folder_ / "bin/patchbay");
  run("bin");
  std::ostringstream text;
  text << running.rdbuf();
  EXPECT_EQ(text.str(), "the old program");
  EXPECT_EQ(read(folder_ / "bin/patchbay"), "the new program");
}

TEST_F(Install, SaysWhatIsMissingAndLeavesNothing) {
  try {
    run("nowhere");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kNotFound);
    EXPECT_THAT(error.where(), ::testing::HasSubstr("nowhere/.patchbay-"));
  }
  fs::create_directory(folder_ / "bin/patchbay");  // a folder in the way can't be replaced
  EXPECT_THROW(run("bin"), Error);
  EXPECT_THAT(files(), ::testing::ElementsAre("patchbay"));
  EXPECT_TRUE(fs::is_directory(folder_ / "bin/patchbay"));
}

TEST(EndSignals, AreKeptUntilAskedForAndThenLeftAsTheyWere) {
  {
    const EndSignals end;
    ASSERT_EQ(raise(SIGTERM), 0);  // would end this process
    EXPECT_EQ(end.wait(), SIGTERM);
    ASSERT_EQ(raise(SIGINT), 0);
    EXPECT_EQ(end.wait(), SIGINT);
  }
  sigset_t blocked{};
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, &blocked), 0);
  EXPECT_EQ(sigismember(&blocked, SIGTERM), 0);
}

}  // namespace
}  // namespace patchbay
