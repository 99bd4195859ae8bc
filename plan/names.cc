#include "plan/names.h"

#include <algorithm>

#include "plan/digest.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr size_t kHashDigits = 11;
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kPodPrefix = "pod";

LinkNames names_with(const std::string& digits) {
  const auto name = [&digits](std::string_view prefix) {
    return IfName::parse(std::string(prefix) + digits);
  };
  return {name(kPodPrefix), name("tap"), name(kRecordPrefix),
          name("k6t-"),     name("all"), name("ctl")};
}

bool is_hashed(std::string_view name, std::string_view prefix) {
  return name.size() == prefix.size() + kHashDigits && name.starts_with(prefix) &&
         name.find_first_not_of(kHexDigits, prefix.size()) == std::string_view::npos;
}

}  // namespace

LinkNames link_names(std::string_view network) {
  return names_with(sha256_digits(network, kHashDigits));
}

LinkNames link_names_beside(const IfName& pod) {
  if (is_hashed_pod_name(pod.str())) return names_with(pod.str().substr(kPodPrefix.size()));
  LinkNames names = link_names(pod.str());
  names.pod = pod;
  return names;
}

IfName record_link_name(const IfName& record, size_t n) {
  if (n >= kMaxRecordLinks) {
    throw Error(Errc::kInternal, "asked for record link " + std::to_string(n) + " of " +
                                     in_quotes(record.str()) + ", there are at most " +
                                     std::to_string(kMaxRecordLinks));
  }
  return n == 0 ? record
                : IfName::parse(record.str() + static_cast<char>('a' + static_cast<char>(n - 1)));
}

bool is_hashed_pod_name(std::string_view name) { return is_hashed(name, kPodPrefix); }

bool is_record_name(std::string_view name) { return is_hashed(name, kRecordPrefix); }

IfName hashed_pod_name(const IfName& record) {
  return IfName::parse(std::string(kPodPrefix) + record.str().substr(kRecordPrefix.size()));
}

}  // namespace patchbay
