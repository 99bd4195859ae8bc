#include "sidecar/hook_socket.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".sock";
constexpr size_t kRandomBytes = 4;

// A socket younger than that may be another sidecar's that is bound and does not listen yet.
constexpr time_t kStaleAfterSeconds = 2;

std::string name_prefix(std::string_view profile) {
  return "patchbay-" + std::string(profile) + "-";
}

std::string random_hex() {
  std::array<unsigned char, kRandomBytes> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    fail_io("asking the kernel for a random socket name failed", "getrandom", errno);
  }
  std::string text;
  for (const unsigned char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(byte));
    text += digits;
  }
  return text;
}

bool is_left_over(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  // One from the future is from before the clock was set back.
  return std::abs(std::time(nullptr) - status.st_mtime) >= kStaleAfterSeconds &&
         !somebody_listens(path);
}

// Removes the sockets that earlier runs of this profile left behind; the name of one of them, or
// empty.
std::string clear_left_overs(const std::string& directory, std::string_view profile) {
  std::string name;
  std::error_code error;
  for (auto entry = fs::directory_iterator(directory, error); !error && entry != end(entry);
       entry.increment(error)) {
    const std::string candidate = entry->path().filename().string();
    if (!is_hook_socket_name(candidate, profile) || !is_left_over(entry->path().string())) continue;
    if (unlink(entry->path().c_str()) == 0) name = candidate;
  }
  if (error) {
    fail_io(
        "looking into the folder that KubeVirt shares with hook sidecars failed; expected a folder "
        "that is there and readable for uid " +
            std::to_string(geteuid()),
        directory, error.value());
  }
  return name;
}

std::string new_path(const std::string& directory, std::string_view profile, bool& took_over) {
  std::string name = clear_left_overs(directory, profile);
  took_over = !name.empty();
  if (!took_over) name = name_prefix(profile) + random_hex() + std::string(kSuffix);
  return directory + "/" + name;
}

}  // namespace

bool is_hook_socket_name(std::string_view name, std::string_view profile) {
  const std::string prefix = name_prefix(profile);
  if (name.size() != prefix.size() + 2 * kRandomBytes + kSuffix.size()) return false;
  if (!name.starts_with(prefix) || !name.ends_with(kSuffix)) return false;
  const std::string_view digits = name.substr(prefix.size(), 2 * kRandomBytes);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_hook_socket(std::string_view path, std::string_view directory, std::string_view profile) {
  const size_t slash = path.rfind('/');
  return slash != std::string_view::npos && path.substr(0, slash) == directory &&
         is_hook_socket_name(path.substr(slash + 1), profile);
}

HookSocket::HookSocket(const std::string& directory, std::string_view profile)
    : listener_(new_path(directory, profile, took_over_), "use a shorter --socket-dir") {}

}  // namespace patchbay::sidecar
