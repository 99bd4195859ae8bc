// The socket file: its name, its neighbours in a flat folder, what is left of earlier runs.
#include "sidecar/hook_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "plan/error.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

std::string name_of(const HookSocket& socket) { return fs::path(socket.path()).filename(); }

// A socket file that nobody listens on, last touched `seconds` ago.
void leave_socket(const fs::path& path, int seconds) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(fd);
  timespec times[2]{};
  clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= seconds;
  times[1] = times[0];
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

int connect_to(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
  return result;
}

class HookSocketTest : public testing::Test {
 protected:
  HookSocketTest() {
    char pattern[] = "/tmp/pb-socket-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~HookSocketTest() override { fs::remove_all(folder_); }

  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

  fs::path folder_;
};

TEST_F(HookSocketTest, IsTheOnlyFileAndGoneAfterwards) {
  {
    HookSocket socket(folder_, "patchbay");
    EXPECT_THAT(name_of(socket), MatchesRegex("patchbay-patchbay-[0-9a-f]{8}\\.sock"));
    EXPECT_TRUE(fs::is_socket(socket.path()));
    EXPECT_EQ(files(), 1U);
    EXPECT_FALSE(socket.took_over());
    EXPECT_EQ(socket.listener().accept(), -1);
    EXPECT_EQ(connect_to(socket.path()), 0);
    const int connection = socket.listener().accept();
    EXPECT_GE(connection, 0);
    EXPECT_EQ(fcntl(connection, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    close(connection);
  }
  EXPECT_EQ(files(), 0U);
}

// Others that dial at the same moment don't keep virt-launcher waiting for its next try.
TEST_F(HookSocketTest, QueuesAHundredConnections) {
  const HookSocket socket(folder_, "patchbay");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.path().copy(address.sun_path, sizeof address.sun_path - 1);
  std::vector<int> fds;
  for (int i = 0; i < 100; ++i) {
    fds.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    EXPECT_EQ(connect(fds.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  for (const int fd : fds) close(fd);
}

// v1.5: all sidecars of the pod share one flat folder, and sockets are known by their base names.
TEST_F(HookSocketTest, SharesAFlatFolderWithOthersOfEveryProfile) {
  const HookSocket first(folder_, "patchbay");
  const HookSocket second(folder_, "patchbay");
  const HookSocket third(folder_, "patchbay-seed");
  EXPECT_NE(name_of(first), name_of(second));
  EXPECT_THAT(name_of(third), MatchesRegex("patchbay-patchbay-seed-[0-9a-f]{8}\\.sock"));
  EXPECT_EQ(files(), 3U);
  for (const HookSocket* socket : {&first, &second, &third}) {
    EXPECT_EQ(connect_to(socket->path()), 0);
  }
}

TEST_F(HookSocketTest, TakesTheNameOfAnEarlierRun) {
  leave_socket(folder_ / "patchbay-patchbay-00c0ffee.sock", 60);
  const HookSocket socket(folder_, "patchbay");
  EXPECT_TRUE(socket.took_over());
  EXPECT_EQ(name_of(socket), "patchbay-patchbay-00c0ffee.sock");
  EXPECT_EQ(connect_to(socket.path()), 0);
  EXPECT_EQ(files(), 1U);
}

// virt-launcher has learnt the name; what the clock on the wall says of the file may not lose it.
TEST_F(HookSocketTest, TakesTheNameOfARunBeforeTheClockWasSetBack) {
  leave_socket(folder_ / "patchbay-patchbay-00c0ffee.sock", -3600);
  const HookSocket socket(folder_, "patchbay");
  EXPECT_EQ(name_of(socket), "patchbay-patchbay-00c0ffee.sock");
  EXPECT_EQ(files(), 1U);
}

TEST_F(HookSocketTest, FindsItsWayThroughRubbish) {
  for (int i = 0; i < 3000; ++i) std::ofstream(folder_ / ("file-" + std::to_string(i)));
  const auto numbered = [&](int number) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(number));
    return folder_ / ("patchbay-patchbay-" + std::string(digits) + ".sock");
  };
  for (int i = 0; i < 300; ++i) leave_socket(numbered(i), 60);
  for (int i = 1000; i < 1300; ++i) fs::create_directory(numbered(i));
  const Listener foreign(numbered(5000), "");
  {
    const HookSocket socket(folder_, "patchbay");
    EXPECT_TRUE(socket.took_over());
    EXPECT_EQ(connect_to(socket.path()), 0);
    EXPECT_EQ(files(), 3000U + 300 + 1 + 1);
  }
  EXPECT_EQ(connect_to(foreign.path()), 0) << "another's, and alive";
  EXPECT_EQ(files(), 3000U + 300 + 1);
}

TEST_F(HookSocketTest, WorksThroughALinkToItsFolder) {
  const fs::path link = folder_.string() + "-link";
  fs::create_directory_symlink(folder_, link);
  {
    const HookSocket socket(link, "patchbay");
    EXPECT_EQ(connect_to(folder_ / name_of(socket)), 0);
  }
  EXPECT_EQ(files(), 0U);
  fs::remove(link);
}

TEST_F(HookSocketTest, ClearsAllEarlierRuns) {
  leave_socket(folder_ / "patchbay-patchbay-00000001.sock", 60);
  leave_socket(folder_ / "patchbay-patchbay-00000002.sock", 60);
  const HookSocket socket(folder_, "patchbay");
  EXPECT_EQ(files(), 1U);
}

TEST_F(HookSocketTest, LeavesWhatIsNotItsOwn) {
  const char* const names[] = {"patchbay-patchbay-seed-00000001.sock",  // of another profile
                               "passt.sock",                            // of another plugin
                               "patchbay-patchbay-00000001.sock.old"};
  for (const char* name : names) leave_socket(folder_ / name, 60);
  leave_socket(folder_ / "patchbay-patchbay-00000002.sock",
               0);  // bound just now, not listening yet
  std::ofstream(folder_ / "patchbay-patchbay-00000003.sock") << "no socket";
  fs::create_symlink("passt.sock", folder_ / "patchbay-patchbay-00000004.sock");
  {
    const HookSocket socket(folder_, "patchbay");
    EXPECT_FALSE(socket.took_over());
    EXPECT_EQ(files(), 7U);
  }
  EXPECT_EQ(files(), 6U);
}

Error error_of(const fs::path& folder) {
  try {
    const HookSocket socket(folder, "patchbay");
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected an Error";
  return {Errc::kInternal, ""};
}

TEST_F(HookSocketTest, SaysThatThereIsNoSuchFolder) {
  const Error error = error_of(folder_ / "none");
  EXPECT_EQ(error.errc(), Errc::kIo);
  EXPECT_EQ(error.where(), folder_ / "none");
  EXPECT_THAT(error.message(), HasSubstr("No such file or directory"));
}

TEST_F(HookSocketTest, SaysThatThePathIsTooLong) {
  const fs::path deep = folder_ / std::string(100, 'd');
  fs::create_directory(deep);
  const Error error = error_of(deep);
  EXPECT_EQ(error.errc(), Errc::kIo);
  EXPECT_THAT(error.message(), HasSubstr("at most 107"));
  EXPECT_THAT(error.message(), HasSubstr("--socket-dir"));
  EXPECT_TRUE(fs::is_empty(deep));
}

TEST_F(HookSocketTest, TakesAPathOfExactlyTheLimit) {
  const size_t name = std::string("/patchbay-patchbay-00000000.sock").size();
  const fs::path deep = folder_ / std::string(107 - name - folder_.string().size() - 1, 'd');
  fs::create_directory(deep);
  const HookSocket socket(deep, "patchbay");
  EXPECT_EQ(socket.path().size(), 107U);
  EXPECT_EQ(connect_to(socket.path()), 0);
}

}  // namespace
}  // namespace patchbay::sidecar
