#include "plan/error.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "plan/text.h"

namespace patchbay {
namespace {

// grpc/status.h and sysexits.h, without their headers: plan/ depends on neither.
enum GrpcStatus {
  kInvalidArgument = 3,
  kNotFoundStatus = 5,
  kFailedPrecondition = 9,
  kAborted = 10,
  kUnimplemented = 12,
  kInternalStatus = 13,
  kUnavailable = 14
};
enum SysExit {
  kDataErr = 65,
  kNoInput = 66,
  kUnavailableExit = 69,
  kSoftware = 70,
  kOsErr = 71,
  kIoErr = 74,
  kTempFail = 75,
  kUsage = 64,
  kProtocol = 76,
  kConfig = 78
};

// CNI spec 1.1.0: those below 100 are the spec's, from 100 on ours.
constexpr std::array kTable{
    ErrcInfo{Errc::kInvalidInput, "invalid input", 7, kInvalidArgument, kConfig},
    ErrcInfo{Errc::kMalformed, "malformed text", 6, kInvalidArgument, kDataErr},
    ErrcInfo{Errc::kUnsupported, "unsupported", 2, kUnimplemented, kUnavailableExit},
    ErrcInfo{Errc::kWrongVersion, "wrong version", 1, kFailedPrecondition, kProtocol},
    ErrcInfo{Errc::kBadEnvironment, "bad environment", 4, kFailedPrecondition, kUsage},
    ErrcInfo{Errc::kNotFound, "not found", 100, kNotFoundStatus, kNoInput},
    ErrcInfo{Errc::kConflict, "conflict", 101, kFailedPrecondition, kDataErr},
    ErrcInfo{Errc::kKernel, "kernel request failed", 102, kInternalStatus, kOsErr},
    ErrcInfo{Errc::kIo, "input or output failed", 5, kInternalStatus, kIoErr},
    ErrcInfo{Errc::kTryAgain, "try again", 11, kUnavailable, kTempFail},
    ErrcInfo{Errc::kNotReady, "not ready", 50, kUnavailable, kUnavailableExit},
    ErrcInfo{Errc::kInternal, "internal error", 103, kInternalStatus, kSoftware},
};

constexpr size_t kQuotedBytes = 200;

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substitute}));
    }
  }
  return row.back();
}

}  // namespace

const ErrcInfo& info(Errc errc) {
  return *std::find_if(kTable.begin(), kTable.end() - 1,
                       [errc](const ErrcInfo& row) { return row.errc == errc; });
}

Error::Error(Errc errc, std::string message, std::string where)
    : errc_(errc), message_(std::move(message)), where_(std::move(where)) {
  text_ = where_.empty() ? message_ : where_ + ": " + message_;
}

std::string in_quotes(std::string_view text) {
  const bool cut = text.size() > kQuotedBytes;
  std::string out = "\"" + printable(text.substr(0, kQuotedBytes));
  return out + (cut ? "…\"" : "\"");
}

std::string did_you_mean(std::string_view word, const std::string_view* known, size_t count) {
  const std::string wanted = lower_case(word.substr(0, 64));
  std::string_view best;
  size_t best_distance = std::max<size_t>(2, wanted.size() / 3) + 1;
  for (size_t i = 0; i < count; ++i) {
    const size_t distance = edit_distance(wanted, lower_case(known[i]));
    if (distance < best_distance) {
      best = known[i];
      best_distance = distance;
    }
  }
  return best.empty() ? "" : " (did you mean " + in_quotes(best) + "?)";
}

}  // namespace patchbay
