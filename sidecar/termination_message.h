// The file whose text the kubelet shows as the reason in the container's status when it has ended.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::sidecar {

inline constexpr char kTerminationPath[] = "/dev/termination-log";

// Writes what ended the program, at most the 4096 bytes that the kubelet takes, to the file if it
// is there and may be written to; does nothing otherwise: the log has it in any case.
void write_termination_message(const std::string& path, std::string_view text);

}  // namespace patchbay::sidecar
