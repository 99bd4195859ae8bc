#include "cli/dns_label.h"

#include <algorithm>

#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr size_t kLongestSubdomain = 253;

std::string cut(std::string label, size_t size) {
  label.resize(std::min(label.size(), size));
  label.erase(label.find_last_not_of('-') + 1);
  return label;
}

}  // namespace

bool is_dns_label(std::string_view text) {
  const auto fits = [](char c) { return (is_ascii_alnum(c) && c == ascii_lower(c)) || c == '-'; };
  return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), fits);
}

bool is_dns_subdomain(std::string_view text) {
  if (text.size() > kLongestSubdomain) return false;
  while (true) {
    const size_t dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::string dns_label(std::string_view text) {
  std::string label;
  for (const char c : text) {
    if (is_ascii_alnum(c)) {
      label += ascii_lower(c);
    } else if (!label.empty() && label.back() != '-') {
      label += '-';
    }
  }
  return cut(std::move(label), kLongestLabel);
}

std::string free_label(const std::string& label, std::set<std::string>& taken) {
  std::string name = label;
  for (size_t i = 2; !taken.insert(name).second; ++i) {
    const std::string end = "-" + std::to_string(i);
    name = cut(label, kLongestLabel - end.size()) + end;
  }
  return name;
}

}  // namespace patchbay::cli
