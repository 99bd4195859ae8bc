#include "cli/output.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/colour.h"
#include "cli/yaml_text.h"
#include "plan/json_text.h"

namespace patchbay::cli {

void add_output_option(CLI::App& command, std::string& form, Default otherwise) {
  const bool table = otherwise == Default::kTable || isatty(STDOUT_FILENO) == 1;
  form = table ? kAsTable : kAsJson;
  command
      .add_option("-o,--output", form,
                  otherwise == Default::kTable
                      ? "how to print it; without it, table"
                      : "how to print it; without it, table on a terminal and json elsewhere")
      ->check(CLI::IsMember({kAsTable, kAsJson, kAsYaml}));
}

void print(const std::string& form, const std::function<std::string()>& json,
           const std::function<std::string(bool colour)>& table) {
  const std::string text = form == kAsJson   ? escaped_json(json())
                           : form == kAsYaml ? yaml_text(json())
                                             : table(wants_colour(stdout));
  std::fputs(text.c_str(), stdout);
}

}  // namespace patchbay::cli
