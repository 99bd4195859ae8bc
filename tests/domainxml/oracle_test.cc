// What libvirt and libxml2 say of what apply_plan makes, and of what it takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <regex>

#include "domainxml/well_formed.h"
#include "libvirt_oracle.h"
#include "support.h"

namespace patchbay::domainxml {
namespace {

// KubeVirt's own documents: SCENARIO/domain*.xml, not what is expected of us below a scenario.
std::vector<std::string> all_domains() {
  std::vector<std::string> names;
  const std::filesystem::path root = TEST_SOURCE_DIR "/fixtures";
  for (const auto& scenario : std::filesystem::directory_iterator(root)) {
    if (!scenario.is_directory()) continue;
    for (const auto& entry : std::filesystem::directory_iterator(scenario)) {
      const std::string file = entry.path().filename().string();
      if (!file.starts_with("domain") || !file.ends_with(".xml")) continue;
      names.push_back(scenario.path().filename().string() + "/" + file);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

NetworkPlan plan_for(const std::string& name) {
  if (name.find("-three-") != std::string::npos) return three_options_plan();
  if (name.starts_with("20-"))
    return plan_of({attachment("default", "tap0", "02:00:00:00:00:0d", 1450)});
  return data_plan();
}

class Oracle : public ::testing::TestWithParam<std::string> {};

TEST_P(Oracle, LibvirtTakesTheResultAndReadsWhatThePlanSays) {
  const NetworkPlan plan = plan_for(GetParam());
  const std::string before = fixture(GetParam());
  const Scratch scratch;
  const std::string input = scratch.write("before.xml", for_libvirt(before));
  const std::string result = scratch.write("after.xml", for_libvirt(applied(before, plan)));
  for (const std::string& file : {input, result}) {
    const Outcome schema = run("virt-xml-validate " + file + " domain");
    EXPECT_EQ(schema.status, 0) << schema.output;
  }
  const std::string name = std::regex_replace(GetParam(), std::regex("/.*"), "");
  const Outcome parser = run("virsh -q -c test:///default 'define --validate " + result +
                             "; dumpxml --inactive default_vm-" + name + "'");
  ASSERT_EQ(parser.status, 0) << parser.output;
  const size_t begin = parser.output.find("<domain");
  ASSERT_NE(begin, std::string::npos) << parser.output;
  const std::string dump = parser.output.substr(begin);
  Diagnostics diagnostics;
  EXPECT_EQ(apply_plan(dump, plan, "patchbay", diagnostics), dump)
      << "libvirt understood something else";
  EXPECT_THAT(diagnostics, ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Oracle, ::testing::ValuesIn(all_domains()),
                         [](const auto& name) {
                           return std::regex_replace(name.param, std::regex("[^A-Za-z0-9]"), "_");
                         });

TEST(Oracle, Libxml2FindsNothingWrongInWhatWeTake) {
  const std::string original =
      "<?xml version=\"1.0\"?><!-- c --><domain a='1' b=\"2\"><devices><i/><j "
      "k='&lt;'>&#9;</j><![CDATA[x]]>"
      "</devices><?p q?></domain>\n";
  const std::vector<std::string> scraps = {
      "<", ">",   "/",  "\"",   "'",   "&",   ";",    "=",    " ",    "-",     "!", "?", "]",
      "[", "]]>", "--", "<!--", "-->", "<i>", "</i>", "<i/>", "&#1;", "&amp;", "x", "1", " a='1'"};
  const Scratch scratch;
  std::mt19937 random(1);
  size_t taken = 0;
  std::string files;
  for (size_t i = 0; i < 20'000; ++i) {
    std::string xml = original;
    for (size_t n = 1 + random() % 3; n > 0; --n) {
      xml.replace(random() % xml.size(), random() % 3, scraps[random() % scraps.size()]);
    }
    try {
      check_well_formed(xml);
      files += " " + scratch.write(std::to_string(i), xml);
      ++taken;
    } catch (const Error& error) {
      ASSERT_EQ(error.errc(), Errc::kMalformed);
    }
  }
  EXPECT_GT(taken, 500u);
  const std::string list = scratch.write("files", files);
  const Outcome outcome = run("xargs -n 1000 xmllint --noout --nonet < " + list);
  EXPECT_EQ(outcome.status, 0) << outcome.output.substr(0, 2000);
}

}  // namespace
}  // namespace patchbay::domainxml
