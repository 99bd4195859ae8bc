// Errors that many NICs of a batch share, each said once: hundreds of VMs are on a network that is
// not mapped.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plan/diagnostic.h"

namespace patchbay::cli {

class SharedErrors {
 public:
  void add(const std::string& message, const std::string& hint, const std::string& nic);

  // One for each message and hint, of the first NICs and the number of the others.
  void say(Diagnostics& diagnostics) const;

 private:
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> errors_;
};

}  // namespace patchbay::cli
