#include "binding/tap_under_context.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "binding/net_namespace.h"
#include "binding/tap.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";
// The context of the next program that this thread executes (proc(5)); empty: as always.
constexpr const char* kContextOfNext = "/proc/thread-self/attr/exec";
constexpr std::string_view kMultiQueue = "multi_queue";
constexpr std::string_view kOneQueue = "one";

[[noreturn]] void refuse(Errc errc, const IfName& tap, const std::string& context,
                         const std::string& why) {
  throw Error(errc, "could not make the tap " + tap.str() + " under the SELinux context " +
                        in_quotes(context) + ": " + why);
}

std::string said(int error) { return std::strerror(error); }

// errno, 0 for done.
int write_context(const std::string& context) {
  const FileDescriptor file(open(kContextOfNext, O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) return errno;
  return write(file.get(), context.data(), context.size()) < 0 ? errno : 0;
}

bool is_forbidden(int error) { return error == EACCES || error == EPERM; }

class ContextOfNext {
 public:
  ContextOfNext(const IfName& tap, const std::string& context) {
    const int error = write_context(context);
    if (error == 0) return;
    if (is_forbidden(error)) {
      refuse(Errc::kKernel, tap, context,
             kContextOfNext + (": " + said(error)) +
                 "; allow it in the node's policy, or take selinuxContext out of the NAD");
    }
    refuse(Errc::kUnsupported, tap, context,
           kContextOfNext + (": " + said(error)) +
               "; this node has no SELinux, or its policy no such context: correct "
               "selinuxContext in the NAD, or take it out");
  }
  ~ContextOfNext() { write_context(""); }
  ContextOfNext(const ContextOfNext&) = delete;
  ContextOfNext& operator=(const ContextOfNext&) = delete;
};

std::string read_to_end(int fd) {
  std::string text;
  std::array<char, 512> part{};
  for (;;) {
    const ssize_t size = read(fd, part.data(), part.size());
    if (size > 0) {
      text.append(part.data(), static_cast<size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      return text;
    }
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) return "by signal " + std::to_string(WTERMSIG(status));
  return "with exit status " + std::to_string(WEXITSTATUS(status));
}

// Starts it with `out` for its stderr; returns errno, 0 for done.
int spawn(std::array<std::string, 5>& words, int out, pid_t& child) {
  std::array<char*, 6> arguments{};
  for (size_t n = 0; n < words.size(); ++n) arguments[n] = words[n].data();
  std::array<char*, 1> environment{};
  posix_spawn_file_actions_t actions;
  if (const int error = posix_spawn_file_actions_init(&actions); error != 0) return error;
  int error = posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  if (error == 0) {
    error =
        posix_spawn(&child, kThisProgram, &actions, nullptr, arguments.data(), environment.data());
  }
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

uint32_t number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  throw Error(Errc::kInvalidInput, "expected a user's or group's number, found " + in_quotes(text));
}

}  // namespace

void make_tap_under_context(const IfName& name, const TapOptions& options) {
  const std::string& context = options.selinux_context;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    refuse(Errc::kKernel, name, context, "pipe: " + said(errno));
  }
  const FileDescriptor words_in(ends[0]);
  std::optional<FileDescriptor> words_out(std::in_place, ends[1]);
  std::array<std::string, 5> words{kMakeTapVerb, name.str(), std::to_string(options.owner),
                                   std::to_string(options.group),
                                   std::string(options.multi_queue ? kMultiQueue : kOneQueue)};
  pid_t child = 0;
  {
    const ContextOfNext next(name, context);
    if (const int error = spawn(words, words_out->get(), child); error != 0) {
      refuse(Errc::kKernel, name, context,
             "could not execute " + std::string(kThisProgram) + ": " + said(error) +
                 (is_forbidden(error)
                      ? "; let the node's policy enter that context from patchbay-cni's file"
                      : ""));
    }
  }
  words_out.reset();  // ours; the child's own ends with it
  const std::string text = read_to_end(words_in.get());
  const int status = wait_for(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) return;
  refuse(Errc::kKernel, name, context, text.empty() ? "its process ended " + ending(status) : text);
}

bool is_make_tap(int argc, char** argv) {
  // The verb takes the program's own place: posix_spawn was given no other name.
  return argc == 5 && argv[0] == std::string_view(kMakeTapVerb);
}

int run_make_tap(char** argv) {
  try {
    make_persistent_tap(IfName::parse(argv[1]), {.owner = number(argv[2]),
                                                 .group = number(argv[3]),
                                                 .multi_queue = argv[4] == kMultiQueue});
    return EXIT_SUCCESS;
  } catch (const Error& error) {
    const std::string_view text = error.what();
    return write(STDERR_FILENO, text.data(), text.size()) < 0 ? EXIT_FAILURE
                                                              : info(error.errc()).exit_code;
  }
}

}  // namespace patchbay
