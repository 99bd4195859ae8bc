// Names that the cluster takes (RFC 1123, as Kubernetes checks them: apimachinery's IsDNS1123Label
// and IsDNS1123Subdomain), and how one is made of a name that was free.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace patchbay::cli {

inline constexpr size_t kLongestLabel = 63;

bool is_dns_label(std::string_view text);
bool is_dns_subdomain(std::string_view text);  // labels with dots between, 253 bytes at most

// `text` in lower case, one dash for whatever else stands in it, cut; empty where it has no letter
// and no digit of ASCII.
std::string dns_label(std::string_view text);

// `label`, or where `taken` has it, the first of label-2, label-3…, cut to be a label; is taken
// then.
std::string free_label(const std::string& label, std::set<std::string>& taken);

}  // namespace patchbay::cli
