#include "sidecar/pod_sockets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "sidecar/hook_socket.h"

namespace patchbay::sidecar {
namespace {

using testing::Contains;
using testing::ElementsAre;

// As a 6.x kernel prints it.
constexpr char kTable[] =
    "Num       RefCount Protocol Flags    Type St Inode Path\n"
    "0000000000000000: 00000002 00000000 00010000 0001 01 14243 "
    "/var/run/kubevirt-hooks/patchbay-patchbay-0a1b2c3d.sock\n"
    "0000000000000000: 00000003 00000000 00000000 0001 03 14244 "
    "/var/run/kubevirt-hooks/patchbay-patchbay-seed-0a1b2c3d.sock\n"
    "0000000000000000: 00000002 00000000 00010000 0001 01 14245 @abstract one\n"
    "0000000000000000: 00000002 00000000 00000000 0002 01 14246\n"
    "nonsense\n";

TEST(PodSocketsTest, AreThoseThatTakeConnections) {
  EXPECT_THAT(
      listening_paths(kTable),
      ElementsAre("/var/run/kubevirt-hooks/patchbay-patchbay-0a1b2c3d.sock", "@abstract one"));
}

TEST(PodSocketsTest, AHookSidecarIsKnownByItsWholeName) {
  const std::vector<std::string> paths = listening_paths(kTable);
  EXPECT_TRUE(has_hook_sidecar(paths, kHooksDirectory, "patchbay"));
  EXPECT_FALSE(has_hook_sidecar(paths, kHooksDirectory, "patchbay-seed")) << "it has ended";
  EXPECT_FALSE(has_hook_sidecar(paths, "/var/run", "patchbay")) << "another folder";
  EXPECT_FALSE(has_hook_sidecar({"/run/patchbay-patchbay-0a1b2c3d.sock.old"}, "/run", "patchbay"));
}

TEST(PodSocketsTest, TheKernelListsOurs) {
  char pattern[] = "/tmp/pb-sockets-XXXXXX";
  const std::string folder = mkdtemp(pattern);
  {
    const HookSocket socket(folder, "patchbay-dhcp");
    EXPECT_THAT(read_listening_paths(), Contains(socket.path()));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace patchbay::sidecar
