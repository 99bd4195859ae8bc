#include "binding/result_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr size_t kMaxFileBytes = size_t{4} << 20;

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw Error(Errc::kIo, "could not " + what + ": " + std::strerror(errno), path);
}

// Sorted, so that the same directory gives the same answer.
std::vector<std::string> names_ending_with(const std::string& dir, std::string_view suffix) {
  const auto close_it = [](DIR* d) { closedir(d); };
  const std::unique_ptr<DIR, decltype(close_it)> handle(opendir(dir.c_str()), close_it);
  if (!handle) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    fail("list the CNI result cache", dir);
  }
  std::vector<std::string> names;
  for (errno = 0; const dirent* entry = readdir(handle.get()); errno = 0) {
    if (std::string_view(entry->d_name).ends_with(suffix)) names.emplace_back(entry->d_name);
  }
  if (errno != 0) fail("list the CNI result cache", dir);
  std::sort(names.begin(), names.end());
  return names;
}

// Without waiting: a FIFO would keep the call until somebody writes.
std::string read_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) fail("open the cached CNI result", path);
  if (!S_ISREG(status.st_mode)) {
    throw Error(Errc::kInvalidInput, "the cached CNI result is no regular file", path);
  }
  std::string text;
  std::array<char, 4096> part{};
  ssize_t size = 0;
  while ((size = read(file.get(), part.data(), part.size())) > 0) {
    text.append(part.data(), static_cast<size_t>(size));
    if (text.size() > kMaxFileBytes) {
      throw Error(Errc::kInvalidInput, "the cached CNI result is larger than 4 MiB", path);
    }
  }
  if (size < 0) fail("read the cached CNI result", path);
  return text;
}

CniCacheEntry read_entry(const std::string& path) {
  try {
    return parse_cni_cache_entry(read_file(path));
  } catch (const Error& error) {
    throw Error(error.errc(), error.what(), path);
  }
}

}  // namespace

std::vector<std::string> usual_cache_dirs() { return {"/var/lib/cni/multus", "/var/lib/cni"}; }

std::optional<CniCacheEntry> find_cached_result(const std::vector<std::string>& dirs,
                                                std::string_view container_id,
                                                const IfName& if_name) {
  const std::string suffix = "-" + std::string(container_id) + "-" + if_name.str();
  for (const std::string& dir : dirs) {
    const std::string results = dir + "/results/";
    for (const std::string& name : names_ending_with(results, suffix)) {
      CniCacheEntry entry = read_entry(std::string(results).append(name));
      if (entry.container_id == container_id && entry.if_name == if_name.str()) return entry;
    }
  }
  return std::nullopt;
}

}  // namespace patchbay
