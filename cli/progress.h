// How far a command is that takes its time: a bar on stderr, where that is a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace patchbay::cli {

// `done` of `total` (not 0), as "reading [#####     ] 12 of 24".
std::string progress_line(const std::string& what, size_t done, size_t total);

// Nothing is shown of what is done within a moment, and nothing is left of the bar at its end.
class Progress {
 public:
  Progress(std::string what, size_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void step();

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  size_t total_;
  size_t done_ = 0;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point next_;
};

}  // namespace patchbay::cli
