#include "cli/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // which glibc 2.36's own header forgets
#include <sys/pidfd.h>
}

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

[[noreturn]] void fail(const std::string& attempted, const std::string& program, int error) {
  throw Error(error == ENOENT ? Errc::kNotFound : Errc::kIo,
              "could not " + attempted + ": " + std::strerror(error), program);
}

// A file without a name, in which the program leaves any amount of text without waiting for us.
FileDescriptor text_file(const std::string& program) {
  const int fd = memfd_create("patchbay", MFD_CLOEXEC);
  if (fd < 0) fail("make room for its output", program, errno);
  return FileDescriptor(fd);
}

std::string whole_text(int fd, const std::string& program) {
  std::string text(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');
  for (size_t read = 0; read < text.size();) {
    const ssize_t size =
        pread(fd, text.data() + read, text.size() - read, static_cast<off_t>(read));
    if (size <= 0) fail("read its output", program, errno);
    read += static_cast<size_t>(size);
  }
  return text;
}

pid_t start(const std::vector<std::string>& arguments, int out, int errors) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail("start", arguments[0], error);
  return pid;
}

int wait_for(pid_t pid, const std::string& program, std::chrono::milliseconds limit) {
  const FileDescriptor handle(pidfd_open(pid, 0));
  if (handle.get() < 0) fail("wait for it", program, errno);
  pollfd ended{.fd = handle.get(), .events = POLLIN, .revents = 0};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  int ready = 0;
  do {  // a stopped and continued terminal interrupts it
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    ready = poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) fail("wait for it", program, errno);
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Finished run_program(const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
  const std::string& program = arguments.front();
  const FileDescriptor out = text_file(program);
  const FileDescriptor errors = text_file(program);
  const pid_t pid = start(arguments, out.get(), errors.get());
  const int status = wait_for(pid, program, limit);
  return {whole_text(out.get(), program), whole_text(errors.get(), program), status};
}

}  // namespace patchbay::cli
