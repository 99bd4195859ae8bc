#include "sidecar/projected_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "plan/error.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;

class ProjectedFileTest : public testing::Test {
 protected:
  ProjectedFileTest()
      : folder_(fs::temp_directory_path() / ("pb-projected-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~ProjectedFileTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  fs::path folder_;
};

TEST_F(ProjectedFileTest, ReadsWhatIsThere) {
  write("network-info", "{\"interfaces\":[]}\n");
  EXPECT_EQ(read_projected_file(folder_ / "network-info"), "{\"interfaces\":[]}\n");
  write("network-info", "");
  EXPECT_EQ(read_projected_file(folder_ / "network-info"), "");
}

TEST_F(ProjectedFileTest, IsNothingWhereItsFolderIsNotMounted) {
  EXPECT_EQ(read_projected_file(folder_ / "none" / "network-info"), std::nullopt);
  write("file", "");
  EXPECT_EQ(read_projected_file(folder_ / "file" / "network-info"), std::nullopt);
}

TEST_F(ProjectedFileTest, IsEmptyWhereItIsStillToCome) {
  EXPECT_EQ(read_projected_file(folder_ / "network-info"), "");
  fs::create_symlink("..data/network-info", folder_ / "network-info");
  EXPECT_EQ(read_projected_file(folder_ / "network-info"), "") << "the link before its target";
}

// As the kubelet does it: network-info -> ..data/network-info, ..data -> a folder, swapped whole.
TEST_F(ProjectedFileTest, FollowsTheKubeletsSwap) {
  for (const char* version : {"..1", "..2"}) fs::create_directory(folder_ / version);
  write("..1/network-info", "");
  write("..2/network-info", "{}");
  fs::create_symlink("..1", folder_ / "..data");
  fs::create_symlink("..data/network-info", folder_ / "network-info");
  EXPECT_EQ(read_projected_file(folder_ / "network-info"), "");
  fs::create_symlink("..2", folder_ / "..tmp");
  fs::rename(folder_ / "..tmp", folder_ / "..data");
  EXPECT_EQ(read_projected_file(folder_ / "network-info"), "{}");
}

TEST_F(ProjectedFileTest, RefusesWhatIsNoSuchFile) {
  EXPECT_THROW(read_projected_file(folder_), Error);
  write("big", std::string((1 << 20) + 1, ' '));
  EXPECT_THROW(read_projected_file(folder_ / "big"), Error);
}

}  // namespace
}  // namespace patchbay::sidecar
