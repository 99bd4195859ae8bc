// The ways to a guest's console, each as one file descriptor that carries its bytes both ways.
#pragma once

#include <memory>
#include <string>

namespace patchbay::cli {

class ConsoleLink {
 public:
  virtual ~ConsoleLink() = default;
  virtual int fd() const = 0;  // never blocks
  // Why it ended, for a message, once the descriptor says so.
  virtual std::string why_it_ended() { return "the other end closed it"; }
};

// `where`: "unix:PATH" or the path of a socket; the path of a terminal or serial device, whose
// settings are put back at the end; else a command for sh, such as "virsh console vm1", which gets
// a terminal of its own and is ended with it. Throws Error{kNotFound} or Error{kIo}.
std::unique_ptr<ConsoleLink> open_console(const std::string& where);

// The first console of a libvirt domain, by libvirt's stream. `uri` empty: libvirt's default. Takes
// it from nobody: Error{kConflict} where another has it open.
std::unique_ptr<ConsoleLink> open_domain_console(const std::string& uri, const std::string& domain);

}  // namespace patchbay::cli
