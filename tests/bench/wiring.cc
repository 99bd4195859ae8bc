#include "bench/wiring.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace patchbay::bench {
namespace {

constexpr const char* kBpfFiles = "/sys/fs/bpf";
constexpr int kTcxIngress = 46;  // BPF_TCX_INGRESS, Linux 6.6
// One classic instruction: return -1, which is "every frame".
constexpr const char* kEveryFrame = "1,6 0 0 4294967295";
// Untagged frames and the ids 42 and 100 to 199 go on to the next filter (-1, TC_ACT_UNSPEC),
// others are dropped (2, TC_ACT_SHOT); the offsets are SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT and
// _TAG.
constexpr const char* kTrunk =
    "10,48 0 0 4294963248,21 0 6 1,40 0 0 4294963244,84 0 0 4095,21 3 0 0,21 2 0 42,"
    "53 0 2 100,37 1 0 199,6 0 0 4294967295,6 0 0 2";

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Runs a shell command; what it printed is in `output`.
bool runs(const std::string& command, std::string& output) {
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) fail(command);
  output.clear();
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) output += line.data();
  return pclose(pipe) == 0;
}

void must_run(const std::string& command) {
  std::string output;
  if (!runs(command, output)) throw std::runtime_error(command + ": " + output);
}

int bpf(int command, bpf_attr& attributes) {
  return static_cast<int>(syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

// r0 = bpf_redirect(index, 0)
int load_redirect_program(unsigned index) {
  const std::array<bpf_insn, 4> program{{
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = static_cast<int>(index)},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 0},
      {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect},
      {.code = BPF_JMP | BPF_EXIT},
  }};
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_SCHED_CLS;
  attributes.insns = reinterpret_cast<uint64_t>(program.data());
  attributes.insn_cnt = program.size();
  attributes.license = reinterpret_cast<uint64_t>("GPL");
  const int program_fd = bpf(BPF_PROG_LOAD, attributes);
  if (program_fd < 0) fail("load the redirect program");
  return program_fd;
}

bool attach_cls_bpf(const std::string& from, int program, std::string& why) {
  const std::string file = kBpfFiles + ("/" + from);
  bpf_attr attributes{};
  attributes.pathname = reinterpret_cast<uint64_t>(file.c_str());
  attributes.bpf_fd = static_cast<uint32_t>(program);
  if (bpf(BPF_OBJ_PIN, attributes) != 0) fail("pin " + file);
  must_run("tc qdisc add dev " + from + " ingress");
  const bool done =
      runs("tc filter add dev " + from + " ingress bpf da object-pinned " + file, why);
  unlink(file.c_str());
  return done;
}

// The link is kept open until the interface goes, which detaches it.
bool attach_tcx(const std::string& from, int program, std::string& why) {
  bpf_attr attributes{};
  attributes.link_create.prog_fd = static_cast<uint32_t>(program);
  attributes.link_create.target_ifindex = if_nametoindex(from.c_str());
  attributes.link_create.attach_type = kTcxIngress;
  const int link = bpf(BPF_LINK_CREATE, attributes);
  if (link < 0) why = std::strerror(errno);
  return link >= 0;
}

bool redirect_by_program(Wiring wiring, const std::string& from, const std::string& to,
                         std::string& why) {
  const int program = load_redirect_program(if_nametoindex(to.c_str()));
  const bool done =
      wiring == Wiring::kTcx ? attach_tcx(from, program, why) : attach_cls_bpf(from, program, why);
  close(program);
  return done;
}

bool redirect_by_mirred(const std::string& from, const std::string& to, const std::string& filter,
                        std::string& why) {
  must_run("tc qdisc add dev " + from + " ingress");
  return runs("tc filter add dev " + from + " ingress prio 2 protocol all " + filter +
                  " action mirred egress redirect dev " + to,
              why);
}

bool redirect(Wiring wiring, const std::string& from, const std::string& to, std::string& why) {
  const std::string u32 = "u32 match u8 0 0";
  switch (wiring) {
    case Wiring::kU32:
      return redirect_by_mirred(from, to, u32, why);
    case Wiring::kMatchall:
      return redirect_by_mirred(from, to, "matchall", why);
    case Wiring::kClassicBpf:
      return redirect_by_mirred(from, to, std::string("bpf bytecode '") + kEveryFrame + "'", why);
    case Wiring::kTrunkAndU32:
      return redirect_by_mirred(from, to, u32, why) &&
             runs("tc filter add dev " + from + " ingress prio 1 protocol all bpf da bytecode '" +
                      kTrunk + "'",
                  why);
    case Wiring::kBpfRedirect:
    case Wiring::kTcx:
      return redirect_by_program(wiring, from, to, why);
    case Wiring::kNothing:
    case Wiring::kPodBridge:
    case Wiring::kMacvtap:
      break;
  }
  throw std::logic_error("this wiring redirects nothing");
}

void make_bridge(const std::string& name) {
  must_run("ip link add " + name + " type bridge mcast_snooping 0");
  must_run("ip link set " + name + " up");
}

void join(const std::string& port, const std::string& bridge) {
  must_run("ip link set " + port + " master " + bridge);
}

bool join_world(const std::string& port, Beyond beyond, std::string& why) {
  if (beyond == Beyond::kRedirect) {
    return redirect(Wiring::kU32, port, kWorld, why) && redirect(Wiring::kU32, kWorld, port, why);
  }
  make_bridge("node-br");
  join(port, "node-br");
  join(kWorld, "node-br");
  return true;
}

}  // namespace

void enter_own_namespaces() {
  if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) fail("unshare (this needs root)");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("make / private");
  // sysfs shows the namespace it was mounted in.
  if (mount("sys", "/sys", "sysfs", 0, nullptr) != 0) fail("mount /sys");
  if (mount("bpf", kBpfFiles, "bpf", 0, nullptr) != 0) fail("mount the BPF file system");
  std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << 1;
}

bool build_wiring(Wiring wiring, Beyond beyond, std::string& why) {
  const std::string guest = kGuest, pod = kPod;
  if (wiring == Wiring::kNothing) return join_world(guest, beyond, why);
  must_run("ip link add " + pod + " type veth peer name node");
  must_run("ip link set " + pod + " up");
  must_run("ip link set node up");
  if (!join_world("node", beyond, why)) return false;
  if (wiring == Wiring::kPodBridge) {
    make_bridge("pod-br");
    join(guest, "pod-br");
    join(pod, "pod-br");
    return true;
  }
  if (wiring == Wiring::kMacvtap) {
    return runs("ip link add " + guest + " link " + pod + " address " + kGuestMac +
                    " type macvtap mode bridge",
                why);
  }
  return redirect(wiring, guest, pod, why) && redirect(wiring, pod, guest, why);
}

void remove_wiring() {
  std::string ignored;
  for (const char* link : {"pod", "pod-br", "node-br"}) {
    runs(std::string("ip link delete ") + link, ignored);
  }
}

}  // namespace patchbay::bench
