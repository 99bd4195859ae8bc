// The Plugin's socket, whose whole path others have chosen.
#include "sidecar/plugin_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/sidecar/support.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PluginSocketTest : public testing::Test {
 protected:
  PluginSocketTest() {
    char pattern[] = "/tmp/pb-plugin-XXXXXX";
    folder_ = mkdtemp(pattern);
    path_ = folder_ / "patchbay.sock";
  }
  ~PluginSocketTest() override { fs::remove_all(folder_); }

  fs::path folder_;
  fs::path path_;
};

TEST_F(PluginSocketTest, IsASocketAtThatPathAndGoesAgain) {
  {
    PluginSocket socket(path_);
    struct stat status {};
    ASSERT_EQ(lstat(path_.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode)) << "KubeVirt refuses a symbolic link";
    EXPECT_TRUE(somebody_listens(path_));
    EXPECT_EQ(socket.listener().path(), path_);
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(PluginSocketTest, ReplacesWhatAnEarlierRunLeft) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(fd);
  PluginSocket socket(path_);
  EXPECT_TRUE(somebody_listens(path_));
}

TEST_F(PluginSocketTest, LeavesWhatIsNotItsOwn) {
  {
    const PluginSocket other(path_);
    EXPECT_THAT(error_of([&] { PluginSocket socket(path_); }).message(),
                HasSubstr("Address already in use"));
    EXPECT_TRUE(somebody_listens(path_));
  }
  std::ofstream(path_) << "kept";
  EXPECT_EQ(error_of([&] { PluginSocket socket(path_); }).errc(), Errc::kIo);
  EXPECT_EQ(fs::file_size(path_), 4U);
}

TEST_F(PluginSocketTest, TakesPathsAsLongAsKubeVirtsAndNoLonger) {
  const size_t room = 107 - folder_.string().size() - 1;  // sun_path holds 108 with its final zero
  const fs::path longest = folder_ / std::string(room, 'x');
  EXPECT_TRUE(somebody_listens(PluginSocket(longest).listener().path()));
  const Error error = error_of([&] { PluginSocket socket(longest.string() + "x"); });
  EXPECT_THAT(error.message(), HasSubstr("at most 107; name a shorter one"));
}

}  // namespace
}  // namespace patchbay::sidecar
