// The judge of the program is the kernel itself: the program is put on a socket, where its value is
// how many bytes of a datagram are let through: all for TC_ACT_UNSPEC (-1), two for TC_ACT_SHOT.
// There a tag is always among the bytes; tags beside them are in tests/netns/trunk_test.py.
#include "binding/vlan_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "binding/traffic_control.h"

namespace patchbay {
namespace {

class Trunk {
 public:
  explicit Trunk(const std::vector<VlanRange>& ids) {
    BpfProgram program = trunk_program(ids);
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
    const sock_fprog attached{static_cast<uint16_t>(program.size()),
                              reinterpret_cast<sock_filter*>(program.data())};
    EXPECT_EQ(setsockopt(ends_[1], SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached), 0);
  }
  ~Trunk() {
    for (const int end : ends_) close(end);
  }
  Trunk(const Trunk&) = delete;
  Trunk& operator=(const Trunk&) = delete;

  // `rest` begins with the EtherType.
  bool passes(const std::string& rest) const {
    const std::string frame = std::string(12, '\2') + rest + std::string(46, '\0');
    EXPECT_EQ(send(ends_[0], frame.data(), frame.size(), 0), static_cast<ssize_t>(frame.size()));
    std::array<char, 128> received{};
    const ssize_t size = recv(ends_[1], received.data(), received.size(), 0);
    EXPECT_TRUE(size == TC_ACT_SHOT || size == static_cast<ssize_t>(frame.size())) << size;
    return size != TC_ACT_SHOT;
  }
  bool passes(uint16_t tag_type, int id, int priority = 0) const {
    const int tag = priority << 13 | id;
    return passes({static_cast<char>(tag_type >> 8), static_cast<char>(tag_type),
                   static_cast<char>(tag >> 8), static_cast<char>(tag), '\x08', '\0'});
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

constexpr uint16_t kCustomerTag = 0x8100, kServiceTag = 0x88a8;
const std::vector<VlanRange> kIds{{42, 42}, {100, 199}, {4094, 4094}};

TEST(TrunkProgram, PassesExactlyTheListedIds) {
  const Trunk trunk(kIds);
  for (int id = 1; id < 4096; ++id) {
    const bool listed = id == 42 || (id >= 100 && id <= 199) || id == 4094;
    EXPECT_EQ(trunk.passes(kCustomerTag, id), listed) << id;
    EXPECT_EQ(trunk.passes(kServiceTag, id), listed) << id;
  }
}

TEST(TrunkProgram, LooksAtNoOtherBitOfTheTag) {
  const Trunk trunk(kIds);
  for (int priority = 0; priority < 8; ++priority) {
    EXPECT_TRUE(trunk.passes(kCustomerTag, 42, priority));
    EXPECT_FALSE(trunk.passes(kCustomerTag, 43, priority));
  }
}

TEST(TrunkProgram, PassesWhatHasNoTag) {
  const Trunk trunk(kIds);
  for (const char* rest : {"\x08\x06", "\x86\xdd", "\x88\xcc", "\x91\x11", "\x88\xb5"}) {
    EXPECT_TRUE(trunk.passes(rest));
  }
}

TEST(TrunkProgram, PassesNoIdWhereNoneIsListed) {
  const Trunk trunk({});
  EXPECT_FALSE(trunk.passes(kCustomerTag, 1));
  EXPECT_TRUE(trunk.passes("\x08\x06"));
}

TEST(TrunkProgram, TheLongestFitsOneMessage) {
  std::vector<VlanRange> ids;
  for (size_t n = 0; n < kMaxTrunkRanges; ++n) {
    ids.push_back({static_cast<uint16_t>(2 * n + 1), static_cast<uint16_t>(2 * n + 1)});
  }
  EXPECT_NO_THROW(add_judge_request(1, 1, trunk_program(ids)));
  const Trunk trunk(ids);
  EXPECT_TRUE(trunk.passes(kCustomerTag, ids.back().first));
  EXPECT_FALSE(trunk.passes(kCustomerTag, ids.back().first - 1));
}

}  // namespace
}  // namespace patchbay
