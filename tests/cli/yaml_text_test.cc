#include "cli/yaml_text.h"

#include <gtest/gtest.h>

#include "plan/error.h"

namespace patchbay::cli {
namespace {

TEST(YamlText, IsTheSameValueInBlockStyle) {
  EXPECT_EQ(yaml_text(R"({"plan": {"vmi": "default/vm1", "mtu": 1500, "none": null, "nics": [
      {"mac": "02:00:00:00:00:62", "ips": ["192.168.0.62/26", "fd00::62/64"]}, {}],
      "empty": [], "lists": [[1, 2], []]}, "steps": {"blue": ["tap: make"]}})"),
            R"(plan:
  vmi: default/vm1
  mtu: 1500
  none: null
  nics:
  - mac: "02:00:00:00:00:62"
    ips:
    - "192.168.0.62/26"
    - "fd00::62/64"
  - {}
  empty: []
  lists:
  - - 1
    - 2
  - []
steps:
  blue:
  - "tap: make"
)");
}

TEST(YamlText, WhatAReaderTakesForSomethingElseIsQuoted) {
  for (const char* word :
       {"on", "Yes",        "n",  "NULL", "true", "12:30", "1.5", "0x1f", "",   " a",
        "~",  "2026-11-24", "<<", "a: b", "a #b", "- a",   "&a",  "*",    "!x", "%"}) {
    EXPECT_EQ(yaml_text('"' + std::string(word) + '"'), '"' + std::string(word) + "\"\n");
  }
  EXPECT_EQ(yaml_text(R"({"on": "online"})"), "\"on\": online\n");
}

TEST(YamlText, TextsOfSeveralLinesAreBlocks) {
  EXPECT_EQ(yaml_text(R"({"data": "a:\n\n  b: 1\n", "list": ["x\ny\n"]})"),
            "data: |\n  a:\n\n    b: 1\nlist:\n- |\n  x\n  y\n");
}

TEST(YamlText, WhatABlockCanNotSayIsQuoted) {
  for (const char* text : {R"(" a\n")", R"("\na\n")", R"("a\nb")", R"("a\n\n")", R"("\n")"}) {
    std::string expected = text;
    for (size_t at = 0; (at = expected.find("\\n", at)) != std::string::npos;) {
      expected.replace(at, 2, "\\u000a");
    }
    EXPECT_EQ(yaml_text(text), expected + "\n");
  }
}

TEST(YamlText, NothingDrivesATerminal) {
  EXPECT_EQ(yaml_text("\"\\u001b[2J\\n\xc2\x9b\xe2\x80\xae \xf0\x9f\x90\x84\""),
            "\"\\u001b[2J\\u000a\\u009b\\u202e \xf0\x9f\x90\x84\"\n");
  EXPECT_EQ(yaml_text("\"\ufeff\uffff\U000e0041\""), "\"\\ufeff\\uffff\\U000e0041\"\n");
}

TEST(YamlText, WhatIsNotJsonIsRefused) { EXPECT_THROW(yaml_text("{"), Error); }

}  // namespace
}  // namespace patchbay::cli
