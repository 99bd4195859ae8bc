#include "cli/terminal_text.h"

namespace patchbay::cli {
namespace {

constexpr char kBell = '\a';
constexpr char kBackspace = '\b';
constexpr char kEscape = 0x1b;

bool is_control(char byte) { return (byte >= 0 && byte < 0x20) || byte == 0x7f; }

}  // namespace

void TerminalText::add(std::string_view bytes) {
  for (const char byte : bytes) add(byte);
}

void TerminalText::add(char byte) {
  switch (state_) {
    case State::kText:
      return byte == kEscape ? void(state_ = State::kEscape) : add_to_text(byte);
    case State::kEscape:
      state_ = after_escape(byte);
      return;
    case State::kSequence:  // parameters and intermediates, then one final byte
      if (is_control(byte))
        return byte == kEscape ? void(state_ = State::kEscape) : add_to_text(byte);
      if (byte >= '@' && byte <= '~') state_ = State::kText;
      return;
    case State::kString:
      if (byte == kEscape) state_ = State::kStringEscape;
      if (byte == kBell || byte == '\n') state_ = State::kText;
      return;
    case State::kStringEscape:
      state_ = byte == '\\' ? State::kText : after_escape(byte);
      return;
  }
}

TerminalText::State TerminalText::after_escape(char byte) {
  if (byte == '[') return State::kSequence;
  if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_') {
    return State::kString;
  }
  if (byte >= ' ' && byte <= '/') return State::kEscape;  // an intermediate: "ESC ( B"
  return State::kText;
}

void TerminalText::add_to_text(char byte) {
  if (byte == kBackspace) {
    if (!text_.empty() && text_.back() != '\n') text_.pop_back();
  } else if (byte == '\n' || byte == '\t' || !is_control(byte)) {
    text_.push_back(byte);
  }
}

}  // namespace patchbay::cli
