#include "cli/tap_holders.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stop_token>
#include <thread>

namespace patchbay::cli {
namespace {

uint64_t own_namespace() {
  struct stat status {};
  EXPECT_EQ(stat("/proc/self/ns/net", &status), 0);
  return status.st_ino;
}

// /proc shows what is there at that moment: a descriptor or process that is listed may be gone when
// it is read.
TEST(TapHolders, PassOverWhatGoesMeanwhile) {
  const std::jthread descriptors([](const std::stop_token& stop) {
    while (!stop.stop_requested()) close(open("/dev/null", O_RDONLY | O_CLOEXEC));
  });
  const std::jthread processes([](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const pid_t child = fork();
      if (child == 0) _exit(0);
      waitpid(child, nullptr, 0);
    }
  });
  const uint64_t id = own_namespace();
  for (int i = 0; i < 500; ++i) ASSERT_NO_THROW(find_tap_holders(id));
}

}  // namespace
}  // namespace patchbay::cli
