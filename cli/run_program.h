// A program run to its end, for the commands that let kubectl speak with the cluster.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace patchbay::cli {

struct Finished {
  std::string out;
  std::string errors;  // what it wrote to stderr
  int status = 0;      // its exit code; 128 + N where signal N ended it, as shells say it
};

// Looks for `arguments[0]` in PATH; stdin is empty. A program that has not ended after `limit` is
// killed, which its status shows. Throws Error{kNotFound} where there is no such program,
// Error{kIo} where it can't be started.
Finished run_program(const std::vector<std::string>& arguments, std::chrono::milliseconds limit);

}  // namespace patchbay::cli
