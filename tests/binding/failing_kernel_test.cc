// Every kernel call of every verb fails once: an ADD leaves the namespace as it was, a DEL can be
// done again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "pods.h"

namespace patchbay {
namespace {

struct Beginning {
  std::string name;
  std::function<void(FakeKernel&)> prepare;
};

void do_add(FakeKernel& kernel) {
  Diagnostics diagnostics;
  add(kernel, call_without_cache(), diagnostics);
}

void do_del(FakeKernel& kernel) {
  Diagnostics diagnostics;
  del(kernel, call_without_cache(), diagnostics);
}

const std::vector<Beginning>& beginnings() {
  static const std::vector<Beginning> all{
      {"fresh", [](FakeKernel& k) { add_nic(k); }},
      {"down",
       [](FakeKernel& k) {
         auto& nic = add_nic(k);
         nic.state.up = false;
         nic.routes.clear();
         nic.addresses.resize(2);
       }},
      {"smallMtu",
       [](FakeKernel& k) {
         add_nic(k);
         k.change_link(kNames.pod, {.mtu = 1000});
       }},
      {"macvlan", [](FakeKernel& k) { add_nic(k, "macvlan"); }},
      {"tapDown",
       [](FakeKernel& k) {
         add_nic(k);
         do_add(k);
         k.change_link(kNames.tap, {.mtu = 1400, .up = false});
       }},
      {"filterGone",
       [](FakeKernel& k) {
         add_nic(k);
         do_add(k);
         k.links[kNames.pod].ingress.reset();
       }},
      {"tapGone",
       [](FakeKernel& k) {
         add_nic(k);
         do_add(k);
         k.delete_link(kNames.tap);
       }},
      {"addressBack",
       [](FakeKernel& k) {
         add_nic(k);
         do_add(k);
         k.add_address(kNames.pod, {IpPrefix::parse("172.16.0.1/12"), false, "late"});
       }},
      {"longRecord",
       [](FakeKernel& k) {
         auto& nic = add_nic(k);
         for (int n = 1; n < 30; ++n) {
           nic.addresses.insert(nic.addresses.begin(),
                                {IpPrefix::parse("10.0.0." + std::to_string(n) + "/8"), false, ""});
         }
         do_add(k);
         k.change_link(kNames.tap, {.up = false});
       }},
  };
  return all;
}

class FailingKernel : public testing::TestWithParam<Beginning> {};

// The number of calls that `verb` makes where nothing fails.
int calls_of(FakeKernel& kernel, const std::function<void(FakeKernel&)>& verb) {
  verb(kernel);
  return kernel.calls;
}

// Nobody can make a filter again whose target is gone.
FakeKernel::Links without_dead_filters(FakeKernel::Links links) {
  for (auto& [name, link] : links) {
    if (link.ingress == Ingress{{IfName()}}) link.ingress.reset();
  }
  return links;
}

void expect_add_to_restore(const Beginning& beginning) {
  FakeKernel whole;
  beginning.prepare(whole);
  whole.calls = 0;
  const int calls = calls_of(whole, do_add);
  ASSERT_GT(calls, 15);
  for (int k = 1; k <= calls; ++k) {
    FakeKernel kernel;
    beginning.prepare(kernel);
    const FakeKernel::Links before = without_dead_filters(kernel.links);
    kernel.calls = 0;
    kernel.fail_at = k;
    Diagnostics diagnostics;
    EXPECT_THROW(add(kernel, call_without_cache(), diagnostics), Error) << "call " << k;
    EXPECT_TRUE(without_dead_filters(kernel.links) == before) << "call " << k;
    kernel.fail_at = 0;
    do_add(kernel);
    EXPECT_TRUE(kernel.links == whole.links) << "ADD again after call " << k;
  }
}

TEST_P(FailingKernel, AddLeavesTheNamespaceAsItWas) { expect_add_to_restore(GetParam()); }

// It has to be taken away for the new record to be read, and to be put back where ADD fails.
TEST(StaleRecord, AddPutsBackALinkThatContinuedAnotherRecord) {
  expect_add_to_restore({"stale", [](FakeKernel& k) {
                           add_nic(k);
                           do_add(k);
                           k.add_link(kNames.record.str() + "a", "dummy").state.alias = "stale";
                         }});
}

TEST_P(FailingKernel, DelIsWholeTheSecondTime) {
  FakeKernel whole;
  GetParam().prepare(whole);
  whole.calls = 0;
  const int calls = calls_of(whole, do_del);
  for (int k = 1; k <= calls; ++k) {
    FakeKernel kernel;
    GetParam().prepare(kernel);
    kernel.calls = 0;
    kernel.fail_at = k;
    Diagnostics diagnostics;
    EXPECT_THROW(del(kernel, call_without_cache(), diagnostics), Error) << "call " << k;
    kernel.fail_at = 0;
    do_del(kernel);
    EXPECT_TRUE(kernel.links == whole.links) << "call " << k;
  }
}

TEST_P(FailingKernel, AddTwiceIsAddOnce) {
  FakeKernel kernel;
  GetParam().prepare(kernel);
  do_add(kernel);
  const FakeKernel::Links once = kernel.links;
  do_add(kernel);
  EXPECT_TRUE(kernel.links == once);
}

INSTANTIATE_TEST_SUITE_P(Beginnings, FailingKernel, testing::ValuesIn(beginnings()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace patchbay
