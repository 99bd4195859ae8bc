#include "cli/panel_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/table.h"
#include "panels.h"

namespace patchbay::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(PanelText, OfOneNic) {
  PanelSources sources = sources_with(1);
  SeenLink& bridge = link_of(*sources.node, IfName::parse("br1"));
  bridge.vlan_filtering = true;
  link_of(*sources.node, IfName::parse("veth1")).vlans = {
      {.ids = {100, 100}, .pvid = true, .untagged = true}, {.ids = {200, 210}}};
  sources.holders = {{link_names("net-1").tap, 71, "qemu-system-x86"}};
  EXPECT_EQ(panel_text(make_panel(sources), {.columns = 120, .utf8 = true}),
            R"(pod net:[4026532345] · 1 NIC · no drift

● net-1    tap17d5a8f04ff ══ redirect ══ pod17d5a8f04ff ── veth1 ── br1 VLAN 100, tagged 200-210

net-1
│ guest       02:00:00:00:00:01, MTU 1500
│ addresses   192.168.0.1/24, fd00::1/64
│ routes      0.0.0.0/0 via 192.168.0.1
│ DNS         10.0.0.53, search corp.example
│ parked in   pb17d5a8f04ff, IPAM static, redirect for veth
│ tap         tap17d5a8f04ff: up, MTU 1500, one queue, open by qemu-system-x86 (71)
│ redirect    → filter 800::800, ← filter 800::800
│ pod's NIC   pod17d5a8f04ff: veth, up, MTU 1500, 02:00:00:00:00:01
│ node        veth1: veth, up, port of bridge br1 VLAN 100, tagged 200-210
│             tap      redirect     pod's NIC
│ outward     0 (0 B)  40 (3.2 kB)  0 (0 B)
│ inward      0 (0 B)  40 (3.2 kB)  0 (0 B)
)");
}

TEST(PanelText, SaysWhatPassesWhereSomethingDoesNot) {
  Panel panel = make_panel(sources_with(1));
  EXPECT_THAT(panel_text(panel, {}), Not(HasSubstr("| passes")));
  panel.nics[0].parked->wiring.trunk = {{42, 42}, {100, 199}};
  panel.nics[0].parked->wiring.mac_spoof_check = true;
  EXPECT_THAT(panel_text(panel, {}),
              HasSubstr("| passes      of the guest's VLANs 42, 100-199, its "
                        "own MAC only (macspoofchk)\n"));
}

TEST(PanelText, OfADriftInAscii) {
  PanelSources sources = sources_with(2);
  const LinkNames names = link_names("net-2");
  link_of(sources.pod, names.tap).state.up = false;
  const std::string text = panel_text(make_panel(sources), {.columns = 80});
  EXPECT_THAT(text, HasSubstr("2 NICs, 1 drift\n"));
  EXPECT_THAT(text, HasSubstr("x net-2    " + names.tap.str() + " ~~ redirect ~~ " +
                              names.pod.str() + " -- veth2 -- br1\n"));
  EXPECT_THAT(text, HasSubstr("| drift       link " + names.tap.str() +
                              ": expected state up, found down\n"
                              "|             -> ip link set dev " +
                              names.tap.str() + " up\n"));
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c > 0; }));
}

TEST(PanelText, FitsEightyColumnsAndAlignsCables) {
  PanelSources sources = sources_with(31);
  for (const size_t n : {1U, 31U}) {
    const auto name = IfName::parse("veth" + std::to_string(n));
    link_of(*sources.node, name).state.name = IfName::parse("vethlongname" + std::to_string(n));
  }
  const auto lines = lines_of(panel_text(make_panel(sources), {.columns = 80, .utf8 = true}));
  size_t cables = 0;
  for (const std::string& line : lines) {
    EXPECT_LE(display_width(line), 80U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
    const size_t at = line.find(" redirect ══ ");
    if (at == std::string::npos) continue;
    ++cables;
    EXPECT_EQ(display_width(line.substr(0, at)), 29U) << line;
  }
  EXPECT_EQ(cables, 31U);
}

TEST(PanelText, CutsALongNameBetweenCharacters) {
  Panel panel = make_panel(sources_with(1));
  for (const std::string letter : {"a", "\u00fc", "\u540d"}) {
    panel.nics[0].network.clear();
    for (int i = 0; i < 100; ++i) panel.nics[0].network += letter;
    const auto lines = lines_of(panel_text(panel, {.columns = 80, .utf8 = true}));
    const auto cable = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("redirect \u2550\u2550") != std::string::npos;
    });
    ASSERT_NE(cable, lines.end());
    EXPECT_THAT(*cable, HasSubstr(letter + "\u2026 "));
    EXPECT_LE(display_width(*cable), 80U);
  }
}

TEST(PanelText, SaysWhatAPortDoes) {
  Panel panel = make_panel(sources_with(1));
  PanelNic& nic = panel.nics[0];
  nic.parked->wiring.guard = Guard::kFull;
  nic.parked->wiring.responder = true;
  EXPECT_THAT(panel_text(panel, {}), HasSubstr("| port        guard full, does not answer\n"));
  nic.port.emplace();
  EXPECT_THAT(panel_text(panel, {}), HasSubstr("| port        guard full, answers nothing\n"));
  nic.port->answers = {IpAddress::parse("192.168.0.1")};
  EXPECT_THAT(panel_text(panel, {}),
              HasSubstr("| port        guard full, answers with 192.168.0.1\n"));
}

TEST(PanelText, ForeignNamesCantDriveTheTerminal) {
  PanelSources sources = sources_with(1);
  SeenLink& bridge = link_of(*sources.node, IfName::parse("br1"));
  const std::string hostile = "a\x1b[31mb";
  bridge.state.name = IfName::parse(hostile);
  link_of(*sources.node, IfName::parse("veth1")).state.master = bridge.state.name;
  sources.holders = {{link_names("net-1").tap, 1, "q\x07\x1b]0;x"}};
  const std::string text = panel_text(make_panel(sources), {.utf8 = true});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("a\\x1b[31mb"));
}

TEST(PanelText, ColoursOnlyWhereAskedFor) {
  const Panel panel = make_panel(sources_with(1));
  EXPECT_THAT(panel_text(panel, {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(panel_text(panel, {.colour = true}), HasSubstr("\x1b[32m* net-1\x1b[0m"));
}

TEST(PanelText, OfNothingSaysHowToNameAPod) {
  EXPECT_THAT(panel_text({}, {}), HasSubstr("--netns"));
}

}  // namespace
}  // namespace patchbay::cli
