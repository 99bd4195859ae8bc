// The guard of an ADD: unless committed, the links it was told of are afterwards as they were
// before, addresses, routes and filters included, and those that were not there are gone.
#pragma once

#include <optional>
#include <vector>

#include "binding/kernel.h"
#include "plan/diagnostic.h"

namespace patchbay {

// One link as it was found; `state` is absent where there was none.
struct LinkSnapshot {
  IfName name;
  std::optional<LinkState> state;
  std::vector<KernelAddress> addresses;
  std::vector<KernelRoute> routes;
  std::optional<Ingress> ingress;
  bool lro = false;

  bool operator==(const LinkSnapshot&) const = default;
};

LinkSnapshot take_snapshot(Kernel& kernel, const IfName& name);

// Brings the link back to `before`, trying everything; throws the first failure.
void restore(Kernel& kernel, const LinkSnapshot& before);

class Rollback {
 public:
  // Reads `links`, but for one of them that was read already. What could not be put back becomes a
  // diagnostic in `failures`, which must outlive the guard.
  Rollback(Kernel& kernel, const std::vector<IfName>& links, Diagnostics& failures,
           const LinkSnapshot& read_already = {});
  ~Rollback();
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;

  void commit() { committed_ = true; }

 private:
  Kernel& kernel_;
  std::vector<LinkSnapshot> before_;
  Diagnostics& failures_;
  bool committed_ = false;
};

}  // namespace patchbay
