// Whatever the user wrote: not a byte of it is lost, what was added is found on reading again, and
// nothing throws. Drawn from fixed seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "cloudinit/merge.h"
#include "cloudinit/network_data_text.h"
#include "cloudinit/user_data_updates.h"
#include "cloudinit/v1_text.h"
#include "cloudinit/v2_text.h"
#include "tests/cloudinit/random_plan.h"

namespace patchbay::cloudinit {
namespace {

using testing::IsEmpty;

Spliced with_network_updates(std::string_view text) {
  return UserData(text).with_network_updates();
}

std::string mac_of(int n) { return "02:00:00:00:00:" + std::to_string(10 + n); }

class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}

  int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }
  bool coin() { return below(2) == 0; }
  std::string one_of(const std::vector<std::string>& texts) {
    return texts[static_cast<size_t>(below(static_cast<int>(texts.size())))];
  }

 private:
  std::mt19937 engine_;  // the same everywhere, unlike the distributions
};

// A networkData that people could have written, its NICs matched by MAC, in a style drawn at
// random.
class Writer {
 public:
  explicit Writer(Draw& draw)
      : draw_(draw), step_(1 + draw.below(5)), dash_(draw.coin() ? step_ : 0) {}

  std::string v2() {
    head(2);
    const int nics = draw_.below(4);
    if (nics == 0) {
      if (draw_.coin()) line("ethernets: " + draw_.one_of({"{}", "{ }", "", "# none"}));
    } else {
      line(draw_.one_of({"ethernets:", "\"ethernets\":", "ethernets: &all", "ethernets:  # x"}));
      deeper([&] {
        for (int n = 0; n < nics; ++n) v2_nic(n);
      });
    }
    if (draw_.coin()) line("renderer: networkd");
    return done();
  }

  std::string v1() {
    head(1);
    const int nics = draw_.below(4);
    line(nics == 0 ? draw_.one_of({"config: []", "config:", "config: # none"}) : "config:");
    column_ += dash_;
    for (int n = 0; n < nics; ++n) {
      noise();
      const std::string name = "name: n" + std::to_string(n);
      const std::string mac = "mac_address: \"" + mac_of(n) + "\"";
      if (draw_.coin()) {
        line("- {type: physical, " + name + ", " + mac + "}");
      } else {
        line("- type: physical");
        line("  " + name);
        line("  " + mac);
      }
    }
    column_ -= dash_;
    return done();
  }

  std::string json() {
    const std::string gap = draw_.one_of({"", " ", "\n", "\n  ", "\r\n\t"});
    const std::string inner = draw_.one_of({"", " ", gap + "    "});
    std::string links;
    for (int n = draw_.below(3); n > 0; --n) {
      links += (links.empty() ? gap : "," + gap) + "{" + inner + "\"id\": \"n" + std::to_string(n) +
               "\"," + inner + "\"ethernet_mac_address\": \"" + mac_of(n) + "\"}";
    }
    std::string text = "{" + gap + "\"links\": [" + links + gap + "]";
    if (draw_.coin()) text += "," + gap + "\"networks\":[" + gap + "]";
    if (draw_.coin()) text += "," + gap + "\"x\": \"]}[{\\\"\"";
    return text + gap + "}";
  }

 private:
  void head(int version) {
    if (draw_.coin()) line(draw_.one_of({"---", "# mine", "%YAML 1.1\n---"}));
    if (draw_.coin()) {
      line(draw_.one_of({"network:", "network: &net", "'network':"}));
      column_ = step_;
    }
    line("version: " + std::to_string(version));
  }

  template <typename Write>
  void deeper(const Write& write) {
    column_ += step_;
    write();
    column_ -= step_;
  }

  void v2_nic(int n) {
    noise();
    const std::string id = draw_.coin() ? "n" + std::to_string(n) : "'n" + std::to_string(n) + "'";
    if (draw_.coin()) {
      line(id + ": {match: {macaddress: '" + mac_of(n) + "'}, dhcp4: true}");
      return;
    }
    line(id + ":");
    deeper([&] {
      line("match: {macaddress: \"" + mac_of(n) + "\"}");
      if (draw_.coin()) line("description: |\n" + std::string(40, ' ') + "ethernets:");
      if (draw_.coin()) return;
      line("addresses:");
      column_ += dash_;
      line("- 10.0.0.1/8");
      column_ -= dash_;
    });
  }

  void noise() {
    if (draw_.below(3) == 0) text_ += draw_.one_of({"\n", "# at the margin\n", "   # inside: {\n"});
  }

  void line(const std::string& text) {
    text_ += std::string(static_cast<size_t>(column_), ' ') + text + "\n";
  }

  std::string done() {
    if (draw_.below(4) == 0) text_ += draw_.one_of({"...\n", "# end", "\n\n"});
    if (draw_.below(4) == 0) text_.pop_back();
    if (draw_.coin()) return text_;
    std::string dos;
    for (const char c : text_) dos += c == '\n' ? "\r\n" : std::string{c};
    return dos;
  }

  Draw& draw_;
  int step_;
  int dash_;
  int column_ = 0;
  std::string text_;
};

std::string draw_text(Draw& draw) {
  Writer writer(draw);
  const int form = draw.below(3);
  return form == 0 ? writer.v1() : form == 1 ? writer.v2() : writer.json();
}

// The result with our insertions taken out again.
std::string without_ours(const Spliced& result) {
  std::string users;
  size_t done = 0;
  for (const Insertion& insertion : result.insertions) {
    const size_t theirs = insertion.offset - users.size();
    users += result.text.substr(done, theirs);
    done += theirs;
    EXPECT_EQ(result.text.substr(done, insertion.text.size()), insertion.text);
    done += insertion.text.size();
  }
  return users + result.text.substr(done);
}

NicText our_nic(const std::string& id, const std::string& mac, UserForm form) {
  return {id,
          form == UserForm::kV1
              ? "- {type: physical, name: \"" + id + "\", mac_address: \"" + mac +
                    "\", subnets: [{type: static, address: \"192.168.0.62/26\"}]}"
              : id + ": {match: {macaddress: \"" + mac + "\"}, addresses: [\"192.168.0.62/26\"]}",
          R"({"id":")" + id + R"(","type":"phy","ethernet_mac_address":")" + mac + R"("})",
          {R"({"link":")" + id + R"(","type":"ipv4","ip_address":"192.168.0.62/26"})"}};
}

Spliced merged(const std::string& text) {
  const UserNetworkData user = read_user_network_data(text);
  std::vector<std::string> taken = user.ids;
  std::vector<NicText> ours;
  for (const char* mac : {"02:00:00:00:00:aa", "02:00:00:00:00:bb"}) {
    ours.push_back(our_nic(free_id("blue", taken), mac, user.form));
  }
  return merge_network_data(text, user, ours);
}

// The lines move; all else of the user's NICs stays, behind ours.
void expect_all_nics(const std::string& before, const Spliced& after) {
  std::vector<UserNic> users = read_user_network_data(before).nics;
  std::vector<UserNic> all = read_user_network_data(after.text).nics;
  ASSERT_EQ(all.size(), users.size() + 2) << before;
  EXPECT_EQ(all[0].mac, Mac::parse("02:00:00:00:00:aa")) << before;
  EXPECT_EQ(all[1].mac, Mac::parse("02:00:00:00:00:bb")) << before;
  EXPECT_EQ(all[1].addresses.size(), 1U) << before;
  for (size_t i = 0; i < users.size(); ++i) {
    users[i].line = all[i + 2].line = 0;
    EXPECT_EQ(all[i + 2], users[i]) << before;
  }
}

TEST(MergeProperty, WhatPeopleWriteIsMergedWholly) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Draw draw(seed);
    const std::string text = draw_text(draw);
    const Spliced result = merged(text);
    ASSERT_THAT(result.problem, IsEmpty()) << seed << ":\n" << text;
    ASSERT_EQ(without_ours(result), text);
    expect_all_nics(text, result);
    if (HasFailure()) FAIL() << seed << ":\n" << result.text;
  }
}

Format format_of(UserForm form) {
  return form == UserForm::kV1   ? Format::kV1
         : form == UserForm::kV2 ? Format::kV2
                                 : Format::kNetworkData;
}

// The NICs of a plan, as hand_over() puts them beside the user's.
TEST(MergeProperty, EveryPlanIsMergedIntoWhatPeopleWrite) {
  for (unsigned seed = 0; seed < 700; ++seed) {
    Draw draw(seed);
    const std::string text = draw_text(draw);
    const UserNetworkData user = read_user_network_data(text);
    const NetworkPlan plan = RandomPlan(seed).make(kGuests[seed % kGuests.size()]);
    Diagnostics diagnostics;
    std::vector<std::string> taken = user.ids;
    std::vector<NicText> ours;
    const std::vector<GuestNic> nics = guest_nics(plan, format_of(user.form), diagnostics);
    for (GuestNic nic : nics) {
      nic.id = free_id(nic.id, taken);
      const NetworkDataParts parts = network_data_parts(nic, plan.guest);
      ours.push_back({nic.id,
                      user.form == UserForm::kV1 ? v1_snippet(nic) : v2_snippet(nic, plan.guest),
                      parts.link, parts.networks});
    }
    const Spliced result = merge_network_data(text, user, ours);
    ASSERT_THAT(result.problem, IsEmpty()) << seed << ":\n" << text;
    ASSERT_EQ(without_ours(result), text);
    const std::vector<UserNic> all = read_user_network_data(result.text).nics;
    ASSERT_EQ(all.size(), user.nics.size() + nics.size()) << result.text;
    for (size_t i = 0; i < nics.size(); ++i) {
      ASSERT_EQ(all[i].mac, nics[i].mac) << result.text;
      ASSERT_EQ(all[i].addresses.size(), nics[i].addresses.size()) << result.text;
    }
  }
}

std::string damaged(std::string text, Draw& draw) {
  static const std::vector<std::string> kPieces{
      "\n",      " ",      "  ",    "\t",   "- ", ": ",           "&a ",         "*a",
      "<<",      "{",      "}",     "[",    "]",  "\"",           "'",           "|\n",
      "#",       "---\n",  "...\n", "\r",   "? ", "!!map ",       "~",           "ethernets:",
      "config:", "a: b\n", ",",     "\xff", "%",  "\xef\xbb\xbf", "\xe2\x80\xa8"};
  for (int cuts = 1 + draw.below(4); cuts > 0; --cuts) {
    const auto at = static_cast<size_t>(draw.below(static_cast<int>(text.size()) + 1));
    if (draw.coin()) text.erase(at, static_cast<size_t>(draw.below(6)));
    if (draw.coin()) text.insert(std::min(at, text.size()), draw.one_of(kPieces));
  }
  return text;
}

TEST(MergeProperty, WhatIsDamagedLosesNothing) {
  int merges = 0;
  for (unsigned seed = 0; seed < 2500; ++seed) {
    Draw draw(seed);
    const std::string text = damaged(draw_text(draw), draw);
    const Spliced result = merged(text);
    ASSERT_EQ(without_ours(result), text) << seed;
    EXPECT_NE(result.problem.empty(), result.insertions.empty()) << seed;
    if (result.insertions.empty()) continue;
    ++merges;
    expect_all_nics(text, result);
    if (HasFailure()) FAIL() << seed << ":\n" << result.text;
  }
  EXPECT_GT(merges, 300);
  EXPECT_LT(merges, 2200);
}

TEST(MergeProperty, UserDataLosesNothing) {
  int changed = 0;
  for (unsigned seed = 0; seed < 1200; ++seed) {
    Draw draw(seed);
    const std::string header = draw.one_of({"#cloud-config\n", "#cloud-config\r\n", "", "\n"});
    const std::string text = damaged(header + draw_text(draw), draw);
    const Spliced result = with_network_updates(text);
    ASSERT_EQ(without_ours(result), text) << seed;
    EXPECT_THAT(UserData(text).network_files(), IsEmpty()) << seed;
    if (result.insertions.empty()) continue;
    ++changed;
    EXPECT_EQ(with_network_updates(result.text).problem, "it has \"updates\" of its own") << seed;
  }
  EXPECT_GT(changed, 100);
}

TEST(MergeProperty, GarbageNeverThrows) {
  for (unsigned seed = 0; seed < 1200; ++seed) {
    Draw draw(seed);
    std::string text = draw.one_of({"", "version: 2\n", "#cloud-config\n", "{\"links\": ["});
    for (int size = draw.below(60); size > 0; --size) {
      text += draw.coin() ? static_cast<char>(draw.below(256))
                          : "{}[]:-,&*!|>'\"%@`\n #?"[draw.below(22)];
    }
    ASSERT_EQ(without_ours(merged(text)), text);
    ASSERT_EQ(without_ours(with_network_updates(text)), text);
  }
}

}  // namespace
}  // namespace patchbay::cloudinit
