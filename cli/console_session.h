// What verify says to a guest's console, and what it makes of the answers: a state machine over
// bytes, without file, process or clock of its own (cli/console.h moves the bytes). It comes to a
// shell, logs in on its way where it has to, asks, and leaves the console as it found it.
//
// A shell of its own (`sh` with history and auto-logout off) answers; it replaces the login shell
// where the session logged in itself, and is a child of the shell where somebody had. No setting of
// the terminal is touched.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/terminal_text.h"

namespace patchbay::cli {

struct Credentials {
  std::string user;
  std::string password;
};

// What a command printed to stdout, as text with a final line feed, and its exit status.
struct Answer {
  int status = 0;
  std::string output;

  bool operator==(const Answer&) const = default;
};

struct SessionOptions {
  std::function<Credentials()> credentials;  // called once, at a login prompt
  std::chrono::milliseconds patience;        // for coming to a shell, and for each answer
  std::function<std::chrono::steady_clock::time_point()> now;
  uint32_t seed = 0;  // of the marks around answers; another one in each session
};

class ConsoleSession {
 public:
  explicit ConsoleSession(SessionOptions options);

  // Bytes that the console has sent, none where time has passed only; to be called at least every
  // 100 ms. Returns what to send. Throws Error: kTryAgain where no shell or no answer came in time,
  // kInvalidInput where the guest refuses the credentials or wants another password first.
  std::string receive(std::string_view bytes);

  bool ready() const { return state_ == State::kReady; }
  bool left() const { return state_ == State::kLeft; }

  // One line of POSIX sh, when ready; returns what to send. ready() again: answer() is there.
  std::string ask(const std::string& command);
  const Answer& answer() const { return answer_; }

  // At any time; returns what to send, and left() tells when all is said.
  std::string leave();

  // The console's last lines, for a message; never the password.
  std::string last_lines() const;

 private:
  enum class State {
    kArriving,      // at what is not known yet
    kUserSent,      // to a login prompt
    kPasswordSent,  // to the guest's question for it
    kEntering,      // into a shell of our own
    kReady,
    kAsking,
    kInterrupted,  // what we run ourselves, to ask again or to leave
    kLeaving,
    kLeft
  };

  std::string arrive();
  std::string log_in();
  std::string after_user();
  std::string after_password();
  std::string knock_again();
  std::string enter_shell();
  std::string take_answer();
  std::string ask_again();
  std::string after_interrupt();
  std::string exit_shell();
  std::string after_leaving();

  std::string send(State next, std::string bytes);
  bool quiet_for(std::chrono::milliseconds time) const;
  bool waited(std::chrono::milliseconds time) const;
  void give_up_in_time(const std::string& what) const;
  std::string said() const;  // since the last send
  std::string mark() const;

  SessionOptions options_;
  State state_ = State::kArriving;
  TerminalText terminal_;
  size_t sent_at_ = 0;  // where in the text the answer to what was sent last begins
  std::chrono::steady_clock::time_point phase_began_;
  std::chrono::steady_clock::time_point sent_;
  std::chrono::steady_clock::time_point heard_;
  std::optional<Credentials> credentials_;
  bool logged_in_ = false;  // by us
  bool entering_ = false;   // a shell of our own may be there
  bool ours_ = false;       // it answers
  bool leaving_ = false;
  int knocks_ = 0;
  int users_sent_ = 0;
  std::string command_;
  int asked_ = 0;         // marks so far
  int tries_ = 0;         // of this command
  std::string unproved_;  // an answer without a checksum, until it comes a second time
  Answer answer_;
};

}  // namespace patchbay::cli
