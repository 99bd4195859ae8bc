// What both tests of the responder's answers need: it is asked by the functions that run in the
// kernel (answer_frame.h), with answers made of a plan's values.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer_frame.h"
#include "binding/guest_answers.h"
#include "binding/wire_bytes.h"

namespace patchbay {

inline const Mac kGuest = Mac::parse("02:00:00:00:00:62");

inline IpAddress ip(std::string_view text) { return IpAddress::parse(text); }
inline Route route(std::string_view to, std::string_view via) {
  Route made{IpPrefix::parse(to), {}, {}, {}, {}, {}, {}};
  if (!via.empty()) made.via = ip(via);
  return made;
}

inline Attachment attachment(const std::vector<std::string>& addresses,
                             std::vector<Route> routes = {}) {
  Attachment made;
  made.network = "blue";
  made.mac = kGuest;
  made.mtu = 1450;
  for (const std::string& each : addresses) made.addresses.push_back({IpPrefix::parse(each)});
  made.routes = std::move(routes);
  return made;
}

inline pb_answers answers_of(const Attachment& made) {
  Diagnostics diagnostics;
  const pb_answers answers = answers_for(made, "", diagnostics);
  EXPECT_THAT(diagnostics, ::testing::IsEmpty());
  return answers;
}

inline std::string text_of(std::string_view bytes, size_t at, Family family) {
  return IpAddress::from_bytes(family, bytes.data() + at).to_string();
}
inline size_t number_at(std::string_view bytes, size_t at, size_t length) {
  size_t number = 0;
  for (const char byte : bytes.substr(at, length)) {
    number = number << 8 | static_cast<uint8_t>(byte);
  }
  return number;
}

// RFC 1071, over what is there: 0 where the checksum in it is right.
inline uint16_t checksum_over(const std::string& bytes) {
  size_t sum = 0;
  for (size_t at = 0; at < bytes.size(); at += 2) {
    sum += number_at(bytes + std::string(1, '\0'), at, 2);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

struct Answer {
  int verdict = ANSWER_PASS;
  std::string frame;
};

inline Answer ask(const pb_answers& answers, std::string frame, bool partial = false) {
  auto length = static_cast<__u32>(frame.size());
  frame.resize(2048);
  Answer answer;
  answer.verdict = answer_frame(&answers, reinterpret_cast<__u8*>(frame.data()), &length,
                                static_cast<__u32>(frame.size()), partial);
  frame.resize(length);
  answer.frame = std::move(frame);
  return answer;
}

// Frames such as `good`, damaged at random, the same in every run: they harm nothing, and how many
// are answered all the same.
inline int replies_to_damaged(const std::vector<std::string>& good) {
  const pb_answers answers = answers_of(attachment({"192.168.0.62/26", "fd00::62/64"}));
  std::mt19937 random(8);  // NOLINT(cert-msc51-cpp): the same damage in every run
  int replies = 0;
  for (int i = 0; i < 100000; ++i) {
    std::string frame = good[random() % good.size()];
    for (unsigned hits = random() % 4; hits > 0; --hits) {
      frame[random() % frame.size()] = static_cast<char>(random());
    }
    frame.resize(random() % 3 == 0 ? random() % (frame.size() + 1) : frame.size());
    const Answer answer = ask(answers, frame, random() % 2 == 0);
    EXPECT_LE(answer.frame.size(), 14U + 1450U);
    if (answer.verdict == ANSWER_REPLY) ++replies;
    if (answer.verdict == ANSWER_PASS) {
      EXPECT_EQ(answer.frame, frame);
    }
  }
  return replies;
}

}  // namespace patchbay
