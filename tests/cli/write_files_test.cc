#include "cli/write_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "../test_files.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class WriteFiles : public ::testing::Test {
 protected:
  ~WriteFiles() override { fs::remove_all(folder_); }

  WrittenFiles write(const std::vector<OutputFile>& files, bool replace = false) const {
    return write_files((folder_ / "out").string(), files, replace);
  }
  std::string text(const std::string& path) const { return read_text(folder_ / "out" / path); }
  // All that is there, folders with a slash.
  std::vector<std::string> there() const {
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
      paths.push_back(fs::relative(entry.path(), folder_ / "out").string() +
                      (entry.is_directory() ? "/" : ""));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  fs::path folder_ =
      fs::temp_directory_path() / ("patchbay-write-" + std::to_string(::getpid()) + "-test");
};

TEST_F(WriteFiles, MakesTheFoldersAndLeavesNothingElse) {
  const WrittenFiles written = write({{"a.yaml", "one\n"}, {"b/c/d.yaml", "two\n"}});
  EXPECT_EQ(written.made, 2U);
  EXPECT_EQ(text("b/c/d.yaml"), "two\n");
  EXPECT_EQ(there(), (std::vector<std::string>{"a.yaml", "b/", "b/c/", "b/c/d.yaml"}));
}

TEST_F(WriteFiles, LeavesAFileWithTheSameBytesAsItIs) {
  write({{"a", "one"}, {"b", "two"}});
  const auto before = fs::last_write_time(folder_ / "out/a");
  const WrittenFiles written = write({{"a", "one"}, {"c", "three"}});
  EXPECT_EQ(written.same, 1U);
  EXPECT_EQ(written.made, 1U);
  EXPECT_EQ(fs::last_write_time(folder_ / "out/a"), before);
}

TEST_F(WriteFiles, WritesNothingWhereOneWouldBeReplaced) {
  write({{"a", "one"}, {"b", "two"}});
  try {
    write({{"new", "x"}, {"a", "other"}, {"b", "another"}});
    FAIL() << "replaced them";
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kConflict);
    EXPECT_THAT(error.what(), HasSubstr("a, b; choose another folder, or --force"));
  }
  EXPECT_EQ(there(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(text("a"), "one");
}

TEST_F(WriteFiles, ReplacesWhereAsked) {
  write({{"a", "one"}});
  const WrittenFiles written = write({{"a", "other"}, {"b", "two"}}, true);
  EXPECT_EQ(written.replaced, 1U);
  EXPECT_EQ(written.made, 1U);
  EXPECT_EQ(text("a"), "other");
}

TEST_F(WriteFiles, NamesTheFileThatCanNotBeReplaced) {
  write({{"a/b", "one"}});
  try {
    write({{"a", "other"}}, true);
    FAIL() << "replaced a folder";
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), (folder_ / "out/a").string());
  }
}

TEST_F(WriteFiles, ALinkIsReplacedAndNotFollowed) {
  write({{"kept", "one"}});
  fs::create_symlink("kept", folder_ / "out/link");
  write({{"link", "other"}}, true);
  EXPECT_EQ(text("kept"), "one");
  EXPECT_EQ(text("link"), "other");
}

TEST_F(WriteFiles, SaysWhatTheSystemRefuses) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "out") << "a file";
  try {
    write({{"a", "one"}});
    FAIL() << "wrote into a file";
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kIo);
    EXPECT_THAT(error.what(), HasSubstr("patchbay-write-"));
  }
}

}  // namespace
}  // namespace patchbay::cli
