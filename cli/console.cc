#include "cli/console.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <random>

#include "plan/error.h"

namespace patchbay::cli {
namespace {

constexpr int kTick = 50;  // ms: how often a session is told that time has passed

std::atomic<int> caught{0};  // a signal that has come; taken by `stop_if_told`

// While a console is in use, signals wait until it is left, and one that is gone is an error of
// write().
void set_actions(void (*of_signals)(int), void (*of_broken_pipe)(int)) {
  struct sigaction action {};
  action.sa_handler = of_signals;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
  action.sa_handler = of_broken_pipe;
  sigaction(SIGPIPE, &action, nullptr);
}

void stop_if_told() {
  if (const int number = caught.exchange(0)) {
    throw Error(Errc::kTryAgain, std::string("stopped by ") + strsignal(number),
                "the guest's console");
  }
}

SessionOptions options_of(std::function<Credentials()> credentials, std::chrono::seconds patience) {
  return {std::move(credentials), patience, std::chrono::steady_clock::now, std::random_device()()};
}

}  // namespace

GuestConsole::GuestConsole(std::unique_ptr<ConsoleLink> link,
                           std::function<Credentials()> credentials, std::chrono::seconds patience)
    : link_(std::move(link)), session_(options_of(std::move(credentials), patience)) {
  set_actions([](int number) { caught = number; }, SIG_IGN);
}

GuestConsole::~GuestConsole() {
  try {
    leave();
  } catch (const std::exception&) {  // what came before it has been thrown already
  }
  set_actions(SIG_DFL, SIG_DFL);
}

Answer GuestConsole::ask(const std::string& command) {
  while (!session_.ready()) exchange();
  write_all(session_.ask(command));
  while (!session_.ready()) exchange();
  return session_.answer();
}

void GuestConsole::leave() {
  if (session_.left()) return;
  write_all(session_.leave());
  while (!session_.left()) exchange();
}

void GuestConsole::exchange() {
  wait_for(POLLIN);
  write_all(session_.receive(read_some()));
}

void GuestConsole::wait_for(short events) {
  stop_if_told();
  pollfd link{.fd = link_->fd(), .events = events, .revents = 0};
  if (poll(&link, 1, kTick) < 0 && errno != EINTR) {
    throw Error(Errc::kIo, std::string("could not wait: ") + std::strerror(errno),
                "the guest's console");
  }
}

std::string GuestConsole::read_some() {
  std::array<char, 4096> bytes{};
  const ssize_t size = read(link_->fd(), bytes.data(), bytes.size());
  if (size > 0) return {bytes.data(), static_cast<size_t>(size)};
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  const std::string lines = session_.last_lines();
  throw Error(Errc::kIo,
              "it is gone: " + link_->why_it_ended() +
                  (lines.empty() ? "" : "; the last it said was " + in_quotes(lines)),
              "the guest's console");
}

void GuestConsole::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(POLLOUT);
    const ssize_t size = write(link_->fd(), bytes.data(), bytes.size());
    if (size > 0) bytes.remove_prefix(static_cast<size_t>(size));
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
      throw Error(Errc::kIo, std::string("could not write: ") + std::strerror(errno),
                  "the guest's console");
    }
  }
}

}  // namespace patchbay::cli
