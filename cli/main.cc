// patchbay: the program in a person's terminal.

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>

#include "cli/gather.h"
#include "cli/import.h"
#include "cli/inspect.h"
#include "cli/render.h"
#include "cli/usage.h"
#include "cli/verify.h"
#include "plan/error.h"
#include "plan/text.h"

namespace {

// plan/error.cc (sysexits.h), CLI11, verify and inspect.
constexpr const char* kExitStatus =
    "Exit status: 0 done; 1 the guest differs (verify), the pod has drifted (inspect); 65 a\n"
    "text is malformed, or sources contradict each other; 66 something is not there; 69 not\n"
    "supported, or not ready here; 70 a mistake of this program; 71 the kernel refused; 74 a\n"
    "file or socket failed; 75 try again; 76 another version; 78 what was written can't be used\n"
    "as it is; from 100 wrong usage.\n"
    "NO_COLOR=1 turns colours off, which only terminals get.";

int run(int argc, char** argv) {
  CLI::App app{"patchbay: what a VM's secondary networks are, and what its guest is told of them"};
  // kubectl runs its plugin by that name.
  const std::string called = std::filesystem::path(argc > 0 ? argv[0] : "").filename();
  app.name(called == "kubectl-patchbay" ? "kubectl patchbay" : "patchbay");
  app.footer(kExitStatus);
  app.set_version_flag("--version", "patchbay " PATCHBAY_VERSION);
  app.require_subcommand(1);
  app.failure_message(patchbay::cli::usage_message);
  patchbay::cli::add_render(app);
  patchbay::cli::add_verify(app);
  patchbay::cli::add_inspect(app);
  patchbay::cli::add_import(app);
  patchbay::cli::add_gather(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return 0;
}

// A disk that is full, a reader that is gone: stdio tells of it only when asked.
void flush_stdout() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw patchbay::Error(patchbay::Errc::kIo,
                        std::string("can't be written whole: ") + std::strerror(errno), "stdout");
}

int fail(const char* text, int exit_code) {
  std::fprintf(stderr, "patchbay: %s\n", patchbay::printable(text).c_str());
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int status = run(argc, argv);
    flush_stdout();
    return status;
  } catch (const patchbay::Error& error) {
    return fail(error.what(), patchbay::info(error.errc()).exit_code);
  } catch (const std::exception& error) {
    return fail(error.what(), patchbay::info(patchbay::Errc::kInternal).exit_code);
  }
}
