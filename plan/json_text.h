// JSON on its way to a person, who may have it printed on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace patchbay {

// The same JSON, which has to be UTF-8, with an escape for each character that printable()
// (plan/text.h) would not leave as it is. The line ends of its layout stay.
std::string escaped_json(std::string_view json);

}  // namespace patchbay
