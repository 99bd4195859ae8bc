#include "cli/console_session.h"

#include <algorithm>
#include <cstdio>

#include "cli/console_words.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Ctrl-U takes back what somebody has typed and not sent, in a shell as at a login prompt.
constexpr char kKnock[] = "\x15\r";
constexpr char kInterrupt[] = "\x03";
constexpr char kEndOfInput[] = "\x04";
// Our own shell: no history of what we type, no logout while we wait. The last word tells our shell
// from another.
constexpr char kShell[] =
    "env HISTFILE=/dev/null TMOUT=0 ENV= PS1=\"patchbay-verify> \" PATCHBAY=1 sh";
constexpr char kReplace[] = " unset HISTFILE; exec ";  // bash keeps its history when it is replaced
constexpr char kWho[] = "echo patchbay$PATCHBAY";
constexpr char kOurs[] = "patchbay1\n";

constexpr milliseconds kSettled{400};  // no prompt is judged while text still comes
constexpr seconds kFirstKnock{2};      // the next ones after twice as long each
constexpr seconds kRepeat{6};          // a question without an answer, the same
constexpr seconds kGoodbye{8};         // for the prompt that was there before us
constexpr int kMostKnocks = 7;
constexpr int kMostIntoSilence = 2;
constexpr int kMostUsers = 3;
constexpr int kMostTries = 8;  // of a question whose answers come damaged
constexpr size_t kShownLines = 3;

milliseconds longer_each_time(seconds first, int times) {
  return first * (1 << std::min(times, 6));
}

}  // namespace

ConsoleSession::ConsoleSession(SessionOptions options)
    : options_(std::move(options)),
      phase_began_(options_.now()),
      sent_(phase_began_),
      heard_(phase_began_) {}

std::string ConsoleSession::receive(std::string_view bytes) {
  if (!bytes.empty()) {
    heard_ = options_.now();
    terminal_.add(bytes);
  }
  switch (state_) {
    case State::kArriving:
      return arrive();
    case State::kUserSent:
      return after_user();
    case State::kPasswordSent:
      return after_password();
    case State::kEntering:
      return enter_shell();
    case State::kAsking:
      return take_answer();
    case State::kInterrupted:
      return after_interrupt();
    case State::kLeaving:
      return after_leaving();
    case State::kReady:
    case State::kLeft:
      return {};
  }
  return {};
}

std::string ConsoleSession::send(State next, std::string bytes) {
  state_ = next;
  sent_at_ = terminal_.text().size();
  sent_ = options_.now();
  return bytes;
}

std::string ConsoleSession::said() const {
  return terminal_.text().substr(std::min(sent_at_, terminal_.text().size()));
}

bool ConsoleSession::quiet_for(milliseconds time) const {
  return options_.now() - std::max(heard_, sent_) >= time;
}

bool ConsoleSession::waited(milliseconds time) const {
  return options_.now() - phase_began_ >= time;
}

void ConsoleSession::give_up_in_time(const std::string& what) const {
  if (!waited(options_.patience)) return;
  const std::string lines = last_lines();
  const std::string seen =
      terminal_.text().empty()
          ? "it printed nothing: does the guest run, with a console on its serial port "
            "(console=ttyS0)?"
          : (lines.empty() ? "it printed empty lines only" : "it ends with " + in_quotes(lines)) +
                ": a guest that is still booting needs a longer --timeout, a program that runs "
                "there has to be ended by whoever started it";
  throw Error(Errc::kTryAgain,
              "waited " +
                  std::to_string(std::chrono::duration_cast<seconds>(options_.patience).count()) +
                  " s for " + what + "; " + seen,
              "the guest's console");
}

// Nothing is sent before it is clear that nobody writes; then a knock shows who waits there.
std::string ConsoleSession::arrive() {
  if (!quiet_for(kSettled)) return {};
  switch (tail_of(terminal_.text())) {
    case Tail::kLogin:
      return log_in();
    case Tail::kShell:
      if (knocks_ > 0) return phase_began_ = options_.now(), enter_shell();
      break;
    case Tail::kChangePassword:
      throw Error(Errc::kConflict,
                  "somebody's change of a password waits there; finish it first: it ends with " +
                      in_quotes(last_lines()),
                  "the guest's console");
    case Tail::kPassword:  // left behind by somebody; an empty one ends it
    case Tail::kNothing:
    case Tail::kOther:
      break;
  }
  give_up_in_time("a login or a shell's prompt");
  return knock_again();
}

// At once the first time, later where something has come since that is no prompt; into silence,
// which a program may keep that reads what we send, no more than once again.
std::string ConsoleSession::knock_again() {
  const bool heard_since = terminal_.text().size() > sent_at_;
  const int most = heard_since ? kMostKnocks : kMostIntoSilence;
  const bool at_once = knocks_ == 0 && state_ == State::kArriving;
  const auto pause = longer_each_time(kFirstKnock, std::max(knocks_ - 1, 0));
  if (knocks_ >= most || (!at_once && !quiet_for(pause))) return {};
  ++knocks_;
  return send(state_, kKnock);
}

std::string ConsoleSession::log_in() {
  if (users_sent_++ == kMostUsers) {
    throw Error(Errc::kTryAgain, "the guest asks for a user again and again, and for no password",
                "the guest's console");
  }
  if (!credentials_) credentials_ = options_.credentials();
  phase_began_ = options_.now();  // whoever typed them may have taken a while
  heard_ = phase_began_;
  return send(State::kUserSent, credentials_->user + "\r");
}

std::string ConsoleSession::after_user() {
  if (!quiet_for(kSettled)) return {};
  const std::string text = said();
  const Tail tail = tail_of(text);
  if (tail == Tail::kLogin) return log_in();  // it came while the guest was not ready for it
  if (tail == Tail::kShell) return logged_in_ = true, enter_shell();
  const std::string lower = lower_case(text);
  // A message of the kernel's may have come after the question.
  if (tail == Tail::kPassword || lower.find("password:") != std::string::npos) {
    return send(State::kPasswordSent, credentials_->password + "\r");
  }
  give_up_in_time("the question for the password");
  return {};
}

std::string ConsoleSession::after_password() {
  if (!quiet_for(kSettled)) return {};
  const std::string text = said();
  const Tail tail = tail_of(text);
  if (tail == Tail::kShell) return logged_in_ = true, enter_shell();
  if (tail == Tail::kChangePassword || (tail != Tail::kLogin && says_expired(text))) {
    state_ = State::kLeaving;
    throw Error(Errc::kInvalidInput,
                "user " + in_quotes(credentials_->user) +
                    " has to change the password at the next login; do that by hand first",
                "the guest's console");
  }
  if (tail == Tail::kLogin && says_refused(text)) {
    throw Error(Errc::kInvalidInput,
                "the guest refuses the password of user " + in_quotes(credentials_->user) +
                    "; cloud-init may set it late in the first boot",
                "the guest's console");
  }
  if (tail == Tail::kLogin) return log_in();  // it took too long, or the guest dropped it
  give_up_in_time("a shell's prompt after the login");
  return knock_again();
}

// First the shell, then, once it is quiet, the question who answers; both again where it is not us.
std::string ConsoleSession::enter_shell() {
  if (state_ != State::kEntering) {
    entering_ = true;
    return send(State::kEntering, std::string(logged_in_ ? kReplace : " ") + kShell + "\r");
  }
  return quiet_for(kSettled) ? ask(kWho) : "";
}

std::string ConsoleSession::mark() const {
  char text[32];
  std::snprintf(text, sizeof text, "pb%08xn%d", options_.seed, asked_);
  return text;
}

std::string ConsoleSession::ask(const std::string& command) {
  command_ = command;
  tries_ = 0;
  unproved_.clear();
  phase_began_ = options_.now();
  return ask_again();
}

std::string ConsoleSession::ask_again() {
  ++asked_;
  ++tries_;
  return send(State::kAsking, framed(command_, mark()) + "\r");
}

std::string ConsoleSession::take_answer() {
  const auto frame = find_frame(said(), mark());
  if (frame && !frame->damaged && (frame->proved || frame->output == unproved_)) {
    if (command_ == kWho) ours_ = frame->output == kOurs;
    if (!ours_) {
      throw Error(Errc::kUnsupported, "the shell there could not start `sh`",
                  "the guest's console");
    }
    answer_ = {frame->status, frame->output};
    state_ = State::kReady;
    return {};
  }
  if (frame && tries_ == kMostTries) {
    throw Error(Errc::kTryAgain,
                "what " + in_quotes(command_) + " printed came damaged " +
                    std::to_string(kMostTries) +
                    " times: something else writes to it, such as the kernel (dmesg -n 1)",
                "the guest's console");
  }
  if (frame) {
    unproved_ = frame->damaged ? "" : frame->output;
    return ask_again();
  }
  give_up_in_time("the answer to " + in_quotes(command_));
  if (!quiet_for(longer_each_time(kRepeat, tries_ - 1))) return {};
  return ours_ ? send(State::kInterrupted, kInterrupt) : ask_again();
}

// A shell forgets with the interrupt what it has read already: the next line has to come later.
std::string ConsoleSession::after_interrupt() {
  if (!quiet_for(kSettled)) return {};
  return leaving_ ? exit_shell() : ask_again();
}

// What we run ourselves may be interrupted; nothing else is.
std::string ConsoleSession::leave() {
  const State before = state_;
  leaving_ = true;
  phase_began_ = options_.now();
  if (before == State::kAsking && ours_) return send(State::kInterrupted, kInterrupt);
  if (entering_) return exit_shell();
  // A login that is not finished ends with the end of its input.
  const bool at_password = before == State::kUserSent || before == State::kLeaving;
  return at_password ? send(State::kLeaving, kEndOfInput) : send(State::kLeft, "");
}

std::string ConsoleSession::exit_shell() {
  const char* line = ours_ || logged_in_ ? "exit\r" : " [ \"$PATCHBAY\" ] && exit\r";
  return send(State::kLeaving, std::string("\x15") + line);
}

std::string ConsoleSession::after_leaving() {
  const Tail tail = tail_of(said());
  const bool prompt_is_back =
      logged_in_ || !entering_ ? tail == Tail::kLogin : tail == Tail::kShell;
  if ((prompt_is_back && quiet_for(kSettled)) || waited(kGoodbye)) state_ = State::kLeft;
  return {};
}

std::string ConsoleSession::last_lines() const {
  std::string text = terminal_.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  size_t start = text.size();
  for (size_t lines = 0; lines < kShownLines && start != std::string::npos && start > 0; ++lines) {
    start = text.rfind('\n', start - 1);
  }
  if (start != std::string::npos && start < text.size()) text.erase(0, start + 1);
  const std::string password = credentials_ ? credentials_->password : "";
  for (size_t at = 0; !password.empty() && (at = text.find(password, at)) != std::string::npos;) {
    text.replace(at, password.size(), "…");
  }
  return text;
}

}  // namespace patchbay::cli
