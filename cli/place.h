// Where in the batch a finding is, and the way to say it.
#pragma once

#include <string>
#include <utility>

#include "plan/diagnostic.h"
#include "plan/error.h"

namespace patchbay::cli {

inline std::string vm_where(const std::string& vm) { return "VM " + in_quotes(vm); }
inline std::string nic_where(const std::string& vm, size_t nic) {
  return vm_where(vm) + ", NIC " + std::to_string(nic);
}

// What the map would say for one VM, ready to end a hint.
inline std::string vm_choice(const std::string& vm, const std::string& choice) {
  return "vms: {" + in_quotes(vm) + ": {" + choice + "}}";
}

struct Place {
  std::string where;
  Diagnostics& said;

  void error(std::string message, std::string hint) const {
    said.push_back({Severity::kError, "", where, std::move(message), std::move(hint)});
  }
  void warn(std::string message, std::string hint) const {
    said.push_back({Severity::kWarning, "", where, std::move(message), std::move(hint)});
  }
};

}  // namespace patchbay::cli
