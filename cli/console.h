// A guest's console in use: moves the bytes between a link and a session until there is an answer,
// and leaves the console as it was found whatever happens, also on ^C.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cli/console_link.h"
#include "cli/console_session.h"

namespace patchbay::cli {

class GuestConsole {
 public:
  GuestConsole(std::unique_ptr<ConsoleLink> link, std::function<Credentials()> credentials,
               std::chrono::seconds patience);
  ~GuestConsole();
  GuestConsole(const GuestConsole&) = delete;
  GuestConsole& operator=(const GuestConsole&) = delete;

  // Comes to a shell first, the first time. `command`: one line of POSIX sh without apostrophes.
  // Throws what ConsoleSession does; Error{kIo} where the link ends, Error{kTryAgain} on a signal.
  Answer ask(const std::string& command);

  void leave();  // throws as ask does; the destructor tries it, and is silent

 private:
  void exchange();
  std::string read_some();
  void write_all(std::string_view bytes);
  void wait_for(short events);

  std::unique_ptr<ConsoleLink> link_;
  ConsoleSession session_;
};

}  // namespace patchbay::cli
