#include "binding/vlan_filter.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

namespace patchbay {
namespace {

constexpr uint32_t kTagIsBeside = static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT);
constexpr uint32_t kTagBeside = static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_VLAN_TAG);
constexpr uint32_t kEtherType = 2 * ETH_ALEN;
constexpr uint32_t kTagInside = ETH_HLEN;
constexpr uint32_t kIdMask = 0x0fff;  // of a tag; priority and DEI are above

constexpr uint32_t kPass = static_cast<uint32_t>(TC_ACT_UNSPEC);
constexpr uint32_t kDrop = TC_ACT_SHOT;

constexpr BpfInstruction load_byte(uint32_t from) { return {BPF_LD | BPF_B | BPF_ABS, 0, 0, from}; }
constexpr BpfInstruction load_half(uint32_t from) { return {BPF_LD | BPF_H | BPF_ABS, 0, 0, from}; }
constexpr BpfInstruction mask(uint32_t bits) { return {BPF_ALU | BPF_AND | BPF_K, 0, 0, bits}; }
constexpr BpfInstruction verdict(uint32_t value) { return {BPF_RET | BPF_K, 0, 0, value}; }

// Skips `yes` or `no` instructions.
constexpr BpfInstruction if_equal(uint32_t value, uint8_t yes, uint8_t no) {
  return {BPF_JMP | BPF_JEQ | BPF_K, yes, no, value};
}
constexpr BpfInstruction if_at_least(uint32_t value, uint8_t yes, uint8_t no) {
  return {BPF_JMP | BPF_JGE | BPF_K, yes, no, value};
}
constexpr BpfInstruction if_above(uint32_t value, uint8_t yes, uint8_t no) {
  return {BPF_JMP | BPF_JGT | BPF_K, yes, no, value};
}

}  // namespace

BpfProgram trunk_program(const std::vector<VlanRange>& ids) {
  BpfProgram program{
      load_byte(kTagIsBeside),      // 0
      if_equal(0, 3, 0),            // no: 5
      load_half(kTagBeside),        // 2
      mask(kIdMask),                // 3
      if_equal(0, 0, 6),            // an id: 11
      load_half(kEtherType),        // 5
      if_equal(ETH_P_8021Q, 2, 0),  // a tag: 9
      if_equal(ETH_P_8021AD, 1, 0),
      verdict(kPass),
      load_half(kTagInside),  // 9
      mask(kIdMask),          // 10
  };
  for (const VlanRange& range : ids) {  // 11
    program.push_back(if_at_least(range.first, 0, 2));
    program.push_back(if_above(range.last, 1, 0));
    program.push_back(verdict(kPass));
  }
  program.push_back(verdict(kDrop));
  return program;
}

}  // namespace patchbay
