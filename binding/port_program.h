// The programs of a guest's port in the kernel: those of responder/port.bpf.c, compiled at build
// time and embedded as libbpf's skeleton, with what they know in maps of their own.
#pragma once

#include <cstdint>

#include "binding/ingress.h"
#include "binding/net_namespace.h"

namespace patchbay {

// Loads the port's program and its maps for a filter to hold; with the last filter they are gone.
// `uplink`: the number of the link that solicitations go out of, too; 0: none. Needs root in the
// initial user namespace. Throws Error{kKernel} with what the kernel's verifier said last and what
// the kernel needs.
FileDescriptor load_port(const PortRules& rules, int uplink);

// Loads the program that lets the pod speak with the port whose program `port` is: it has that
// one's maps. Throws Error{kKernel}, as load_port.
FileDescriptor load_control(const FileDescriptor& port);

// The loaded program of that id, held. Throws Error{kKernel}.
FileDescriptor open_program(uint32_t id);

}  // namespace patchbay
