// What the end of a console's text says of who waits there, and the frame around an answer. Pure,
// for cli/console_session.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::cli {

enum class Tail {
  kNothing,         // a line's end
  kLogin,           // "host login: "
  kPassword,        // "Password: "
  kChangePassword,  // "New password: ", "Current password: "
  kShell,           // a prompt such as "# " or "user@host:~$ "
  kOther
};

// Of text without control sequences. A shell's prompt ends with one of $ # % > ❯ ➜ », and is no
// interpreter's ">>> " nor a shell's own "> ", which waits for the end of a quoted text.
Tail tail_of(std::string_view text);

bool says_refused(std::string_view text);  // "Login incorrect" and the like
bool says_expired(std::string_view text);  // the password has to be changed first

// A line of POSIX sh that runs `command` and prints its output between marks with status and
// POSIX cksum. `mark`: letters and digits, in the line never as it will be printed, so that an echo
// is no answer.
std::string framed(const std::string& command, const std::string& mark);

struct Frame {
  int status = 0;
  bool proved = false;   // the checksum is there and right
  bool damaged = false;  // the checksum is there and wrong
  std::string output;
};

// The answer to framed(…, mark) in a console's text, once its end is there.
std::optional<Frame> find_frame(std::string_view text, const std::string& mark);

// POSIX cksum's CRC.
uint32_t posix_checksum(std::string_view bytes);

}  // namespace patchbay::cli
