// The sentences that steps' differences are made of.
#pragma once

#include <string>
#include <string_view>

#include "binding/step.h"

namespace patchbay {

inline std::string missing(const IfName& link) { return "link " + link.str() + " is not there"; }

inline std::string differs(const IfName& link, std::string_view what, std::string_view expected,
                           std::string_view found) {
  std::string text = "link " + link.str();
  return text.append(": expected ")
      .append(what)
      .append(" ")
      .append(expected)
      .append(", found ")
      .append(found);
}

inline std::string_view on_or_off(bool on) { return on ? "on" : "off"; }

inline std::string kind_of(const LinkState& link) {
  return link.kind.empty() ? "a device" : link.kind;
}

}  // namespace patchbay
