#include "plan/names.h"

#include <nettle/sha2.h>

#include <algorithm>
#include <array>

#include "plan/error.h"

namespace patchbay {
namespace {

constexpr size_t kHashDigits = 11;
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kPodPrefix = "pod";

std::string hash_digits(std::string_view network) {
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, network.size(), reinterpret_cast<const uint8_t*>(network.data()));
  sha256_digest(&context, digest.size(), digest.data());
  std::string digits;
  for (size_t i = 0; i < kHashDigits; ++i) {
    digits += kHexDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 0xf];
  }
  return digits;
}

LinkNames names_with(const std::string& digits) {
  const auto name = [&digits](std::string_view prefix) {
    return IfName::parse(std::string(prefix) + digits);
  };
  return {name(kPodPrefix), name("tap"), name(kRecordPrefix), name("k6t-")};
}

}  // namespace

LinkNames link_names(std::string_view network) { return names_with(hash_digits(network)); }

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

bool is_hashed_pod_name(std::string_view name) {
  return name.size() == kPodPrefix.size() + kHashDigits && name.starts_with(kPodPrefix) &&
         name.find_first_not_of(kHexDigits, kPodPrefix.size()) == std::string_view::npos;
}

}  // namespace patchbay
