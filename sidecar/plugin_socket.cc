#include "sidecar/plugin_socket.h"

#include <sys/stat.h>
#include <unistd.h>

namespace patchbay::sidecar {
namespace {

// `path`, free of what an earlier run left there: the name is this container's alone.
const std::string& cleared(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) && !somebody_listens(path)) {
    unlink(path.c_str());
  }
  return path;
}

}  // namespace

PluginSocket::PluginSocket(const std::string& path)
    : listener_(cleared(path),
                "name a shorter one in the Plugin and in " + std::string(kPluginSocketVariable)) {}

}  // namespace patchbay::sidecar
