#include "binding/filter_decode.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

#include "binding/traffic_control.h"

namespace patchbay {
namespace {

constexpr int kLink = 3;
constexpr int kTarget = 7;
constexpr uint32_t kSomeHandle = 0x80000800;
const BpfProgram kDropAll{{BPF_RET | BPF_K, 0, 0, TC_ACT_SHOT}};

// What is asked for has the shape of what is told, but for the handle, which the kernel gives.
std::optional<DecodedFilter> decode(const NetlinkMessage& request, uint32_t handle = kSomeHandle) {
  static_cast<tcmsg*>(nlmsg_data(nlmsg_hdr(request.get())))->tcm_handle = handle;
  return decode_filter(*nlmsg_hdr(request.get()));
}

template <typename PutOptions>
NetlinkMessage filter(std::string_view kind, PutOptions&& put_options) {
  NetlinkMessage message(RTM_NEWTFILTER, 0);
  message.header(tcmsg{}).string(TCA_KIND, kind).nest(TCA_OPTIONS, put_options);
  return message;
}

TEST(DecodeFilter, OurRequestsAreWhatTheyAskFor) {
  const auto redirect = decode(add_redirect_request(kLink, 1, kTarget));
  ASSERT_TRUE(redirect);
  EXPECT_EQ(redirect->filter, IngressFilter{RedirectAll{}});
  EXPECT_EQ(redirect->to, static_cast<uint32_t>(kTarget));
  const auto judge = decode(add_judge_request(kLink, 1, kDropAll));
  ASSERT_TRUE(judge);
  EXPECT_EQ(judge->filter, IngressFilter{JudgeFrames{kDropAll}});
  constexpr int kProgram = 5;
  const auto copy = decode(add_dhcp_answers_request(kLink, 1, kProgram, kTarget));
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->filter, IngressFilter{CopyDhcpAnswers{}});
  EXPECT_EQ(copy->to, static_cast<uint32_t>(kTarget));
}

TEST(DecodeFilter, HeadsOfPrioritiesAndHashTablesAreNone) {
  EXPECT_FALSE(decode(add_redirect_request(kLink, 1, kTarget), 0));
  EXPECT_FALSE(decode(filter("u32", [](NetlinkMessage& o) { o.u32(TCA_U32_DIVISOR, 1); })));
}

TEST(DecodeFilter, WhatDoesSomethingElseIsForeign) {
  const IngressFilter foreign = ForeignFilter{};
  const auto nothing = [](NetlinkMessage&) {};
  EXPECT_EQ(decode(filter("matchall", nothing))->filter, foreign);
  EXPECT_EQ(decode(filter("u32", nothing))->filter, foreign);
  EXPECT_EQ(decode(filter("bpf", nothing))->filter, foreign);
  const auto classifier = [](NetlinkMessage& o) {
    o.bytes(TCA_BPF_OPS, kDropAll.data(), sizeof(BpfInstruction));
  };
  EXPECT_EQ(decode(filter("bpf", classifier))->filter, foreign);
  const auto with_action = [&](NetlinkMessage& o) {
    classifier(o);
    o.u32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT).nest(TCA_BPF_ACT, nothing);
  };
  EXPECT_EQ(decode(filter("bpf", with_action))->filter, foreign);
  const auto extended = [](NetlinkMessage& o) {
    o.u32(TCA_BPF_ID, 1).u32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
  };
  EXPECT_EQ(decode(filter("bpf", extended))->filter, foreign);
}

TEST(DecodeIngressKind, OnlyOfTheLinkAndPlaceAskedFor) {
  const NetlinkMessage request = add_ingress_request(kLink);
  EXPECT_EQ(decode_ingress_kind(*nlmsg_hdr(request.get()), kLink), "ingress");
  EXPECT_FALSE(decode_ingress_kind(*nlmsg_hdr(request.get()), kLink + 1));
}

}  // namespace
}  // namespace patchbay
