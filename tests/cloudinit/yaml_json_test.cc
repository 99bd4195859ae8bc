#include "cloudinit/yaml_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"

namespace patchbay::cloudinit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string refusal(const std::string& yaml) {
  try {
    json_documents(yaml);
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kMalformed);
    return error.message();
  }
  return "taken";
}

std::string json(const std::string& yaml) {
  const auto documents = json_documents(yaml);
  return documents.size() == 1 ? documents[0] : std::to_string(documents.size()) + " documents";
}

// What kubectl makes of each: go-yaml v2's resolve.go.
TEST(YamlJson, PlainScalarsAreWhatKubectlTakesThemFor) {
  const std::pair<const char*, const char*> kTaken[] = {
      {"on", "true"},
      {"Yes", "true"},
      {"OFF", "false"},
      {"n", "false"},
      {"oN", "\"oN\""},
      {"\"on\"", "\"on\""},
      {"!!str on", "\"on\""},
      {"1500", "1500"},
      {"-7", "-7"},
      {"+7", "7"},
      {"010", "8"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"-0x10", "-16"},
      {"0b101", "5"},
      {"1_000", "1000"},
      {"08", "8.0"},
      {"18446744073709551615", "18446744073709551615"},
      {"1.5", "1.5"},
      {"1e3", "1000.0"},
      {"02:00:00:00:01:61", "\"02:00:00:00:01:61\""},
      {"12:30", "\"12:30\""},
      {"2026-11-24", "\"2026-11-24\""},
      {"192.168.0.62/26", "\"192.168.0.62/26\""},
      {"1.2.3.4", "\"1.2.3.4\""},
      {"e1", "\"e1\""},
      {"1e999", "\"1e999\""},
      {"~", "null"},
      {"", "null"},
      {"|\n  yes\n", "\"yes\\n\""},
      {">-\n  1\n  2\n", "\"1 2\""},
  };
  for (const auto& [yaml, expected] : kTaken) {
    EXPECT_EQ(json("a: " + std::string(yaml)), "{\"a\":" + std::string(expected) + "}") << yaml;
  }
}

TEST(YamlJson, KeysAreTexts) {
  EXPECT_EQ(json("1: a\non: b\n\"x y\": c\n"), R"({"1":"a","true":"b","x y":"c"})");
  EXPECT_THAT(refusal("? [a]\n: b\n"), HasSubstr("a key that is no text (line 1)"));
}

TEST(YamlJson, AKeyTwiceIsAMistake) {
  EXPECT_THAT(refusal("a: 1\nb: 2\na: 3\n"), HasSubstr("the key \"a\" twice in one map (line 3)"));
}

TEST(YamlJson, AnchorsAndMergeKeysAreFollowed) {
  EXPECT_EQ(json("a: &x {k: 1, l: 2}\nb: *x\nc: {<<: *x, l: 3}\nd: {<<: [{m: 1}, *x]}\n"),
            R"({"a":{"k":1,"l":2},"b":{"k":1,"l":2},"c":{"l":3,"k":1},"d":{"m":1,"k":1,"l":2}})");
  EXPECT_THAT(refusal("a: {<<: 1}\n"), HasSubstr("merges something else than maps"));
}

TEST(YamlJson, ABombIsRefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int j = 0; j < 8; ++j) bomb += ", " + below;
    bomb += "]\n";
  }
  EXPECT_THAT(refusal(bomb), HasSubstr("holds more than 200000 values"));
}

TEST(YamlJson, AnAnchorInsideItselfIsRefused) {
  EXPECT_NE(refusal("a: &a [*a]\n"), "taken");
  EXPECT_NE(refusal("a: &a {<<: *a}\n"), "taken");
}

TEST(YamlJson, DepthIsLimited) {
  EXPECT_THAT(refusal(std::string(100, '[') + std::string(100, ']')), HasSubstr("nested deeper"));
  EXPECT_NE(refusal(std::string(100000, '[')), "taken");
  EXPECT_NE(refusal(std::string(100000, '{')), "taken");
  EXPECT_NE(refusal(std::string(5 << 20, 'a')), "taken");
}

TEST(YamlJson, DocumentsAreCutAtTheirSeparators) {
  EXPECT_THAT(json_documents("# head\n---\na: 1\n--- # next\nb: |\n  ---\n  x\n---\n---\n# c\n"),
              ElementsAre(R"({"a":1})", R"({"b":"---\nx\n"})"));
  EXPECT_THAT(json_documents("%YAML 1.1\n---\na: 1\n---\nb: 2"),
              ElementsAre(R"({"a":1})", R"({"b":2})"));
  EXPECT_THAT(json_documents(""), IsEmpty());
  EXPECT_THAT(json_documents("---\n---\n\n"), IsEmpty());
  EXPECT_THAT(json_documents("null\n---\n~\n"), IsEmpty());
}

TEST(YamlJson, BytesOfEditorsAreTaken) {
  EXPECT_EQ(json("\xef\xbb\xbf"
                 "a: 1\r\nb:\r\n  - x\r\n"),
            R"({"a":1,"b":["x"]})");
  EXPECT_THAT(json_documents("a: 1\r\n---\r\nb: 2\r\n"), ElementsAre(R"({"a":1})", R"({"b":2})"));
}

TEST(YamlJson, MistakesHaveTheirLineAndNoWordOfTheText) {
  const std::string told = refusal("a: 1\n---\nb: 2\nmoonshine: [\n---\nc: 3\n");
  EXPECT_THAT(told, HasSubstr("is not YAML (line "));
  EXPECT_THAT(told, testing::Not(HasSubstr("moonshine")));
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\nb: 3\n"), HasSubstr("(line 4)"));
  EXPECT_THAT(refusal("a:\n\tb: 1\n"), HasSubstr("is not YAML (line 2)"));
  EXPECT_THAT(refusal("a: \xff\n"), HasSubstr("is not UTF-8"));
  EXPECT_THAT(refusal("a: !!binary aGk=\n"), HasSubstr("the tag"));
  EXPECT_THAT(refusal("a: .inf\n"), HasSubstr("JSON does not know"));
}

TEST(YamlJson, JsonIsYaml) {
  EXPECT_EQ(json(R"({"a": [1, true, null, "x\ny"], "b": {}})"),
            R"({"a":[1,true,null,"x\ny"],"b":{}})");
}

}  // namespace
}  // namespace patchbay::cloudinit
