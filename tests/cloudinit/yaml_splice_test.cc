// Where ours goes into somebody's YAML, how it looks there, and when the text is left whole.
#include "cloudinit/yaml_splice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::cloudinit {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Spliced into_v2(const std::string& text, const std::string& entry = "blue: {match: {mac: \"x\"}}") {
  return add_to_yaml(text, {{"network", "ethernets"}, "version", {entry}});
}

Spliced into_v1(const std::string& text,
                const std::string& entry = "- {type: physical, name: \"blue\"}") {
  return add_to_yaml(text, {{"config"}, "version", {entry}});
}

TEST(YamlSplice, PutsOursFirstAboveTheCommentsOfTheFirstEntry) {
  const Spliced result = into_v2(
      "# head\n"
      "network:\n"
      "  version: 2\n"
      "  ethernets:  # all of them\n"
      "\n"
      "    # the pod network\n"
      "    eth0: {dhcp4: true}  # tail\n"
      "  # end\n");
  EXPECT_EQ(result.text,
            "# head\n"
            "network:\n"
            "  version: 2\n"
            "  ethernets:  # all of them\n"
            "    blue:\n"
            "      match:\n"
            "        mac: \"x\"\n"
            "\n"
            "    # the pod network\n"
            "    eth0: {dhcp4: true}  # tail\n"
            "  # end\n");
  EXPECT_THAT(result.problem, IsEmpty());
}

TEST(YamlSplice, FollowsTheirIndentation) {
  EXPECT_EQ(into_v2("network:\n"
                    "    version: 2\n"
                    "    ethernets:\n"
                    "        eth0:\n"
                    "            addresses:\n"
                    "            - 10.0.0.1/8\n",
                    "blue: {addresses: [\"a\", \"b\"], routes: [{to: c, via: d}]}")
                .text,
            "network:\n"
            "    version: 2\n"
            "    ethernets:\n"
            "        blue:\n"
            "            addresses:\n"
            "            - \"a\"\n"
            "            - \"b\"\n"
            "            routes:\n"
            "            - to: c\n"
            "              via: d\n"
            "        eth0:\n"
            "            addresses:\n"
            "            - 10.0.0.1/8\n");
}

TEST(YamlSplice, FollowsSequencesUnderOrBelowTheirKey) {
  const std::string entry = "- {type: physical, subnets: [{type: static, dns: [\"d\"]}]}";
  EXPECT_EQ(into_v1("version: 1\nconfig:\n- type: nameserver\n", entry).text,
            "version: 1\nconfig:\n"
            "- type: physical\n"
            "  subnets:\n"
            "  - type: static\n"
            "    dns:\n"
            "    - \"d\"\n"
            "- type: nameserver\n");
  EXPECT_EQ(into_v1("version: 1\nconfig:\n    - type: nameserver\n", entry).text,
            "version: 1\nconfig:\n"
            "    - type: physical\n"
            "      subnets:\n"
            "          - type: static\n"
            "            dns:\n"
            "                - \"d\"\n"
            "    - type: nameserver\n");
}

TEST(YamlSplice, FollowsTheirLineEnds) {
  EXPECT_EQ(into_v1("version: 1\r\nconfig:\r\n  - type: nameserver\r\n").text,
            "version: 1\r\nconfig:\r\n  - type: physical\r\n    name: \"blue\"\r\n"
            "  - type: nameserver\r\n");
}

TEST(YamlSplice, FillsAKeyThatSaysNothingYet) {
  const std::string filled = "version: 1\nconfig:\n  - type: physical\n    name: \"blue\"\n";
  EXPECT_EQ(into_v1("version: 1\nconfig:\n").text, filled);
  EXPECT_EQ(into_v1("version: 1\nconfig:").text, filled);
  EXPECT_EQ(into_v2("network:\n   ethernets: # none\n   version: 2\n").text,
            "network:\n   ethernets: # none\n"
            "      blue:\n         match:\n            mac: \"x\"\n"
            "   version: 2\n");
}

TEST(YamlSplice, FillsEmptyBracketsOnOneLine) {
  EXPECT_EQ(into_v1("version: 1\nconfig: []\n").text,
            "version: 1\nconfig: [{type: physical, name: \"blue\"}]\n");
  EXPECT_EQ(add_to_yaml("version: 2\nethernets: { }  # none\n",
                        {{"ethernets"}, "version", {"a: {dhcp4: true}", "b: {dhcp4: false}"}})
                .text,
            "version: 2\nethernets: {a: {dhcp4: true}, b: {dhcp4: false} }  # none\n");
}

TEST(YamlSplice, MakesTheKeyBelowItsSibling) {
  EXPECT_EQ(into_v2("network:\n  version: 2 # netplan\n  bonds: {b: {}}\n").text,
            "network:\n  version: 2 # netplan\n"
            "  ethernets:\n    blue:\n      match:\n        mac: \"x\"\n"
            "  bonds: {b: {}}\n");
  EXPECT_EQ(into_v1("version: 1").text,
            "version: 1\nconfig:\n  - type: physical\n    name: \"blue\"\n");
}

TEST(YamlSplice, TakesQuotedKeysAnchorsTagsAndDocumentMarkers) {
  const std::string head = "%YAML 1.1\n---\n\"network\": &net\n  'version': 2\n";
  const std::string ours = "    blue:\n      match:\n        mac: \"x\"\n";
  for (const std::string key :
       {"  \"ethernets\":\n", "  ethernets: &all # x\n", "  ethernets: !!map\n",
        "  ethernets:\n    &all\n", "  ethernets :\n"}) {
    const std::string tail = "    &k eth0: &e\n      dhcp4: yes\n    eth1: *e\n...\n# end\n";
    EXPECT_EQ(into_v2(head + key + tail).text, head + key + ours + tail);
  }
  EXPECT_EQ(into_v1("version: 1\nconfig: &all\n  # dashes - here\n  - a\n").text,
            "version: 1\nconfig: &all\n  - type: physical\n    name: \"blue\"\n"
            "  # dashes - here\n  - a\n");
}

TEST(YamlSplice, AddsToTheRoot) {
  const YamlAddition addition{{}, {}, {"a: {b: [c]}"}, 2};
  EXPECT_EQ(add_to_yaml("#x\n#y\nz: 1\n", addition).text, "#x\na:\n  b:\n    - c\n#y\nz: 1\n");
  EXPECT_EQ(add_to_yaml("#x", addition).text, "#x\na:\n  b:\n    - c\n");
  EXPECT_EQ(add_to_yaml("#x\n---\n", addition).text, "#x\n---\na:\n  b:\n    - c\n");
  EXPECT_EQ(add_to_yaml("#x\n  z:\n  - 1\n", addition).text,
            "#x\n  a:\n    b:\n    - c\n  z:\n  - 1\n");
}

TEST(YamlSplice, AByteOrderMarkStaysInFront) {
  EXPECT_EQ(into_v1("\xef\xbb\xbf"
                    "config: []\nversion: 1\n")
                .text,
            "\xef\xbb\xbf"
            "config: [{type: physical, name: \"blue\"}]\nversion: 1\n");
}

TEST(YamlSplice, EveryScalarKeepsItsMeaning) {
  EXPECT_EQ(into_v1("version: 1\nconfig:\n- a\n",
                    "- {q: \"a\\\"\\\\ \\u00e9: #\", p: 0.0.0.0/0, t: true, e: [], m: {}}")
                .text,
            "version: 1\nconfig:\n"
            "- q: \"a\\\"\\\\ \xc3\xa9: #\"\n  p: 0.0.0.0/0\n  t: true\n  e: []\n  m: {}\n"
            "- a\n");
}

struct Whole {
  std::string text;
  std::string problem;
};

class LeftWhole : public testing::TestWithParam<Whole> {};

TEST_P(LeftWhole, WithTheReason) {
  const Spliced result = into_v2(GetParam().text);
  EXPECT_EQ(result.text, GetParam().text);
  EXPECT_THAT(result.insertions, IsEmpty());
  EXPECT_THAT(result.problem, HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    All, LeftWhole,
    testing::Values(
        Whole{"network: {version: 2, ethernets: {}}\n", "it is in flow style (braces or brackets)"},
        Whole{"network:\n  version: 2\n  ethernets: {a: {}}\n",
              "where the addition belongs (line 3)"},
        Whole{"network:\n  version: 2\n  ethernets:\n    a: [\n", "it is not YAML (line"},
        Whole{"network:\n  version: 2\n---\nnetwork: {}\n", "it holds several documents"},
        Whole{"network:\n  version: 2\n]\n", "it is not YAML (line 3)"},
        Whole{"network:\n  version: 2\n  ethernets: {}\n  ethernets: {}\n", "twice (line 4)"},
        Whole{"a: &a\n  b: {}\nnetwork:\n  version: 2\n  ethernets: *a\n", "an alias where"},
        Whole{"network:\n  version: 2\n  ethernets: &a\n    b: {}\n  x: *a\n", "repeats the part"},
        Whole{"network:\n  version: 2\n  ethernets:\n    <<: {}\n    b: {}\n", "a merge key"},
        Whole{"network:\n  version: 2\n  ethernets: none\n", "has something else where"},
        Whole{"network:\n  version: 2\n  ethernets: ~\n", "would mean something else"},
        Whole{"network:\n  version: 2\n  ethernets:\n    blue: {}\n", "would mean something else"},
        Whole{"network:\n  version: 2\n  ethernets:\n    ? a\n    : {}\n", "else on the line"},
        Whole{"network:\n  ethernet: {}\n", "has no place for"},
        Whole{"network: 2\n", "has no map"}, Whole{"network:\n  version: 2\r  x: 3\n", "carriage"},
        Whole{"network:\n  version: 2 # \xe2\x80\xa8\n", "Unicode's own"},
        Whole{"network:\n  version: 2 # \xff\n", "not UTF-8"},
        Whole{std::string("network:\n  version: 2 # \0\n", 26), "not UTF-8"}));

}  // namespace
}  // namespace patchbay::cloudinit
