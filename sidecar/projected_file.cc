#include "sidecar/projected_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "plan/error.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxBytes = size_t{1} << 20;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(Errc::kIo,
              "reading what the kubelet shows of the pod's annotations failed: " + what +
                  "; mount a downwardAPI volume at its folder, or nothing",
              path);
}

}  // namespace

std::optional<std::string> read_projected_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno != ENOENT && errno != ENOTDIR) fail(path, std::generic_category().message(errno));
    std::error_code ignored;
    const bool mounted = fs::is_directory(fs::path(path).parent_path(), ignored);
    return mounted ? std::optional<std::string>("") : std::nullopt;
  }
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) fail(path, std::generic_category().message(errno));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxBytes) fail(path, "expected at most 1 MiB, found more");
  return text;
}

}  // namespace patchbay::sidecar
