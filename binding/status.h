// CNI's STATUS: can this node do an ADD at all? Tried, not guessed: everything that an ADD builds
// is built in a network namespace that nobody else sees.
#pragma once

#include <functional>
#include <memory>

#include "binding/kernel.h"
#include "plan/cni_call.h"
#include "plan/diagnostic.h"

namespace patchbay {

// A Kernel on a network namespace made for it, which goes with it. The calling thread's own stays
// what it is. Throws Error{kNotReady} where none may be made.
std::unique_ptr<Kernel> open_scratch_kernel();

// The wiring that `options` ask for by default is made and read back in the namespace that
// `open_scratch` gives, between two taps of which one stands for the pod's interface. Throws
// Error{kNotReady} with what is missing and what to do. A result cache that was named and does not
// exist is a warning: the runtime makes it at its first ADD; one that can't be read is an error.
void check_node(const std::function<std::unique_ptr<Kernel>()>& open_scratch,
                const CniOptions& options, Diagnostics& diagnostics);

}  // namespace patchbay
