// A tap under another SELinux context than ours. SELinux labels a tap by the process that makes it
// (security/selinux/hooks.c, selinux_tun_dev_alloc_security), and a process has the context it was
// executed with: so this program executes itself for the one call. CNI's own tap plugin does the
// same with `ip tuntap`.
#pragma once

#include <string>

#include "binding/kernel.h"

namespace patchbay {

// As make_persistent_tap, in the network namespace of the calling thread, by a process of
// `options.selinux_context`. Throws Error{kUnsupported} where this node has no SELinux,
// Error{kKernel} where the context is refused or the process fails, with its own words.
void make_tap_under_context(const IfName& name, const TapOptions& options);

// The verb that this program is then executed with: "make-tap NAME OWNER GROUP one|multi_queue".
inline constexpr const char* kMakeTapVerb = "make-tap";
bool is_make_tap(int argc, char** argv);

// That process's main: the exit status; what went wrong is said on stderr.
int run_make_tap(char** argv);

}  // namespace patchbay
