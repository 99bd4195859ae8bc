// A guest's frames at its port, by the functions that run in the kernel: what is let out bears the
// guest's MAC, what is not for the responder stays as it is, and an answer fits.
#include <cstring>

#include "binding/guest_answers.h"
#include "binding/guest_port.h"
#include "tests/binding/answer_frame.h"
#include "tests/fuzz/plans.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

namespace {

constexpr size_t kEthernet = 14;
constexpr size_t kRoom = 2048;

GuestPort port_of(Guard guard, bool trunk) {
  Attachment blue = fuzz::plan().attachments[0];
  blue.wiring.guard = guard;
  blue.wiring.responder = true;
  if (trunk) blue.wiring.trunk = {{42, 42}};
  blue.wiring.allowed = {IpPrefix::parse("10.9.0.0/16"), IpPrefix::parse("fd00:9::/48")};
  return *guest_port(blue);
}

void judge(const PortRules& rules, const std::string& frame) {
  const int reason = judge_frame(&rules.guard, reinterpret_cast<const __u8*>(frame.data()),
                                 static_cast<__u32>(frame.size()));
  fuzz::expect(reason >= PB_LET_OUT && reason < PB_REASONS);
  if (reason != PB_LET_OUT) return;
  fuzz::expect(frame.size() >= kEthernet &&
               std::memcmp(frame.data() + 6, rules.guard.guest, sizeof rules.guard.guest) == 0);
}

void answer(const PortRules& rules, const std::string& frame, bool partial) {
  std::string room = frame;
  room.resize(kRoom);
  auto length = static_cast<__u32>(frame.size());
  const int verdict = answer_frame(&rules.answers, reinterpret_cast<__u8*>(room.data()), &length,
                                   kRoom, partial ? 1 : 0);
  fuzz::expect(length <= kRoom);
  if (verdict == ANSWER_PASS) fuzz::expect(room.compare(0, length, frame) == 0);
  if (verdict == ANSWER_REPLY) fuzz::expect(length <= kEthernet + 1450);
}

}  // namespace

// The first byte chooses what the frame meets.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const GuestPort mac = port_of(Guard::kMac, false);
  static const GuestPort full = port_of(Guard::kFull, false);
  static const GuestPort trunk = port_of(Guard::kFull, true);
  if (size == 0 || size > kRoom) return 0;
  const std::string frame(fuzz::text_of(data + 1, size - 1));
  for (const GuestPort* port : {&mac, &full, &trunk}) judge(*port->rules, frame);
  answer(*full.rules, frame, (data[0] & 1) != 0);
  return 0;
}
