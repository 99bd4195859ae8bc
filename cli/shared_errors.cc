#include "cli/shared_errors.h"

#include <algorithm>

#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr size_t kListed = 5;

}  // namespace

void SharedErrors::add(const std::string& message, const std::string& hint,
                       const std::string& nic) {
  errors_[{message, hint}].push_back(nic);
}

void SharedErrors::say(Diagnostics& diagnostics) const {
  for (const auto& [error, nics] : errors_) {
    const size_t listed = std::min(nics.size(), kListed);
    const auto end = nics.begin() + static_cast<ptrdiff_t>(listed);
    std::string where = join({nics.begin(), end}, "; ");
    if (nics.size() > listed) where += " and " + std::to_string(nics.size() - listed) + " more";
    diagnostics.push_back({Severity::kError, "", where, error.first, error.second});
  }
}

}  // namespace patchbay::cli
