#include "sidecar/seed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "plan/error.h"
#include "sidecar/hook_socket.h"

namespace patchbay::sidecar {
namespace {

constexpr char kFolder[] = "patchbay-seed";
constexpr char kFile[] = "seed.iso";
constexpr char kNewFile[] = "seed.iso.new";
constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0400;

[[noreturn]] void fail(const std::string& doing, const std::string& path, int error) {
  std::string advice;
  if (error == ENOSPC || error == EDQUOT) {
    advice = "; free the node's disk, or raise the pod's limit of ephemeral-storage";
  } else if (error == EEXIST || error == EISDIR || error == ENOTEMPTY) {
    advice = "; remove what has that name";
  } else if (error == EROFS || error == EACCES) {
    advice = "; expected a folder that uid " + std::to_string(geteuid()) + " may write to";
  }
  throw Error(Errc::kIo,
              doing + " failed: " + std::generic_category().message(error) + advice +
                  "; without it the guest does not learn its addresses",
              path);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// The folder, made where it is not there; nobody else can put anything into it.
int open_folder(const std::string& directory) {
  const std::string path = directory + "/" + kFolder;
  const Descriptor parent(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0) fail("opening the sidecar's folder", directory, errno);
  if (mkdirat(parent.get(), kFolder, kFolderMode) != 0 && errno != EEXIST) {
    fail("making the folder of the seed disc", path, errno);
  }
  const int fd = openat(parent.get(), kFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const int error = errno;
  struct stat status {};
  if (fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
      (status.st_mode & 0777) == kFolderMode) {
    return fd;
  }
  if (fd >= 0) close(fd);
  if (fd < 0 && error != ENOTDIR && error != ELOOP) {
    fail("opening the folder of the seed disc", path, error);
  }
  throw Error(Errc::kConflict,
              "something else has the name of the seed disc's folder: expected none, or a folder "
              "of uid " +
                  std::to_string(geteuid()) + " that only this user can open; remove it",
              path);
}

// Whether the file is there with exactly these bytes and this mode.
bool holds(int folder, std::string_view image) {
  const Descriptor file(openat(folder, kFile, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode) || (status.st_mode & 0777) != kFileMode ||
      static_cast<size_t>(status.st_size) != image.size()) {
    return false;
  }
  std::string found(image.size(), '\0');
  size_t got = 0;
  while (got < found.size()) {
    const ssize_t n = read(file.get(), found.data() + got, found.size() - got);
    if (n == 0 || (n < 0 && errno != EINTR)) return false;
    if (n > 0) got += static_cast<size_t>(n);
  }
  return found == image;
}

// Zero, or the errno of what failed.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
  }
  return fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

SeedFile::SeedFile(std::string directory, const std::string& directory_for_qemu)
    : directory_(std::move(directory)),
      path_for_qemu_(directory_for_qemu + "/" + kFolder + "/" + kFile) {}

SeedFile SeedFile::of_hooks(std::string directory, std::string_view container) {
  const std::string below = container.empty() ? "" : "/" + std::string(container);
  return {std::move(directory), kHooksDirectory + below};
}

SeedFile SeedFile::of_plugin(const std::string& directory) { return {directory, directory}; }

bool SeedFile::write(std::string_view image) const {
  const Descriptor folder(open_folder(directory_));
  if (holds(folder.get(), image)) return false;
  const std::string path = directory_ + "/" + kFolder + "/";
  unlinkat(folder.get(), kNewFile, 0);  // of a run that was ended while it wrote
  const Descriptor file(openat(folder.get(), kNewFile,
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (file.get() < 0) fail("making the seed disc", path + kNewFile, errno);
  if (const int error = write_all(file.get(), image)) {
    unlinkat(folder.get(), kNewFile, 0);
    fail("writing the seed disc", path + kNewFile, error);
  }
  if (renameat(folder.get(), kNewFile, folder.get(), kFile) != 0) {
    const int error = errno;
    unlinkat(folder.get(), kNewFile, 0);
    fail("putting the seed disc in place", path + kFile, error);
  }
  if (fsync(folder.get()) != 0) fail("keeping the seed disc", path + kFile, errno);
  return true;
}

}  // namespace patchbay::sidecar
