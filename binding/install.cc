#include "binding/install.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr mode_t kProgramMode = 0755;
constexpr size_t kPart = size_t{1} << 20;

[[noreturn]] void fail(const std::string& attempted, const std::string& path) {
  const int error = errno;
  throw Error(error == ENOENT ? Errc::kNotFound : Errc::kIo,
              "could not " + attempted + ": " + std::strerror(error), path);
}

FileDescriptor open_file(const std::string& path, int flags, const std::string& attempted) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, kProgramMode);
  if (fd < 0) fail(attempted, path);
  return FileDescriptor(fd);
}

void copy(int from, int to, const std::string& path) {
  for (;;) {
    const ssize_t size = sendfile(to, from, nullptr, kPart);
    if (size == 0) return;
    if (size < 0 && errno != EINTR) fail("write", path);
  }
}

// The unfinished copy, gone at the end of the scope unless it was renamed.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) { unlink(path_.c_str()); }
  ~Draft() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::string& path() const { return path_; }
  void rename_to(const std::string& target) {
    if (rename(path_.c_str(), target.c_str()) != 0) fail("rename to " + target, path_);
    path_.clear();
  }

 private:
  std::string path_;
};

// Closed when it returns: a program that somebody still may write to can't be executed (ETXTBSY).
void write_copy(const FileDescriptor& source, const std::string& path) {
  const FileDescriptor target = open_file(path, O_WRONLY | O_CREAT | O_EXCL, "create");
  copy(source.get(), target.get(), path);
  // The umask had its say at open().
  if (fchmod(target.get(), kProgramMode) != 0) fail("make executable", path);
  if (fsync(target.get()) != 0) fail("sync", path);
}

}  // namespace

void install(const std::string& program, const std::string& folder) {
  const FileDescriptor source = open_file(program, O_RDONLY, "read");
  Draft draft(folder + "/." + kPluginName + "-" + std::to_string(getpid()));
  write_copy(source, draft.path());
  draft.rename_to(folder + "/" + kPluginName);
}

EndSignals::EndSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

EndSignals::~EndSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int EndSignals::wait() const {
  int came = 0;
  while (sigwait(&signals_, &came) == EINTR) {
  }
  return came;
}

}  // namespace patchbay
