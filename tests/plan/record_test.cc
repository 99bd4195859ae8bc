#include "plan/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"
#include "plan/names.h"
#include "plan/network_plan.h"
#include "plan/pod_state.h"

namespace patchbay {
namespace {

Record sample() {
  Record record;
  record.mac = Mac::parse("02:00:00:00:00:01");
  record.mtu = 1450;
  record.ips = {IpPrefix::parse("192.168.0.62/26"), IpPrefix::parse("fd00::62/64")};
  record.routes = {
      {IpPrefix::parse("0.0.0.0/0"), IpAddress::parse("192.168.0.2"), {}, {}, {}, {}, {}},
      {IpPrefix::parse("10.0.0.0/8"), IpAddress::parse("192.168.0.3"), 100, 1400, 1360, 0, 5}};
  record.dns = {{IpAddress::parse("10.0.0.53")}, {"corp.example"}, {"ndots:2"}};
  record.ipam = "static";
  record.backend = "redirect";
  record.why = "veth";
  return record;
}

TEST(Record, IsTheDocumentedText) {
  Record record = sample();
  record.routes.pop_back();
  record.dns.options.clear();
  EXPECT_EQ(
      to_json(record),
      R"({"v":1,"mac":"02:00:00:00:00:01","mtu":1450,"ips":["192.168.0.62/26","fd00::62/64"],)"
      R"("routes":[{"dst":"0.0.0.0/0","gw":"192.168.0.2"}],)"
      R"("dns":{"nameservers":["10.0.0.53"],"search":["corp.example"]},)"
      R"("ipam":"static","backend":"redirect","why":"veth"})");
}

TEST(Record, RoundTrips) {
  EXPECT_EQ(parse_record(to_json(sample())), sample());
  Record least;
  least.mac = Mac::parse("02:00:00:00:00:01");
  least.backend = "redirect";
  EXPECT_EQ(parse_record(to_json(least)), least);
}

TEST(Record, KnowsItsOwnerOrNone) {
  Record record = sample();
  record.wiring.owner = {"blue-net", "0123456789abcdef"};
  EXPECT_THAT(to_json(record), ::testing::EndsWith(R"(,"owner":{"network":"blue-net",)"
                                                   R"("attachment":"0123456789abcdef"}})"));
  EXPECT_EQ(parse_record(to_json(record)), record);
  for (const std::string owner :
       {R"({"network":"blue-net"})", R"({"network":"","attachment":"0123456789abcdef"})",
        R"({"network":"blue-net","attachment":"0123456789ABCDEF"})",
        R"({"network":"blue-net","attachment":"0123456789abcde"})",
        R"({"network":"blue-net","attachment":"0123456789abcdef","x":1})", R"("blue-net")"}) {
    EXPECT_THROW(parse_record(R"({"v":1,"backend":"redirect","owner":)" + owner + "}"), Error)
        << owner;
  }
}

TEST(Record, RefusesAnotherVersionAndUnknownKeys) {
  try {
    parse_record(R"({"v":2,"mac":"02:00:00:00:00:01","backend":"x"})");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kWrongVersion);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("install the same"));
  }
  EXPECT_THROW(parse_record(R"({"v":1,"mac":"02:00:00:00:00:01","backend":"x","ip":[]})"), Error);
  EXPECT_THROW(parse_record(R"({"v":1,"mac":"02:00:00:00:00:01"})"), Error);
  EXPECT_THROW(parse_record(""), Error);
}

// An old sidecar and a new patchbay-cni, and the other way round.
TEST(Record, OfAnotherVersionOfPatchbayIsTakenOrRefusedWhole) {
  // A key more is a version more: one that came without is refused, not half understood.
  EXPECT_THROW(parse_record(R"({"v":1,"backend":"redirect","later":true})"), Error);
  // Without the keys that came after the first release: what an old patchbay-cni wrote.
  const Record old = parse_record(R"({"v":1,"mac":"02:00:00:00:00:01","backend":"redirect"})");
  EXPECT_EQ(old.wiring, Wiring());
  for (const char* v : {"2", "4294967295"}) {
    try {
      parse_record(R"({"v":)" + std::string(v) + R"(,"anything":[{}],"backend":7})");
      FAIL() << v;
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::kWrongVersion) << "before any other key is looked at";
      EXPECT_EQ(error.where(), "record.v");
      EXPECT_THAT(error.message(), ::testing::HasSubstr("found " + std::string(v)));
    }
  }
  for (const char* v : {"0", "-1", "1.0", "\"1\"", "null", "4294967296"}) {
    EXPECT_THROW(parse_record(R"({"v":)" + std::string(v) + R"(,"backend":"redirect"})"), Error)
        << v;
  }
}

PodState parked(const std::string& text) {
  PodState pod;
  const auto aliases = split_aliases(text);
  for (size_t n = 0; n < aliases.size(); ++n) {
    PodLink link;
    link.name = record_link_name(link_names("blue").record, n);
    link.kind = "dummy";
    link.alias = aliases[n];
    pod.links.push_back(link);
  }
  return pod;
}

TEST(Record, SurvivesAnyLengthThatFits) {
  Record record = sample();
  for (int i = 0; i < 80; ++i) {
    record.routes.push_back({IpPrefix::parse("10." + std::to_string(i) + ".0.0/16"),
                             IpAddress::parse("192.168.0.3"),
                             {},
                             {},
                             {},
                             {},
                             {}});
  }
  const std::string text = to_json(record);
  const PodState pod = parked(text);
  EXPECT_GT(pod.links.size(), 5U);
  for (const PodLink& link : pod.links) EXPECT_LE(link.alias.size(), kAliasBytes);
  EXPECT_EQ(find_record(pod, link_names("blue").record), record);
  EXPECT_EQ(find_record(pod, link_names("red").record), std::nullopt);
}

TEST(Record, IsNeverCut) {
  EXPECT_EQ(split_aliases(std::string(kMaxRecordLinks * kAliasBytes, 'x')).size(), kMaxRecordLinks);
  EXPECT_THROW(split_aliases(std::string(kMaxRecordLinks * kAliasBytes + 1, 'x')), Error);
}

TEST(Record, WithAMissingPartIsAnErrorThatNamesTheLink) {
  Record record = sample();
  record.why = std::string(300, 'w');
  PodState pod = parked(to_json(record));
  pod.links.pop_back();
  try {
    find_record(pod, link_names("blue").record);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), "alias of link pb16477688c0e");
  }
}

TEST(PodState, RoundTrips) {
  PodState pod = parked(to_json(sample()));
  PodLink tap;
  tap.name = IfName::parse("tap16477688c0e");
  tap.kind = "tun";
  tap.mac = Mac::parse("02:00:00:00:00:09");
  tap.mtu = 1450;
  tap.up = true;
  tap.multi_queue = true;
  tap.addresses = {IpPrefix::parse("10.0.0.1/24")};
  tap.routes = sample().routes;
  pod.links.push_back(tap);
  EXPECT_EQ(parse_pod_state(to_json(pod)), pod);
}

TEST(PodState, IsReadFromInspectsOutputWithThePanelBeside) {
  EXPECT_EQ(parse_pod_state(R"({"links": [], "panel": {"namespace": 1, "nics": []}})"), PodState{});
  EXPECT_THROW(parse_pod_state(R"({"links": [], "panels": {}})"), Error);
}

}  // namespace
}  // namespace patchbay
