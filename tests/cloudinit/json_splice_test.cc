// Elements put into the arrays of somebody else's JSON, in its layout.
#include "cloudinit/json_splice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::cloudinit {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Spliced add(const std::string& text) {
  return add_to_json(text, {{"links", {R"({"id":"blue","mtu":9000})"}},
                            {"networks", {R"({"link":"blue"})", R"({"routes":[{"a":"b"}]})"}},
                            {"services", {}}});
}

TEST(JsonSplice, LaysElementsOutAsTheFirstOneIs) {
  const Spliced result =
      add("{\n"
          "  \"networks\": [ {\"link\": \"a\"} ],\n"
          "  \"links\": [\n"
          "    {\n"
          "        \"id\": \"a\"\n"
          "    }\n"
          "  ]\n"
          "}");
  EXPECT_EQ(
      result.text,
      "{\n"
      "  \"networks\": [ {\"link\": \"blue\"}, {\"routes\": [{\"a\": \"b\"}]}, {\"link\": \"a\"} "
      "],\n"
      "  \"links\": [\n"
      "    {\n"
      "        \"id\": \"blue\",\n"
      "        \"mtu\": 9000\n"
      "    },\n"
      "    {\n"
      "        \"id\": \"a\"\n"
      "    }\n"
      "  ]\n"
      "}");
  EXPECT_THAT(result.problem, IsEmpty());
}

TEST(JsonSplice, FollowsTabsLineEndsAndOneElementALine) {
  EXPECT_EQ(add("{\"links\": [\r\n\t{\r\n\t\t\"id\": \"a\"\r\n\t}],\r\n\"networks\": [\r\n\r\n"
                "  {}]}")
                .text,
            "{\"links\": [\r\n\t{\r\n\t\t\"id\": \"blue\",\r\n\t\t\"mtu\": 9000\r\n\t},"
            "\r\n\t{\r\n\t\t\"id\": \"a\"\r\n\t}],\r\n\"networks\": ["
            "\r\n  {\"link\": \"blue\"},\r\n  {\"routes\": [{\"a\": \"b\"}]},\r\n\r\n"
            "  {}]}");
}

TEST(JsonSplice, FillsEmptyAndMissingArrays) {
  EXPECT_EQ(add("{\"links\":[ ]}").text,
            "{\"networks\": [{\"link\": \"blue\"}, {\"routes\": [{\"a\": \"b\"}]}], "
            "\"links\":[{\"id\": \"blue\", \"mtu\": 9000} ]}");
  EXPECT_EQ(add("{\n \"links\":[],\n \"networks\": []}").text,
            "{\n \"links\":[{\"id\": \"blue\", \"mtu\": 9000}],\n \"networks\": "
            "[{\"link\": \"blue\"}, {\"routes\": [{\"a\": \"b\"}]}]}");
  EXPECT_EQ(add_to_json("{}", {{"links", {"{}"}}}).text, "{\"links\": [{}]}");
  EXPECT_EQ(add_to_json("{\n  \"a\": 1\n}", {{"links", {"{}"}}}).text,
            "{\n  \"links\": [{}],\n  \"a\": 1\n}");
}

TEST(JsonSplice, BracketsInsideOfStringsAreNoPlace) {
  EXPECT_EQ(
      add("{\"x\": \"[\\\"links\\\": [\", \"links\": [\"a]\"], \"networks\": []}").text,
      "{\"x\": \"[\\\"links\\\": [\", \"links\": [{\"id\": \"blue\", \"mtu\": 9000}, \"a]\"], "
      "\"networks\": [{\"link\": \"blue\"}, {\"routes\": [{\"a\": \"b\"}]}]}");
}

TEST(JsonSplice, LeavesWholeWhatItIsNotSureOf) {
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"", "it is not JSON"},
           {"{\"links\": [}", "it is not JSON"},
           {"{links: []}", "it is not JSON"},
           {"{\"links\": [], }", "it is not JSON"},
           {"{} {}", "it is not JSON"},
           {"[]", "it is not a JSON object"},
           {"{\"links\": {}, \"networks\": []}", "it has no array at \"links\""},
           {"{\"links\": [], \"networks\": null}", "it has no array at \"networks\""},
           {"{\"links\": [], \"a\": {\"b\": 1, \"b\": 1}}", "it has a key twice"},
           {"{\"links\": [], \"a\": \"\xff\"}", "it is not JSON"}}) {
    const Spliced result = add(text);
    EXPECT_EQ(result.text, text);
    EXPECT_THAT(result.insertions, IsEmpty());
    EXPECT_THAT(result.problem, HasSubstr(problem)) << text;
  }
}

}  // namespace
}  // namespace patchbay::cloudinit
