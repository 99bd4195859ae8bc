#include "binding/port_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "plan/error.h"
#include "plan/text.h"
#include "port.skel.h"

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
              std::string("could not load the BPF program of the guest's port: ") +
                  std::strerror(error) + ": " + printable(libbpf_log()) +
                  "; it needs Linux 5.17 with BPF_SYSCALL and NET_CLS_BPF, and root on the node; "
                  "without it take \"responder\" and \"guard\" out of the network's NAD");
}

struct Destroy {
  void operator()(port_bpf* skeleton) const { port_bpf__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<port_bpf, Destroy>;

Skeleton open_skeleton() {
  libbpf_log().clear();
  libbpf_set_print(keep_log);
  Skeleton skeleton(port_bpf__open());
  if (!skeleton) refuse(errno);
  return skeleton;
}

// One of the two; the other's place is elsewhere.
FileDescriptor load_only(const Skeleton& skeleton, bpf_program* wanted, bpf_program* other) {
  bpf_program__set_autoload(other, false);
  if (port_bpf__load(skeleton.get()) != 0) refuse(errno);
  const int held = fcntl(bpf_program__fd(wanted), F_DUPFD_CLOEXEC, 0);
  if (held < 0) refuse(errno);
  return FileDescriptor(held);
}

constexpr uint32_t kMostMaps = 8;  // of a port's program: it has four

// `map` is the one of that name that `port` has.
void share(bpf_map* map, const FileDescriptor& port) {
  std::array<__u32, kMostMaps> ids{};
  bpf_prog_info program{};
  program.nr_map_ids = kMostMaps;
  program.map_ids = reinterpret_cast<uintptr_t>(ids.data());
  __u32 length = sizeof program;
  if (bpf_obj_get_info_by_fd(port.get(), &program, &length) != 0) refuse(errno);
  for (__u32 i = 0; i < std::min(program.nr_map_ids, kMostMaps); ++i) {
    const FileDescriptor candidate(bpf_map_get_fd_by_id(ids[i]));
    bpf_map_info info{};
    length = sizeof info;
    if (candidate.get() < 0 || bpf_obj_get_info_by_fd(candidate.get(), &info, &length) != 0) {
      refuse(errno);
    }
    if (std::string_view(info.name) != bpf_map__name(map)) continue;
    if (bpf_map__reuse_fd(map, candidate.get()) != 0) refuse(errno);
    return;
  }
  refuse(ENOENT);
}

}  // namespace

FileDescriptor load_port(const PortRules& rules, int uplink) {
  const Skeleton skeleton = open_skeleton();
  skeleton->rodata->pb_rules = rules.guard;
  skeleton->rodata->pb_responds = rules.responds ? 1 : 0;
  FileDescriptor port =
      load_only(skeleton, skeleton->progs.patchbay_port, skeleton->progs.patchbay_control);
  pb_answers answers = rules.answers;
  answers.uplink = static_cast<__u32>(uplink);
  const __u32 only = 0;
  if (bpf_map_update_elem(bpf_map__fd(skeleton->maps.pb_told), &only, &answers, BPF_ANY) != 0) {
    refuse(errno);
  }
  return port;
}

FileDescriptor load_control(const FileDescriptor& port) {
  const Skeleton skeleton = open_skeleton();
  share(skeleton->maps.pb_told, port);
  share(skeleton->maps.pb_dropped, port);
  return load_only(skeleton, skeleton->progs.patchbay_control, skeleton->progs.patchbay_port);
}

FileDescriptor open_program(uint32_t id) {
  const int fd = bpf_prog_get_fd_by_id(id);
  if (fd >= 0) return FileDescriptor(fd);
  throw Error(Errc::kKernel,
              "could not open the BPF program " + std::to_string(id) + ": " + std::strerror(errno));
}

}  // namespace patchbay
