// The text in a console's bytes: what is left without colours, titles, cursor movements and
// carriage returns, as they come in any pieces.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::cli {

// Sequences as ECMA-48 has them: CSI, and the strings OSC, DCS, SOS, PM and APC up to BEL or ST. A
// string ends at a line's end, too, for noise may begin one that nobody ends. A backspace takes the
// character before it. Tabs and line feeds stay, bytes above 127 as they are.
class TerminalText {
 public:
  void add(std::string_view bytes);
  const std::string& text() const { return text_; }

 private:
  enum class State { kText, kEscape, kSequence, kString, kStringEscape };

  void add(char byte);
  void add_to_text(char byte);
  static State after_escape(char byte);

  State state_ = State::kText;
  std::string text_;
};

}  // namespace patchbay::cli
