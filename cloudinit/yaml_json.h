// YAML manifests as JSON, by the rules of kubectl (sigs.k8s.io/yaml over go-yaml v2): of YAML 1.1
// what Kubernetes' own files use.
//
// - true, yes, on, y and their opposites are booleans, in lower case, capitals and with one
//   capital; numbers are decimal, 0x, 0o, 0b or octal with a leading 0, with "_" among the digits;
//   what looks like a date or like minutes ("12:30") is a string.
// - Keys that are numbers or booleans become strings. A key twice in a map is an error; a merge key
//   ("<<") brings those that are not there.
// - Anchors are followed; what they unfold to is limited, so that no small text becomes a large
//   one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::cloudinit {

inline constexpr size_t kMaxManifestBytes = size_t{4} << 20;

// Each document that is not empty, on one line. Throws Error{kMalformed} with the line, never with
// a word of the text, which may be a secret.
std::vector<std::string> json_documents(std::string_view yaml);

}  // namespace patchbay::cloudinit
