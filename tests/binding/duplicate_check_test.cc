#include "binding/duplicate_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pods.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const IpAddress kFour = IpAddress::parse("192.168.0.62");
const IpAddress kSix = IpAddress::parse("fd00::62");
const Mac kGuest = Mac::parse("02:00:00:00:00:62");
const Mac kSquatter = Mac::parse("6e:b7:2c:74:3b:b5");

class DuplicateCheck : public testing::Test {
 protected:
  DuplicateCheck() {
    attachment.network = kNetwork;
    attachment.pod_interface = kNames.pod;
    attachment.mac = kGuest;
    attachment.addresses = {{IpPrefix::parse("192.168.0.62/26")}, {IpPrefix::parse("fd00::62/64")}};
  }
  void check(bool mac_spoof_check = false) {
    const auto nic = kernel.read_link(kNames.pod);
    refuse_duplicates(kernel, attachment, *nic, mac_spoof_check, diagnostics);
  }
  Error failure() {
    try {
      check();
    } catch (const Error& error) {
      return error;
    }
    return {Errc::kInternal, "no failure"};
  }

  FakeKernel kernel;
  Attachment attachment;
  Diagnostics diagnostics;
};

TEST_F(DuplicateCheck, AsksForAllAddressesAtOnce) {
  add_nic(kernel);
  check();
  EXPECT_THAT(kernel.probes, ElementsAre(AddressProbe{kNames.pod, {kFour, kSix}, kGuest, false}));
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(DuplicateCheck, AsksNobodyWithoutAnAddress) {
  add_nic(kernel, "ipvlan");
  attachment.addresses.clear();
  check();
  EXPECT_THAT(kernel.probes, IsEmpty());
}

TEST_F(DuplicateCheck, NamesNetworkAddressesAndMacs) {
  add_nic(kernel);
  kernel.claims = {{kFour, kSquatter}, {kSix, kSquatter}};
  const Error error = failure();
  EXPECT_EQ(error.errc(), Errc::kConflict);
  EXPECT_EQ(error.where(), kNames.pod.str());
  EXPECT_THAT(error.message(), HasSubstr("network \"blue\""));
  EXPECT_THAT(error.message(),
              HasSubstr("192.168.0.62 by 6e:b7:2c:74:3b:b5, fd00::62 by 6e:b7:2c:74:3b:b5"));
  EXPECT_THAT(error.message(), HasSubstr("take the address away"));
}

TEST_F(DuplicateCheck, ComesFromTheGuestsMacWhereNoOtherPasses) {
  add_nic(kernel);
  check(true);
  ASSERT_EQ(kernel.probes.size(), 1u);
  EXPECT_TRUE(kernel.probes[0].only_guest_passes);
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].severity, Severity::kNote);
  EXPECT_EQ(diagnostics[0].network, "blue");
  EXPECT_THAT(diagnostics[0].message, HasSubstr("macspoofchk"));
}

TEST_F(DuplicateCheck, RefusesWhereNoAnswerCouldComeBack) {
  for (const std::string kind : {"ipvlan", "ipvtap", "tun"}) {
    add_nic(kernel, kind);
    const Error error = failure();
    EXPECT_EQ(error.errc(), Errc::kUnsupported) << kind;
    EXPECT_THAT(error.message(), HasSubstr("\"blue\": can't look for duplicate addresses on "));
    EXPECT_THAT(error.message(), HasSubstr("take \"dad\" out"));
  }
  EXPECT_THAT(kernel.probes, IsEmpty());
}

class AddWithDad : public DuplicateCheck {
 protected:
  void add_it() { add(kernel, call, diagnostics); }

  AttachmentCall call = [] {
    AttachmentCall with_dad = call_without_cache();
    with_dad.options.defaults.dad = true;
    return with_dad;
  }();
};

TEST_F(AddWithDad, AsksOnceBeforeItWires) {
  add_nic(kernel);
  add_it();
  ASSERT_EQ(kernel.probes.size(), 1u);
  EXPECT_EQ(kernel.probes[0].addresses.size(), 3u);
  kernel.claims = {{kFour, kSquatter}};  // the guest may run and answer by now
  add_it();
  kernel.delete_links({kNames.tap});
  add_it();
  EXPECT_EQ(kernel.probes.size(), 1u);
}

TEST_F(AddWithDad, LeavesThePodAsItWasWhereSomebodyAnswers) {
  add_nic(kernel);
  kernel.claims = {{kFour, kSquatter}};
  const auto before = kernel.links;
  EXPECT_THROW(add_it(), Error);
  EXPECT_TRUE(kernel.links == before);
}

TEST_F(AddWithDad, AsksNobodyByDefault) {
  add_nic(kernel);
  call.options.defaults.dad = false;
  add_it();
  EXPECT_THAT(kernel.probes, IsEmpty());
}

}  // namespace
}  // namespace patchbay
