// The real patchbay-sidecar as a child, as KubeVirt runs it: user 107 (where the test may choose),
// nothing in its environment but what the test gives, its log kept.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace patchbay::sidecar {

inline constexpr uid_t kQemuUser = 107;
inline constexpr std::chrono::seconds kPatience{120};

// A folder of the test's own that the sidecar may write to.
class SocketFolder {
 public:
  SocketFolder() {
    char pattern[] = "/tmp/pb-hooks-XXXXXX";
    path_ = mkdtemp(pattern);
    std::filesystem::permissions(path_, std::filesystem::perms::all);
  }
  ~SocketFolder() { std::filesystem::remove_all(path_); }
  SocketFolder(const SocketFolder&) = delete;
  SocketFolder& operator=(const SocketFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  // The path of the one socket, as soon as there is one; empty where none comes.
  std::string socket() const {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (names().empty() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return names().empty() ? std::string() : (path_ / names().front()).string();
  }

 private:
  std::filesystem::path path_;
};

class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {}) {
    char pattern[] = "/tmp/pb-log-XXXXXX";
    log_fd_ = mkostemp(pattern, O_CLOEXEC);
    log_path_ = pattern;
    std::vector<char*> argv = {const_cast<char*>(SIDECAR_PROGRAM)};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    std::vector<char*> envp;
    argv.reserve(arguments.size() + 2);
    envp.reserve(environment.size() + 2);
    for (const std::string& pair : environment) envp.push_back(const_cast<char*>(pair.c_str()));
    const std::string sanitizer = sanitizer_options();
    if (!sanitizer.empty()) envp.push_back(const_cast<char*>(sanitizer.c_str()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) become_sidecar(argv.data(), envp.data());
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(log_fd_);
    unlink(log_path_.c_str());
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const { kill(pid_, signal); }

  // The exit code; nothing where it has not ended after `patience`, or was killed.
  std::optional<int> wait(std::chrono::milliseconds patience = std::chrono::seconds(60)) {
    const auto end = std::chrono::steady_clock::now() + patience;
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > end) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    pid_ = -1;
    return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
  }

  std::string log() const {
    std::ifstream stream(log_path_);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }

 private:
  // The program under ThreadSanitizer suppresses what the test itself does.
  static std::string sanitizer_options() {
    const char* options = std::getenv("TSAN_OPTIONS");
    return options == nullptr ? "" : std::string("TSAN_OPTIONS=") + options;
  }

  [[noreturn]] void become_sidecar(char** argv, char** envp) const {
    dup2(log_fd_, STDERR_FILENO);
    dup2(log_fd_, STDOUT_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Opened while still root: the build tree may lie where user 107 has no way in, under /root
    // say.
    const int program = open(argv[0], O_PATH | O_CLOEXEC);
    const bool chosen = geteuid() != 0 || (setgroups(0, nullptr) == 0 && setgid(kQemuUser) == 0 &&
                                           setuid(kQemuUser) == 0);
    if (chosen) fexecve(program, argv, envp);
    _exit(127);
  }

  pid_t pid_ = -1;
  int log_fd_ = -1;
  std::string log_path_;
};

}  // namespace patchbay::sidecar
