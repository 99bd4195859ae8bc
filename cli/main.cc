// patchbay: the program in a person's terminal.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/gather.h"
#include "cli/import.h"
#include "cli/inspect.h"
#include "cli/render.h"
#include "cli/verify.h"
#include "plan/error.h"
#include "plan/text.h"

namespace {

int run(int argc, char** argv) {
  CLI::App app{"patchbay: what a VM's secondary networks are, and what its guest is told of them"};
  app.set_version_flag("--version", "patchbay " PATCHBAY_VERSION);
  app.require_subcommand(1);
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

int fail(const char* text, int exit_code) {
  std::fprintf(stderr, "patchbay: %s\n", patchbay::printable(text).c_str());
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const patchbay::Error& error) {
    return fail(error.what(), patchbay::info(error.errc()).exit_code);
  } catch (const std::exception& error) {
    return fail(error.what(), patchbay::info(patchbay::Errc::kInternal).exit_code);
  }
}
