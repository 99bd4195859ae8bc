#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace patchbay::cli {
namespace {

constexpr std::chrono::milliseconds kMoment{300};
constexpr std::chrono::milliseconds kBetween{50};
constexpr size_t kWidth = 30;
constexpr char kClearLine[] = "\r\x1b[K";  // ECMA-48, EL

}  // namespace

std::string progress_line(const std::string& what, size_t done, size_t total) {
  const size_t filled = kWidth * done / total;
  return what + " [" + std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] " +
         std::to_string(done) + " of " + std::to_string(total);
}

Progress::Progress(std::string what, size_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + kMoment) {}

Progress::~Progress() {
  if (shown_) std::fputs(kClearLine, stderr);
}

void Progress::step() {
  ++done_;
  if (!terminal_ || Clock::now() < next_) return;
  next_ = Clock::now() + kBetween;
  shown_ = true;
  std::fprintf(stderr, "%s%s", kClearLine, progress_line(what_, done_, total_).c_str());
}

}  // namespace patchbay::cli
