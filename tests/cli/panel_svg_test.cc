#include "cli/panel_svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "cli/panel_words.h"
#include "cli/svg.h"
#include "panels.h"

namespace patchbay::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Text {
  double left;
  double right;
  double base;
  double size;
  std::string words;
};

std::string unescaped(std::string text) {
  for (const auto& [from, to] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}}) {
    text = std::regex_replace(text, std::regex(from), to);
  }
  return text;
}

// With a font a little wider than the picture reckons with.
std::vector<Text> texts_of(const std::string& svg) {
  static const std::regex kText(
      "<text class=\"[^\"]*\" x=\"([^\"]*)\" y=\"([^\"]*)\" font-size=\"([^\"]*)\""
      "( text-anchor=\"([a-z]*)\")?>([^<]*)</text>");
  std::vector<Text> texts;
  for (std::sregex_iterator at(svg.begin(), svg.end(), kText), end; at != end; ++at) {
    const std::smatch& match = *at;
    Text text{
        .base = std::stod(match[2]), .size = std::stod(match[3]), .words = unescaped(match[6])};
    const double width = text_width(text.words, text.size) * 1.01;
    const std::string anchor = match[5];
    const double share = anchor == "middle" ? 0.5 : anchor == "end" ? 1 : 0;
    text.left = std::stod(match[1]) - width * share;
    text.right = text.left + width;
    texts.push_back(std::move(text));
  }
  return texts;
}

std::pair<double, double> size_of(const std::string& svg) {
  std::smatch match;
  EXPECT_TRUE(std::regex_search(svg, match, std::regex("viewBox=\"0 0 ([0-9.]+) ([0-9.]+)\"")));
  return {std::stod(match[1]), std::stod(match[2])};
}

bool overlap(const Text& one, const Text& other) {
  const double gap = std::min(one.size, other.size) * 0.75;
  return one.left < other.right && other.left < one.right && std::abs(one.base - other.base) < gap;
}

// No text leaves the picture or lies on another.
void expect_room(const std::string& svg) {
  const auto [width, height] = size_of(svg);
  const std::vector<Text> texts = texts_of(svg);
  size_t count = 0;
  for (size_t at = svg.find("<text"); at != std::string::npos; at = svg.find("<text", at + 1))
    ++count;
  EXPECT_EQ(texts.size(), count);
  for (size_t i = 0; i < texts.size(); ++i) {
    const Text& text = texts[i];
    EXPECT_TRUE(text.left >= 0 && text.right <= width && text.base - text.size >= 0 &&
                text.base + text.size * 0.25 <= height)
        << text.words;
    for (size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(overlap(text, texts[j])) << text.words << " on " << texts[j].words;
    }
  }
}

TEST(PanelSvg, HasAllNamesAndAddressesInTheirPlaces) {
  for (const size_t nics : {0U, 1U, 3U, 31U}) {
    PanelSources sources = sources_with(nics);
    const Panel panel = make_panel(sources);
    const std::string svg = panel_svg(panel);
    expect_room(svg);
    for (const PanelNic& nic : panel.nics) {
      for (const std::string& name :
           {nic.network, nic.names.tap.str(), nic.names.pod.str(), nic.mac.to_string(),
            nic.far.link->state.name.str(), addresses_of(nic)[0], addresses_of(nic)[1]}) {
        EXPECT_THAT(svg, HasSubstr(">" + name + "<"));
      }
    }
  }
}

TEST(PanelSvg, HasRoomForTheLongest) {
  PanelSources sources = sources_with(1);
  const LinkNames names = link_names("net-1");
  std::erase_if(sources.pod.links, [](const SeenLink& link) { return link.state.kind == "dummy"; });
  Record record = record_of(1);
  for (int n = 0; n < 20; ++n) {
    record.ips.push_back(
        IpPrefix::parse("2001:db8:1111:2222:3333:4444:5555:66" + std::to_string(n + 10) + "/128"));
  }
  park(sources.pod, 12, names.record, record);
  const std::string network(63, 'w');
  SeenLink& bridge = link_of(*sources.node, IfName::parse("br1"));
  bridge.vlan_filtering = true;
  bridge.state.name = IfName::parse("bridge-of-15-ch");
  SeenLink& port = link_of(*sources.node, IfName::parse("veth1"));
  port.state.master = bridge.state.name;
  port.state.name = IfName::parse("veth-of-15-char");
  for (uint16_t id = 100; id < 200; id = static_cast<uint16_t>(id + 2))
    port.vlans.push_back({.ids = {id, id}});
  auto& all = link_of(sources.pod, names.pod).ingress->all;
  all = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
  Panel panel = make_panel(sources);
  panel.nics[0].network = network;
  const std::string svg = panel_svg(panel);
  expect_room(svg);
  EXPECT_THAT(svg, HasSubstr("<title>" + network + "</title>"));
}

TEST(PanelSvg, TellsEveryDriftBelow) {
  PanelSources sources = sources_with(31);
  for (SeenLink& link : sources.pod.links) {
    if (link.state.kind == "tun") link.ingress.reset();
  }
  sources.networks = {std::string(63, 'w') + "."};
  const Panel panel = make_panel(sources);
  EXPECT_EQ(drift_count(panel), 31U);
  const std::string svg = panel_svg(panel);
  expect_room(svg);
  EXPECT_THAT(svg, HasSubstr("31 drifts"));
  EXPECT_THAT(svg, HasSubstr(kMakeAnew));
}

TEST(PanelSvg, ForeignNamesAreTextAndNothingElse) {
  PanelSources sources = sources_with(1);
  SeenLink& bridge = link_of(*sources.node, IfName::parse("br1"));
  bridge.state.name = IfName::parse("<b>&\"\x01\xff");
  link_of(*sources.node, IfName::parse("veth1")).state.master = bridge.state.name;
  Panel panel = make_panel(sources);
  panel.nics[0].network = "<script>alert('1')</script>\ufffe";
  const std::string svg = panel_svg(panel);
  expect_room(svg);
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, Not(HasSubstr("\ufffe")));  // which XML has no character for
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, HasSubstr(">&lt;b&gt;&amp;&quot;\\x01\\xff<"));
}

TEST(PanelSvg, OfEveryKindOfJoinAndFarEnd) {
  for (const Join join : {Join::kRedirect, Join::kBridge, Join::kTap, Join::kMacvtap, Join::kDevice,
                          Join::kNat, Join::kNothing}) {
    for (const auto kind : {FarEnd::Kind::kNone, FarEnd::Kind::kHidden, FarEnd::Kind::kPort,
                            FarEnd::Kind::kParent, FarEnd::Kind::kFunction}) {
      Panel panel = make_panel(sources_with(1));
      PanelNic& nic = panel.nics[0];
      nic.join = join;
      nic.far.kind = kind;
      if (kind == FarEnd::Kind::kHidden)
        nic.far = {.kind = kind, .hidden = "in neither the pod nor the node"};
      if (kind == FarEnd::Kind::kNone) nic.far = {};
      if (kind == FarEnd::Kind::kFunction) nic.far.function = 127;
      if (kind == FarEnd::Kind::kPort) nic.far.bridge.reset();
      expect_room(panel_svg(panel));
      nic.nic.reset();
      nic.tap.reset();
      expect_room(panel_svg(panel));
    }
  }
}

}  // namespace
}  // namespace patchbay::cli
