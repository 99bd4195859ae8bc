// The kernel's documentation of the instruction set: Documentation/bpf/standardization. There is no
// compiler for it at build time and none is needed for forty instructions; libbpf would add half a
// megabyte to a static program for what is one system call here.
#include "binding/dhcp_answers.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "plan/error.h"

namespace patchbay {
namespace {

// Registers: 0 is a function's result and the program's, 1 to 5 are arguments and lost by a call, 6
// to 9 survive it, 10 is the end of the stack.
enum Register : uint8_t { kR0, kR1, kR2, kR3, kR4, kR5, kR6, kR7, kR8, kR9, kStackEnd };
constexpr Register kFrame = kR6;  // the __sk_buff: argument 1 on entry
constexpr Register kHeaderLength = kR7;

// Where a part of the frame is copied to, from the stack's end on down.
constexpr int16_t kCopy = -24;

// RFC 791, 768: offsets and sizes in bytes.
constexpr int16_t kIpFragment = 6;
constexpr int16_t kIpProtocol = 9;
constexpr int32_t kIpHeader = 20;
constexpr int32_t kIpLengthMask = 0x0f;     // of the first byte, in words of 4
constexpr uint16_t kFragmentMask = 0x3fff;  // "more" and the offset: both 0 in a whole datagram
constexpr int16_t kUdpDestination = 2;
constexpr int32_t kUdpPorts = 4;
constexpr uint16_t kDhcpClientPort = 68;  // RFC 2131

constexpr int32_t kMatches = -1;
constexpr int32_t kNoMatch = 0;

bpf_insn instruction(int code, Register to, Register from, int16_t offset, int32_t value) {
  bpf_insn insn{};
  insn.code = static_cast<uint8_t>(code);
  insn.dst_reg = to & 0xf;
  insn.src_reg = from & 0xf;
  insn.off = offset;
  insn.imm = value;
  return insn;
}

bpf_insn set(Register to, int32_t value) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, kR0, 0, value);
}
bpf_insn copy(Register to, Register from) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}
bpf_insn add(Register to, int32_t value) {
  return instruction(BPF_ALU64 | BPF_ADD | BPF_K, to, kR0, 0, value);
}
bpf_insn mask(Register to, int32_t bits) {
  return instruction(BPF_ALU64 | BPF_AND | BPF_K, to, kR0, 0, bits);
}
bpf_insn shift_left(Register to, int32_t bits) {
  return instruction(BPF_ALU64 | BPF_LSH | BPF_K, to, kR0, 0, bits);
}
// `size`: BPF_B, BPF_H, BPF_W. What is read is in network order where the frame is.
bpf_insn load(int size, Register to, Register base, size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | size, to, base, static_cast<int16_t>(offset), 0);
}
bpf_insn load_copied(int size, Register to, int16_t offset) {
  return instruction(BPF_LDX | BPF_MEM | size, to, kStackEnd, static_cast<int16_t>(kCopy + offset),
                     0);
}
bpf_insn call(bpf_func_id function) {
  return instruction(BPF_JMP | BPF_CALL, kR0, kR0, 0, function);
}
bpf_insn leave() { return instruction(BPF_JMP | BPF_EXIT, kR0, kR0, 0, 0); }

// A conjunction: every condition that does not hold leads to the one end where nothing matches.
class Conditions {
 public:
  void run(bpf_insn insn) { program_.push_back(insn); }

  void require(Register value, int32_t expected) {
    conditions_.push_back(program_.size());
    run(instruction(BPF_JMP | BPF_JNE | BPF_K, value, kR0, 0, expected));
  }

  // `size` bytes of the frame from kR2 on are in the copy: with bytes that a frame has not, or has
  // in other pages, this helper deals by itself.
  void require_copy(int32_t size) {
    run(copy(kR1, kFrame));
    run(copy(kR3, kStackEnd));
    run(add(kR3, kCopy));
    run(set(kR4, size));
    run(call(BPF_FUNC_skb_load_bytes));
    require(kR0, 0);
  }

  std::vector<bpf_insn> finish() && {
    run(set(kR0, kMatches));
    run(leave());
    for (const size_t at : conditions_) {
      program_[at].off = static_cast<int16_t>(program_.size() - at - 1);
    }
    run(set(kR0, kNoMatch));
    run(leave());
    return std::move(program_);
  }

 private:
  std::vector<bpf_insn> program_;
  std::vector<size_t> conditions_;
};

uint64_t address_of(const void* data) { return reinterpret_cast<uintptr_t>(data); }

}  // namespace

std::vector<bpf_insn> dhcp_answers_program() {
  Conditions frame;
  frame.run(copy(kFrame, kR1));

  // The kernel has taken an outer tag out of the frame and says so beside it.
  frame.run(load(BPF_W, kR2, kFrame, offsetof(__sk_buff, protocol)));
  frame.require(kR2, htons(ETH_P_IP));
  frame.run(load(BPF_W, kR2, kFrame, offsetof(__sk_buff, vlan_present)));
  frame.require(kR2, 0);

  frame.run(set(kR2, ETH_HLEN));
  frame.require_copy(kIpHeader);
  frame.run(load_copied(BPF_B, kR2, kIpProtocol));
  frame.require(kR2, IPPROTO_UDP);
  frame.run(load_copied(BPF_H, kR2, kIpFragment));
  frame.run(mask(kR2, htons(kFragmentMask)));
  frame.require(kR2, 0);
  frame.run(load_copied(BPF_B, kHeaderLength, 0));
  frame.run(mask(kHeaderLength, kIpLengthMask));
  frame.run(shift_left(kHeaderLength, 2));

  frame.run(copy(kR2, kHeaderLength));
  frame.run(add(kR2, ETH_HLEN));
  frame.require_copy(kUdpPorts);
  frame.run(load_copied(BPF_H, kR2, kUdpDestination));
  frame.require(kR2, htons(kDhcpClientPort));

  // Nothing that could not be marked goes up.
  frame.run(copy(kR1, kFrame));
  frame.run(set(kR2, PACKET_OTHERHOST));
  frame.run(call(BPF_FUNC_skb_change_type));
  frame.require(kR0, 0);
  return std::move(frame).finish();
}

FileDescriptor load_dhcp_answers() {
  constexpr const char* kLicense = "Apache-2.0";  // no helper of it is for the GPL only
  constexpr std::string_view kName = "dhcp_answers";
  const std::vector<bpf_insn> program = dhcp_answers_program();
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_SCHED_CLS;
  attributes.insns = address_of(program.data());
  attributes.insn_cnt = static_cast<uint32_t>(program.size());
  attributes.license = address_of(kLicense);
  std::memcpy(attributes.prog_name, kName.data(), kName.size());
  const long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
  if (fd >= 0) return FileDescriptor(static_cast<int>(fd));
  throw Error(Errc::kKernel,
              std::string("could not load the BPF program that passes DHCP answers to CNI's dhcp "
                          "daemon: bpf(BPF_PROG_LOAD): ") +
                  std::strerror(errno) +
                  "; it needs a kernel with BPF_SYSCALL and NET_CLS_BPF, and root on the node");
}

}  // namespace patchbay
