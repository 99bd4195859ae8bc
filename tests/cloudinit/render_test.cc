// Whatever the plan, whatever the guest: its text in every format parses back to the plan's own
// values, narrowed as cloudinit/README.md says, or it is refused for what the guest can't be told.
#include <gtest/gtest.h>

#include <functional>

#include "cloudinit/network_data.h"
#include "tests/cloudinit/random_plan.h"
#include "tests/cloudinit/read_back.h"

namespace patchbay::cloudinit {
namespace {

class RenderProperty : public testing::TestWithParam<std::tuple<unsigned, Guest>> {
 protected:
  using Test = std::function<void(const NetworkPlan&, const ToldByMac&, const std::string&)>;

  void with_each_plan(Format format, const Test& test) {
    const auto [seed, guest] = GetParam();
    RandomPlan random(seed);
    int rendered = 0;
    for (int round = 0; round < 60; ++round) {
      const NetworkPlan plan = random.make(guest);
      const Wanted wanted(plan, format);
      Diagnostics diagnostics;
      const std::string text = render(plan, format, diagnostics);
      SCOPED_TRACE(to_json(plan) + text);
      ASSERT_EQ(has_errors(diagnostics), wanted.refused());
      Diagnostics again;
      EXPECT_EQ(render(plan, format, again), text);
      if (wanted.refused()) continue;
      ++rendered;
      test(plan, wanted.nics(), text);
      if (HasFailure()) FAIL() << "round " << round;
    }
    EXPECT_GT(rendered, 20);
  }
};

TEST_P(RenderProperty, V2ParsesBackToThePlan) {
  with_each_plan(Format::kV2, [](const NetworkPlan&, const ToldByMac& wanted,
                                 const std::string& text) {
    std::set<std::string> ids;
    EXPECT_EQ(read_v2(text, ids), wanted);
    EXPECT_EQ(ids.size(), wanted.size());
    for (const std::string& id : ids) {
      EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
    }
  });
}

TEST_P(RenderProperty, V1ParsesBackToThePlan) {
  with_each_plan(Format::kV1,
                 [](const NetworkPlan& plan, const ToldByMac& wanted, const std::string& text) {
                   std::set<std::string> ids;
                   EXPECT_EQ(read_v1(text, plan, ids), wanted);
                   EXPECT_EQ(ids.size(), wanted.size());
                 });
}

TEST_P(RenderProperty, NetworkDataParsesBackToThePlan) {
  with_each_plan(Format::kNetworkData,
                 [](const NetworkPlan& plan, const ToldByMac& wanted, const std::string& text) {
                   std::set<std::string> ids;
                   EXPECT_EQ(read_network_data(text, plan, ids), wanted);
                   EXPECT_EQ(ids.size(), wanted.size());
                 });
}

// The list beside the NICs holds every server once more, also of NICs that have no place for one.
TEST_P(RenderProperty, NetworkDataHasAllNameServersAtTheTop) {
  with_each_plan(Format::kNetworkData, [](const NetworkPlan& plan, const ToldByMac& wanted,
                                          const std::string& text) {
    std::multiset<std::string> servers;
    for (const Attachment& attachment : plan.attachments) {
      for (const IpAddress& server : attachment.dns.servers) {
        const auto& told = wanted.at(attachment.mac.to_string()).servers;
        const bool lost = plan.guest == Guest::kWindows && told.count(server.family()) == 0;
        if (!lost) servers.insert(server.to_string());
      }
    }
    std::multiset<std::string> said;
    const Json json = Json::parse(text);
    for (const Json& service : json["services"]) {
      EXPECT_EQ(service["type"], "dns");
      said.insert(service["address"]);
    }
    EXPECT_EQ(said, servers);
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, RenderProperty,
                         testing::Combine(testing::Range(0U, 6U), testing::ValuesIn(kGuests)));

}  // namespace
}  // namespace patchbay::cloudinit
