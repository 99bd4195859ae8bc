// Where the seed disc lies, and how it gets there: in a folder of its own below one that the
// sidecar shares with virt-launcher, whose container QEMU runs in. KubeVirt dials whatever it finds
// beside the sidecar's socket, but only until it has found all sidecars, and no hook is called
// before (pkg/hooks/manager.go, `Collect`, and cmd/virt-launcher): so nothing is made before a hook
// asks for it.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::sidecar {

class SeedFile {
 public:
  // `directory`: the hook sidecar's, as it sees it. `container`: CONTAINER_NAME, by which
  // virt-launcher sees it from KubeVirt v1.6; empty before, when all containers see the same flat
  // one, and sidecars of one pod write the same bytes to the same file.
  static SeedFile of_hooks(std::string directory, std::string_view container);
  // `directory`: the Plugin's, which virt-launcher sees under the same name.
  static SeedFile of_plugin(const std::string& directory);

  // The same on every node: what the domain XML names.
  const std::string& path_for_qemu() const { return path_for_qemu_; }

  // Makes the file hold `image`, all of it or nothing, readable for this user alone: QEMU's.
  // False where it does already: it is then left alone. One that QEMU has open keeps its bytes for
  // QEMU. Throws Error{kIo} where the disk is full or read-only, Error{kConflict} where anything
  // that others could have put there is in the way: a link, a folder of another user.
  bool write(std::string_view image) const;

 private:
  SeedFile(std::string directory, const std::string& directory_for_qemu);

  std::string directory_;
  std::string path_for_qemu_;
};

}  // namespace patchbay::sidecar
