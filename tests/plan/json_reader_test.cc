#include "plan/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/test_files.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string refusal(std::string_view text, int max_depth = kMaxJsonDepth) {
  try {
    parse_json(text, "VMI", kMaxJsonBytes, max_depth);
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kMalformed);
    EXPECT_EQ(error.where(), "VMI");
    return error.message();
  }
  return "taken";
}

std::string nested(int arrays, const std::string& inside = "") {
  const auto count = static_cast<size_t>(arrays);
  return std::string(count, '[') + inside + std::string(count, ']');
}

std::string with_members(size_t count) {
  std::string text = "{";
  for (size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":[{\"n\":" + std::to_string(i) + "}]";
  }
  return text + "}";
}

// nlohmann's own builder is the oracle for what is in it.
TEST(ParseJson, ReadsWhatNlohmannReads) {
  const std::vector<std::string> texts = {
      "null",
      " true ",
      "-1",
      "18446744073709551615",
      "18446744073709551616",
      "1500.9",
      "1e3",
      "\"\"",
      R"("\u00e9 \ud83d\ude00 \" \\ \/ \n")",
      "[]",
      "{}",
      R"([1,[2,[3]],{},[],{"a":{}}])",
      R"({"b":1,"a":{"d":[true,false,null],"c":-2},"":"","e":[{"f":[]},{"g":0.5}]})",
      with_members(100),
      with_members(kMaxJsonMembers),
  };
  for (const std::string& text : texts) {
    const Json found = parse_json(text, "VMI"), expected = Json::parse(text);
    EXPECT_EQ(found, expected) << text.substr(0, 100);
    EXPECT_EQ(found.dump(), expected.dump()) << text.substr(0, 100);  // in its order
    EXPECT_EQ(found.type(), expected.type());
  }
}

TEST(ParseJson, ReadsEveryFixtureAsNlohmannDoes) {
  int read = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(fixtures())) {
    if (file.path().extension() != ".json") continue;
    const std::string text = read_text(file.path());
    if (!Json::accept(text)) continue;  // one that is to be refused
    EXPECT_EQ(parse_json(text, "fixture").dump(), Json::parse(text).dump()) << file.path();
    ++read;
  }
  EXPECT_GT(read, 20);
}

TEST(ParseJson, RefusesWhatIsNoJsonAndSaysWhere) {
  EXPECT_EQ(refusal(""), "is not JSON: mistake at byte 1");
  EXPECT_EQ(refusal("{\"a\":1,}"), "is not JSON: mistake at byte 8");
  EXPECT_EQ(refusal("[1] 2"), "is not JSON: mistake at byte 5");
  EXPECT_EQ(refusal("// no\n1"), "is not JSON: mistake at byte 1");
  EXPECT_THAT(refusal("[\"\xff\"]"), HasSubstr("mistake at byte"));
  EXPECT_THAT(refusal(R"(["\ud800"])"), HasSubstr("mistake at byte"));
  EXPECT_EQ(refusal("[1e999]"), "is not JSON: a number no double can hold");
}

TEST(ParseJson, NeverQuotesTheText) {
  EXPECT_THAT(refusal(R"({"password": "secret" "secret"})"), Not(HasSubstr("secret")));
}

TEST(ParseJson, RefusesAKeyThatIsThereTwice) {
  EXPECT_EQ(refusal(R"({"a":1,"b":{"c":1},"a":2})"), R"(has the key "a" twice in one object)");
  EXPECT_EQ(refusal(R"([{"b":{"c":1,"\u0063":2}}])"), R"(has the key "c" twice in one object)");
  EXPECT_EQ(refusal(R"({"a":{"a":[{"a":1}]},"b":{"a":1}})"), "taken");
}

TEST(ParseJson, HasItsBounds) {
  EXPECT_EQ(refusal(nested(3), 3), "taken");
  EXPECT_EQ(refusal(nested(3, "1"), 3), "taken");
  EXPECT_EQ(refusal(nested(4), 3), "is nested deeper than 3 levels");
  EXPECT_EQ(refusal(nested(2, R"({"a":{}})"), 3), "is nested deeper than 3 levels");
  EXPECT_EQ(refusal(nested(1'000'000), 3), "is nested deeper than 3 levels");
  EXPECT_EQ(refusal(with_members(kMaxJsonMembers + 1)), "has an object of more than 10000 members");
  EXPECT_EQ(refusal(std::string(kMaxJsonBytes, ' ') + "1"),
            "is 4194305 bytes long, expected at most 4194304");
}

TEST(JsonReader, NamesThePathOfWhatItRefuses) {
  const Json json = parse_json(R"({"a":[{"b c":1500.9,"n":-1}],"s":null})", "VMI");
  const JsonReader reader(json, "vmi");
  const auto where = [](const auto& read) -> std::string {
    try {
      read();
    } catch (const Error& error) {
      return error.where() + ": " + error.message();
    }
    return "read";
  };
  const JsonReader element = reader.at("a").elements().front();
  EXPECT_EQ(where([&] { element.at("b c").u32(); }),
            R"(vmi.a[0]["b c"]: expected a whole number from 0 to 4294967295, found 1500.9)");
  EXPECT_EQ(where([&] { element.at("n").u32(); }),
            "vmi.a[0].n: expected a whole number from 0 to 4294967295, found -1");
  EXPECT_EQ(where([&] { reader.at("s"); }), "vmi.s: is missing, and must be there");
  EXPECT_EQ(where([&] { element.only({"n"}); }).substr(0, 40),
            R"(vmi.a[0]: the key "b c" is unknown, know)");
  EXPECT_FALSE(reader.find("s"));
  EXPECT_EQ(reader.string_or_empty("s"), "");
}

}  // namespace
}  // namespace patchbay
