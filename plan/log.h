// Log lines: one JSON object each, for stderr. stdout belongs to the protocols. userData and
// networkData are never passed here.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "plan/diagnostic.h"

namespace patchbay {

using LogFields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// {"ts":"2026-11-24T03:40:11.123Z","level":"info","msg":"…",FIELDS…} and a newline. Bytes that are
// not UTF-8 are replaced, so that the line always parses.
std::string log_line(std::string_view level, std::string_view message, LogFields fields = {});

// The same from a diagnostic: level, network, where, hint as fields.
std::string log_line(const Diagnostic& diagnostic, LogFields fields = {});

}  // namespace patchbay
