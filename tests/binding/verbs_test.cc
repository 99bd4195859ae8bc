#include "binding/verbs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/record.h"
#include "pods.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Verbs : public testing::Test {
 protected:
  Record record() {
    std::string text;
    for (size_t n = 0; n < kMaxRecordLinks; ++n) {
      const auto link = kernel.links.find(record_link_name(kNames.record, n));
      if (link == kernel.links.end()) break;
      text += link->second.state.alias;
    }
    return parse_record(text);
  }
  std::string failure() {
    try {
      add(kernel, call_without_cache(), diagnostics);
    } catch (const Error& error) {
      return error.what();
    }
    return "no failure";
  }

  FakeKernel kernel;
  Diagnostics diagnostics;
};

TEST_F(Verbs, AddWithoutACacheParksWhatTheKernelHas) {
  add_nic(kernel);
  add(kernel, call_without_cache(), diagnostics);
  const Record parked = record();
  EXPECT_THAT(parked.ips,
              ElementsAre(IpPrefix::parse("192.168.0.62/26"), IpPrefix::parse("192.168.7.62/24"),
                          IpPrefix::parse("fd00::62/64")));
  EXPECT_EQ(parked.routes.size(), 2u);
  EXPECT_EQ(parked.backend, "redirect");
  EXPECT_EQ(parked.why, "veth");
  ASSERT_EQ(diagnostics.size(), 2u);
  EXPECT_THAT(diagnostics[0].message, HasSubstr("no cached CNI result in /nonexistent/cache"));
  EXPECT_EQ(diagnostics[1].message, "wired by redirect: veth");
}

TEST_F(Verbs, AddGivesARecordOfBeforeItsOwnerAndChangesNothingElse) {
  add_nic(kernel);
  AttachmentCall call = call_without_cache();
  add(kernel, call, diagnostics);
  EXPECT_EQ(record().wiring.owner, Owner());
  FakeKernel::Links before = kernel.links;
  call.owner = {"blue-net", attachment_mark("c0ffee", "net1")};
  add(kernel, call, diagnostics);
  EXPECT_EQ(record().wiring.owner, call.owner);
  const auto without_record = [](FakeKernel::Links links) {
    std::erase_if(
        links, [](const auto& each) { return each.first.str().starts_with(kNames.record.str()); });
    return links;
  };
  EXPECT_TRUE(without_record(kernel.links) == without_record(before));
  before = kernel.links;
  add(kernel, call, diagnostics);
  EXPECT_TRUE(kernel.links == before);
}

TEST_F(Verbs, AddLeavesASilentNicAndATapUp) {
  add_nic(kernel);
  add(kernel, call_without_cache(), diagnostics);
  const auto& nic = kernel.links.at(kNames.pod);
  EXPECT_THAT(nic.addresses, IsEmpty());
  EXPECT_TRUE(nic.state.up);
  EXPECT_TRUE(nic.state.all_multicast);
  EXPECT_EQ(nic.state.disable_ipv6, true);
  EXPECT_EQ(nic.ingress, (Ingress{{RedirectAll{kNames.tap}}}));
  const auto& tap = kernel.links.at(kNames.tap);
  EXPECT_TRUE(tap.state.up);
  EXPECT_EQ(tap.state.disable_ipv6, true);
  EXPECT_EQ(tap.ingress, (Ingress{{RedirectAll{kNames.pod}}}));
  EXPECT_FALSE(kernel.links.at(kNames.record).state.up);
}

TEST_F(Verbs, WhatIsLentKeepsItsFlags) {
  const auto nic = add_nic(kernel, "").state;
  add(kernel, call_without_cache(), diagnostics);
  EXPECT_FALSE(kernel.links.at(kNames.pod).state.all_multicast);
  EXPECT_EQ(kernel.links.at(kNames.pod).state.multicast, nic.multicast);
  EXPECT_EQ(kernel.links.at(kNames.listener).state.lower, kNames.pod);
  EXPECT_TRUE(record().wiring.lent);
  for (const char* text : {"", "{}"}) {  // DEL finds its way without the record, too
    if (*text != '\0') kernel.links.at(kNames.record).state.alias = text;
    del(kernel, call_without_cache(), diagnostics);
    EXPECT_EQ(kernel.links.size(), 1u);
    add(kernel, call_without_cache(), diagnostics);
  }
}

TEST_F(Verbs, DelPutsTheAddressesBackOnALinkThatIsDown) {
  add_nic(kernel);
  add(kernel, call_without_cache(), diagnostics);
  del(kernel, call_without_cache(), diagnostics);
  ASSERT_EQ(kernel.links.size(), 1u);
  const auto& nic = kernel.links.at(kNames.pod);
  EXPECT_EQ(nic.addresses.size(), 3u);
  EXPECT_FALSE(nic.state.up);
  EXPECT_EQ(nic.state.disable_ipv6, false);
  EXPECT_FALSE(nic.state.all_multicast);
  EXPECT_FALSE(nic.ingress.has_value());
}

// So it waits but once for the kernel, which takes its time over each deletion.
TEST_F(Verbs, DelDeletesAllItsLinksAtOnce) {
  auto& nic = add_nic(kernel);
  for (int n = 1; n < 30; ++n) {
    nic.addresses.push_back({IpPrefix::parse("10.0.0." + std::to_string(n) + "/8"), false, ""});
  }
  AttachmentCall call = call_without_cache();
  call.options.defaults.guard = Guard::kMac;
  add(kernel, call, diagnostics);
  kernel.deletions.clear();
  del(kernel, call, diagnostics);
  ASSERT_EQ(kernel.deletions.size(), 1u);
  EXPECT_THAT(kernel.deletions.front(),
              testing::IsSupersetOf(
                  {kNames.tap, kNames.control, kNames.record, record_link_name(kNames.record, 1)}));
}

TEST_F(Verbs, DelOfNothingDoesNothing) {
  del(kernel, call_without_cache(), diagnostics);
  EXPECT_TRUE(kernel.links.empty());
  add_nic(kernel);
  const auto before = kernel.links;
  del(kernel, call_without_cache(), diagnostics);
  EXPECT_TRUE(kernel.links == before);
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(Verbs, DelDoesAllItCanAndReportsTheFirstFailure) {
  add_nic(kernel);
  add(kernel, call_without_cache(), diagnostics);
  kernel.links.at(kNames.record).state.alias = "{}";
  kernel.links.at(kNames.pod).ingress->filters = {ForeignFilter{}};  // somebody else's by now
  del(kernel, call_without_cache(), diagnostics);
  EXPECT_EQ(kernel.links.size(), 1u);
  EXPECT_TRUE(kernel.links.at(kNames.pod).ingress.has_value());
  EXPECT_THAT(diagnostics.back().where, HasSubstr(kNames.record.str()));
}

TEST_F(Verbs, AddOfADeviceWithoutAnInterfaceGoesByThePciIdOfTheResult) {
  AttachmentCall call = call_without_cache();
  call.prev_result = CniResult{.cni_version = "1.1.0"};
  try {
    add(kernel, call, diagnostics);
    FAIL() << "nobody named a device";
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kNotFound);
    EXPECT_THAT(error.what(), HasSubstr(R"("capabilities": {"deviceID": true})"));
  }
  call.prev_result->interfaces = {{.name = kNames.pod.str(), .pci_id = "0000:3b:02.1"}};
  add(kernel, call, diagnostics);
  EXPECT_EQ(record().backend, "core");
  EXPECT_EQ(record().why, "device 0000:3b:02.1");
}

TEST_F(Verbs, AddNamesTheInterfaceThatIsMissing) {
  EXPECT_THAT(failure(), HasSubstr("network \"blue\": expected the interface pod16477688c0e"));
  kernel.add_link("net1", "veth");
  EXPECT_THAT(failure(), HasSubstr("found net1"));
}

TEST_F(Verbs, AddRefusesLinksAndFiltersOfOthers) {
  add_nic(kernel).ingress = Ingress{{ForeignFilter{}}};
  EXPECT_THAT(failure(), HasSubstr("ingress filters of somebody else"));
  kernel.add_link(kNames.tap.str(), "bridge");
  EXPECT_THAT(failure(), HasSubstr("expected kind tap, found bridge"));
  kernel.delete_links({kNames.tap});
  kernel.make_tap(kNames.tap, {.owner = 0, .group = 107});
  EXPECT_THAT(failure(), HasSubstr("expected owner 107, found 0"));
}

}  // namespace
}  // namespace patchbay
