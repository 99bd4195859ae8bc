// The project's one exception type and the one table that says what each kind of failure means to
// whoever called us: a CNI runtime, KubeVirt's hook manager, a shell. Thrown at the leaf, caught in
// three places only: the CNI main, the gRPC adaptor, the CLI main.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace patchbay {

enum class Errc {
  kInvalidInput,    // what a user or a NAD wrote can't be used as it is
  kMalformed,       // text that should be JSON, XML, YAML and is not
  kUnsupported,     // understood, but this version or backend does not do it
  kWrongVersion,    // a CNI or record version that we do not speak
  kBadEnvironment,  // CNI_* variables missing or malformed
  kNotFound,        // an interface, file or record that must be there is not
  kConflict,        // two sources contradict each other where neither may win
  kKernel,          // a system call or netlink request failed
  kIo,              // a file or socket failed
  kTryAgain,        // the same call may succeed later
  kNotReady,        // this node lacks what every call needs
  kInternal,        // a bug of ours
};

// One row for each Errc. `cni_code`: CNI spec 1.1.0, "Error" (codes from 100 are the plugin's own).
// `grpc_status`: grpc/status.h. `exit_code`: sysexits.h.
struct ErrcInfo {
  Errc errc;
  std::string_view name;
  int cni_code;
  int grpc_status;
  int exit_code;
};
const ErrcInfo& info(Errc errc);

// `message`: one sentence that says what was attempted, on what, what was expected and found, and
// what to do next; for system calls it ends with the errno's text. `where`: a JSON path, a file or
// a kernel object; may be empty. what() is both: "WHERE: MESSAGE".
class Error : public std::exception {
 public:
  Error(Errc errc, std::string message, std::string where = {});
  Errc errc() const { return errc_; }
  const std::string& message() const { return message_; }
  const std::string& where() const { return where_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  Errc errc_;
  std::string message_;
  std::string where_;
  std::string text_;
};

// `text` in double quotes for a message: control characters and bytes that are not UTF-8 come out
// as \xNN, so that a name from a NAD or a guest can't drive the terminal of who reads the log; cut
// after 200 bytes.
std::string in_quotes(std::string_view text);

// The nearest of `known` for a misspelt `word`, ready to end a message: ` (did you mean "mode"?)`;
// empty where nothing is near.
std::string did_you_mean(std::string_view word, const std::string_view* known, size_t count);

}  // namespace patchbay
