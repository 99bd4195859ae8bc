// What is said of wrong usage.
#pragma once

#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace patchbay::cli {

// For CLI::App::failure_message: the command that was called, the word that it has no place for,
// with a guess, else what CLI11 found; and where its help is. Ends with a line end.
std::string usage_message(const CLI::App* app, const CLI::Error& error);

}  // namespace patchbay::cli
