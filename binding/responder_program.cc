#include "binding/responder_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "plan/error.h"
#include "plan/text.h"
#include "responder.skel.h"

namespace patchbay {
namespace {

constexpr size_t kKeptLog =
    1000;  // bytes: the verifier tells all that it did, and in the end why not

// libbpf has one place for its words, for the whole process.
std::string& libbpf_log() {
  static std::string log;
  return log;
}

int keep_log(enum libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  char* text = nullptr;
  if (vasprintf(&text, format, arguments) < 0) return 0;
  std::string& log = libbpf_log();
  log += text;
  std::free(text);
  if (log.size() > kKeptLog) log.erase(0, log.size() - kKeptLog);
  return 0;
}

[[noreturn]] void refuse(int error) {
  throw Error(Errc::kKernel,
              std::string("could not load the BPF program that answers the guest's DHCP: ") +
                  std::strerror(error) + ": " + printable(libbpf_log()) +
                  "; it needs Linux 5.17 with BPF_SYSCALL and NET_CLS_BPF, and root on the node; "
                  "without it take \"responder\" out of the network's NAD");
}

struct Destroy {
  void operator()(responder_bpf* program) const { responder_bpf__destroy(program); }
};

}  // namespace

FileDescriptor load_responder(pb_answers answers, int uplink) {
  answers.uplink = static_cast<__u32>(uplink);
  libbpf_log().clear();
  libbpf_set_print(keep_log);
  const std::unique_ptr<responder_bpf, Destroy> loaded(responder_bpf__open_and_load());
  if (!loaded) refuse(errno);
  const __u32 only = 0;
  if (bpf_map_update_elem(bpf_map__fd(loaded->maps.pb_told), &only, &answers, BPF_ANY) != 0) {
    refuse(errno);
  }
  const int held = fcntl(bpf_program__fd(loaded->progs.patchbay_answer), F_DUPFD_CLOEXEC, 0);
  if (held < 0) refuse(errno);
  return FileDescriptor(held);
}

FileDescriptor open_program(uint32_t id) {
  const int fd = bpf_prog_get_fd_by_id(id);
  if (fd >= 0) return FileDescriptor(fd);
  throw Error(Errc::kKernel,
              "could not open the BPF program " + std::to_string(id) + ": " + std::strerror(errno));
}

}  // namespace patchbay
