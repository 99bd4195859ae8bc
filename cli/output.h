// -o, the same for every command: table for a person, json and yaml for a script, which say the
// same to the letter.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace patchbay::cli {

inline constexpr const char* kAsTable = "table";
inline constexpr const char* kAsJson = "json";
inline constexpr const char* kAsYaml = "yaml";

// What is printed without -o.
enum class Default {
  kTable,
  kTableOnTerminal,  // and JSON elsewhere, for a command whose output is another's input
};

// Adds -o, --output with the three forms. `form` has to live as long as the command; it is never
// empty once it is parsed.
void add_output_option(CLI::App& command, std::string& form, Default otherwise = Default::kTable);

// To stdout: `json` as it is or as YAML, or what `table` makes, which is told whether to use
// colours.
void print(const std::string& form, const std::function<std::string()>& json,
           const std::function<std::string(bool colour)>& table);

}  // namespace patchbay::cli
