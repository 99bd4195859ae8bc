#include "sidecar/pod_sockets.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "plan/error.h"
#include "plan/read_stream.h"
#include "sidecar/hook_socket.h"

namespace patchbay::sidecar {
namespace {

constexpr std::string_view kListening = "00010000";  // __SO_ACCEPTCON, uapi/linux/net.h

}  // namespace

std::vector<std::string> listening_paths(std::string_view table) {
  std::vector<std::string> paths;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, references, protocol, flags, type, state, inode, path;
    words >> number >> references >> protocol >> flags >> type >> state >> inode >> std::ws;
    if (flags == kListening && std::getline(words, path)) paths.push_back(path);
  }
  return paths;
}

std::vector<std::string> read_listening_paths() {
  constexpr char kPath[] = "/proc/self/net/unix";
  std::ifstream file(kPath);
  const std::optional<std::string> text = read_to_end(file);
  if (!text) {
    throw Error(Errc::kIo,
                "reading which sockets are open in the pod failed: " +
                    std::generic_category().message(errno) + "; expected the pod's /proc",
                kPath);
  }
  return listening_paths(*text);
}

bool has_hook_sidecar(const std::vector<std::string>& paths, std::string_view directory,
                      std::string_view profile) {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return is_hook_socket(path, directory, profile);
  });
}

}  // namespace patchbay::sidecar
