// Runs a program so many times at once, each with its own input and environment, and says what each
// took. It is linked statically and small, for the kernel counts what the starting process has
// resident as the started one's (fs/exec.c, exec_mmap).
//
//   calls_at_once FOLDER COUNT PROGRAM
//
// Call N reads FOLDER/N.in, has the environment FOLDER/N.env (each variable ended by NUL), writes
// FOLDER/N.out and FOLDER/N.err. Prints a line for each: N, exit status (or 128 and its signal),
// µs of CPU, and the most kB that it, or what it started, had resident; then the µs in which all of
// them ended.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::perror(what.c_str());
  std::exit(1);
}

long microseconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000L + now.tv_nsec / 1000;
}

long microseconds(const timeval& time) { return time.tv_sec * 1'000'000L + time.tv_usec; }

class Call {
 public:
  explicit Call(const std::string& stem) : stem_(stem), environment_(read(stem + ".env")) {
    for (size_t at = 0; at < environment_.size(); at = environment_.find('\0', at) + 1) {
      variables_.push_back(environment_.data() + at);
    }
    variables_.push_back(nullptr);
  }

  void start(char* program) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC, kMode = 0600;
    posix_spawn_file_actions_addopen(&files, 0, (stem_ + ".in").c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, (stem_ + ".out").c_str(), kWrite, kMode);
    posix_spawn_file_actions_addopen(&files, 2, (stem_ + ".err").c_str(), kWrite, kMode);
    char* arguments[] = {program, nullptr};
    if (posix_spawn(&pid_, program, &files, nullptr, arguments, variables_.data()) != 0) {
      fail(program);
    }
    posix_spawn_file_actions_destroy(&files);
  }

  pid_t pid() const { return pid_; }

 private:
  static std::string read(const std::string& name) {
    std::FILE* file = std::fopen(name.c_str(), "r");
    if (file == nullptr) fail(name);
    std::string text;
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
    std::fclose(file);
    return text;
  }

  std::string stem_, environment_;
  std::vector<char*> variables_;
  pid_t pid_ = -1;
};

void report(size_t number, int status, const rusage& used) {
  std::printf("%zu %d %ld %ld\n", number,
              WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
              microseconds(used.ru_utime) + microseconds(used.ru_stime), used.ru_maxrss);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: calls_at_once FOLDER COUNT PROGRAM\n", stderr);
    return 2;
  }
  std::vector<Call> calls;
  const auto count = static_cast<size_t>(std::atoi(argv[2]));
  calls.reserve(count);  // they point into themselves
  for (size_t n = 0; n < count; ++n) calls.emplace_back(argv[1] + ("/" + std::to_string(n)));
  const long began = microseconds_now();
  for (Call& call : calls) call.start(argv[3]);
  std::vector<int> statuses(count);
  std::vector<rusage> used(count);
  for (size_t ended = 0; ended < count; ++ended) {
    int status = 0;
    rusage usage{};
    const pid_t pid = wait4(-1, &status, 0, &usage);
    for (size_t n = 0; n < count; ++n) {
      if (calls[n].pid() != pid) continue;
      statuses[n] = status;
      used[n] = usage;
    }
  }
  const long took = microseconds_now() - began;
  for (size_t n = 0; n < count; ++n) report(n, statuses[n], used[n]);
  std::printf("%ld\n", took);
}
