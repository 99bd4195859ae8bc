// Every kernel call of every verb fails once: an ADD leaves the namespace as it was, a DEL can be
// done again. Or the call is the first that is not made, for somebody kills patchbay-cni, which can
// put nothing back then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "pods.h"

namespace patchbay {
namespace {

struct Beginning {
  std::string name;
  std::function<void(FakeKernel&)> prepare;
  AttachmentCall call = call_without_cache();
};

void do_add(FakeKernel& kernel, const AttachmentCall& call = call_without_cache()) {
  Diagnostics diagnostics;
  add(kernel, call, diagnostics);
}

void do_del(FakeKernel& kernel, const AttachmentCall& call) {
  Diagnostics diagnostics;
  del(kernel, call, diagnostics);
}

AttachmentCall call_with(const NadOptions& options) {
  AttachmentCall call = call_without_cache();
  call.options.defaults = options;
  return call;
}

// As the last plugin of the network's own list.
AttachmentCall chained_call() {
  AttachmentCall call = call_without_cache();
  call.prev_result = CniResult{.cni_version = "1.0.0"};
  call.device_id = "0000:3b:02.1";
  call.mac = Mac::parse("02:00:00:00:00:62");
  return call;
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
      {"device", [](FakeKernel& k) { add_nic(k, "").lro = true; }},
      {"lentVlanDeaf",
       [](FakeKernel& k) {
         add_nic(k, "vlan").state.alias = "eth2.100";
         do_add(k);
         k.change_link(kNames.listener, {.all_multicast = false, .up = false});
       }},
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
         k.delete_links({kNames.tap});
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
      {"bridge", [](FakeKernel& k) { add_nic(k).lro = true; }, call_with({.mode = "bridge"})},
      {"bridgeHalfThere",
       [](FakeKernel& k) {
         add_nic(k);
         do_add(k, call_with({.mode = "bridge"}));
         k.change_link(kNames.tap, {.master = IfName()});
         k.change_link(kNames.pod, {.up = false});
       },
       call_with({.mode = "bridge"})},
      {"trunk", [](FakeKernel& k) { add_nic(k).lro = true; },
       call_with({.multi_queue = true, .trunk = {{{42, 42}}}, .dad = true})},
      {"ipvlan", [](FakeKernel& k) { add_nic(k, "ipvlan"); }},
      {"tap",
       [](FakeKernel& k) { add_nic(k, "tun").state.tun = TunInfo{.tap = true, .owner = 107}; }},
      {"macvtap", [](FakeKernel& k) { add_nic(k, "macvtap"); }},
      {"chained", [](FakeKernel& k) { add_nic(k); }, chained_call()},
      {"chainedDevice", [](FakeKernel&) {}, chained_call()},
  };
  return all;
}

class FailingKernel : public testing::TestWithParam<Beginning> {};

// The number of calls that `verb` makes where nothing fails.
int calls_of(FakeKernel& kernel, const std::function<void()>& verb) {
  kernel.calls = 0;
  verb();
  return kernel.calls;
}

// Nobody can make a filter again whose target is gone.
FakeKernel::Links without_dead_filters(FakeKernel::Links links) {
  for (auto& [name, link] : links) {
    if (link.ingress == Ingress{{RedirectAll{}}}) link.ingress.reset();
  }
  return links;
}

void expect_add_to_restore(const Beginning& beginning) {
  FakeKernel whole;
  beginning.prepare(whole);
  const int calls = calls_of(whole, [&] { do_add(whole, beginning.call); });
  ASSERT_GT(calls, 5);
  for (int k = 1; k <= calls; ++k) {
    FakeKernel kernel;
    beginning.prepare(kernel);
    const FakeKernel::Links before = without_dead_filters(kernel.links);
    kernel.calls = 0;
    kernel.fail_at = k;
    Diagnostics diagnostics;
    EXPECT_THROW(add(kernel, beginning.call, diagnostics), Error) << "call " << k;
    EXPECT_TRUE(without_dead_filters(kernel.links) == before) << "call " << k;
    kernel.fail_at = 0;
    do_add(kernel, beginning.call);
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

void expect_del_to_be_whole_the_second_time(const Beginning& beginning, bool wired) {
  const auto begin = [&](FakeKernel& kernel) {
    beginning.prepare(kernel);
    if (wired) do_add(kernel, beginning.call);
    kernel.calls = 0;
  };
  FakeKernel whole;
  begin(whole);
  const int calls = calls_of(whole, [&] { do_del(whole, beginning.call); });
  for (int k = 1; k <= calls; ++k) {
    FakeKernel kernel;
    begin(kernel);
    kernel.fail_at = k;
    Diagnostics diagnostics;
    EXPECT_THROW(del(kernel, beginning.call, diagnostics), Error) << "call " << k;
    kernel.fail_at = 0;
    do_del(kernel, beginning.call);
    EXPECT_TRUE(kernel.links == whole.links) << "call " << k;
  }
}

TEST_P(FailingKernel, DelIsWholeTheSecondTime) {
  expect_del_to_be_whole_the_second_time(GetParam(), false);
  expect_del_to_be_whole_the_second_time(GetParam(), true);
}

using Verb = void (*)(FakeKernel&, const AttachmentCall&);
using Links = FakeKernel::Links;

Links links_after(const Links& before, Verb verb, const AttachmentCall& call) {
  FakeKernel kernel;
  kernel.links = before;
  verb(kernel, call);
  return kernel.links;
}

// Those after each kill of `verb`, the first before its first call of the kernel.
std::vector<Links> links_after_kills(const Links& before, Verb verb, const AttachmentCall& call) {
  std::vector<Links> all;
  for (int k = 1;; ++k) {
    FakeKernel kernel;
    kernel.links = before;
    kernel.end_at = k;
    try {
      verb(kernel, call);
      return all;
    } catch (const Error&) {
      all.push_back(kernel.links);
    }
  }
}

std::map<IfName, std::optional<Ingress>> ingresses(const Links& links) {
  std::map<IfName, std::optional<Ingress>> all;
  for (const auto& [name, link] : links) all[name] = link.ingress;
  return all;
}

TEST_P(FailingKernel, KilledBeforeAnyCallTheNextEndsRight) {
  FakeKernel before;
  GetParam().prepare(before);
  const AttachmentCall& call = GetParam().call;
  const Links wired = links_after(before.links, do_add, call);
  const Links unwired = links_after(wired, do_del, call);
  // A record that a DEL has half deleted is none: what it alone knew, routes, is gone with it.
  const Links rewired = links_after(unwired, do_add, call);
  std::vector<Links> all = links_after_kills(before.links, do_add, call);
  for (Links& links : links_after_kills(wired, do_del, call)) all.push_back(std::move(links));
  for (size_t kill = 0; kill < all.size(); ++kill) {
    const Links again = links_after(all[kill], do_add, call);
    EXPECT_TRUE(again == wired || again == rewired) << "ADD after kill " << kill;
    EXPECT_EQ(ingresses(links_after(all[kill], do_del, call)), ingresses(unwired))
        << "DEL after kill " << kill;
  }
}

TEST_P(FailingKernel, AddTwiceIsAddOnce) {
  FakeKernel kernel;
  GetParam().prepare(kernel);
  do_add(kernel, GetParam().call);
  const FakeKernel::Links once = kernel.links;
  do_add(kernel, GetParam().call);
  EXPECT_TRUE(kernel.links == once);
}

INSTANTIATE_TEST_SUITE_P(Beginnings, FailingKernel, testing::ValuesIn(beginnings()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace patchbay
