// The responder in the kernel: the program of responder/responder.bpf.c, compiled at build time and
// embedded as libbpf's skeleton, with the answers in a map of its own.
#pragma once

#include <cstdint>

#include "binding/net_namespace.h"
#include "binding/responder/answers.h"

namespace patchbay {

// Loads program and map for a filter to hold; with the last filter they are gone. `uplink`: the
// number of the link that solicitations go out of, too. Needs root in the initial user namespace.
// Throws Error{kKernel} with what the kernel's verifier said last and what the kernel needs.
FileDescriptor load_responder(pb_answers answers, int uplink);

// The loaded program of that id, held. Throws Error{kKernel}.
FileDescriptor open_program(uint32_t id);

}  // namespace patchbay
