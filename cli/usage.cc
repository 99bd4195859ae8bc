#include "cli/usage.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

std::string guess(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  return did_you_mean(word, names.data(), names.size());
}

// An unknown option's value is left over, too, and says nothing.
std::string text_of_unplaced(const std::string& word, const CLI::App& app,
                             const CLI::App& command) {
  if (word.starts_with('-') && word != "-") {
    const std::string option = word.substr(0, word.find('='));
    return "unknown option " + in_quotes(option) + guess(option, options_of(command));
  }
  if (&command == &app) return "unknown command " + in_quotes(word) + guess(word, commands_of(app));
  return "no place for the argument " + in_quotes(word);
}

}  // namespace

std::string usage_message(const CLI::App* app, const CLI::Error& error) {
  const std::vector<CLI::App*> called = app->get_subcommands();
  const CLI::App& command = called.empty() ? *app : *called.front();
  const std::string name =
      app->get_name() + (called.empty() ? std::string() : " " + command.get_name());
  const std::vector<std::string> unplaced = app->remaining(true);
  std::string text;
  if (!unplaced.empty()) {
    text = text_of_unplaced(unplaced.front(), *app, command);
  } else if (called.empty()) {
    text = "expected a command, found none: one of " + join(commands_of(*app));
  } else {
    text = printable(error.what());
  }
  return name + ": " + text + "\nRun `" + name + " --help` for more.\n";
}

}  // namespace patchbay::cli
