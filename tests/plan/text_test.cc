#include "plan/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "plan/diagnostic.h"
#include "plan/error.h"
#include "plan/json_text.h"
#include "plan/log.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Printable, StopsWhatDrivesATerminal) {
  EXPECT_EQ(printable("ünï 😀 <&>"), "ünï 😀 <&>");
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");           // C1 CSI
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
}

TEST(Printable, ShowsWhatNobodySees) {
  for (const char* text :
       {"\u00ad", "\u061c", "\u200b", "\u2060", "\ufeff", "\U000e0041", "\uffff", "\U0010fffe"}) {
    EXPECT_THAT(printable(text), ::testing::MatchesRegex("(\\\\x[0-9a-f][0-9a-f])+"));
  }
}

TEST(EscapedJson, IsTheSameJsonAndPrintable) {
  const std::string json = "{\n  \"\u009b2J\": \"\u202e\U000e0041 \u00fc\"\n}";
  EXPECT_EQ(escaped_json(json), "{\n  \"\\u009b2J\": \"\\u202e\\udb40\\udc41 \u00fc\"\n}");
  EXPECT_EQ(nlohmann::json::parse(escaped_json(json)), nlohmann::json::parse(json));
}

TEST(Utf8, RefusesWhatRfc3629Refuses) {
  EXPECT_TRUE(is_utf8("ünï😀"));
  for (const char* text : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80",
                           "\xe2\x82", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(InQuotes, CutsAndEscapes) {
  EXPECT_EQ(in_quotes("blue"), "\"blue\"");
  const std::string cut = in_quotes(std::string(1000, 'x'));
  EXPECT_LT(cut.size(), 220U);
  EXPECT_THAT(cut, HasSubstr("…"));
}

TEST(DidYouMean, GuessesTheNear) {
  constexpr std::array<std::string_view, 3> kKnown{"addresses", "gateway4", "guestName"};
  EXPECT_EQ(did_you_mean("adresses", kKnown.data(), kKnown.size()),
            " (did you mean \"addresses\"?)");
  EXPECT_EQ(did_you_mean("guestname", kKnown.data(), kKnown.size()),
            " (did you mean \"guestName\"?)");
  EXPECT_EQ(did_you_mean("zebra", kKnown.data(), kKnown.size()), "");
  EXPECT_EQ(did_you_mean("x", nullptr, 0), "");
}

TEST(ErrcTable, HasOneRowForEach) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Errc::kInternal); ++i) {
    const ErrcInfo& row = info(static_cast<Errc>(i));
    EXPECT_EQ(row.errc, static_cast<Errc>(i));
    EXPECT_GT(row.cni_code, 0);
    EXPECT_GT(row.grpc_status, 0);
    EXPECT_GT(row.exit_code, 0);
    names.insert(row.name);
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(Errc::kInternal) + 1);
}

TEST(Diagnostics, AreThrownTogether) {
  const Diagnostics diagnostics{{Severity::kWarning, "red", "", "odd", ""},
                                {Severity::kError, "blue", "a.b", "bad address", "write another"},
                                {Severity::kError, "", "", "second", ""}};
  EXPECT_EQ(to_string(diagnostics[1]), "error: network \"blue\": a.b: bad address; write another");
  try {
    throw_if_errors(diagnostics);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("network \"blue\": a.b: bad address; write another"));
    EXPECT_THAT(error.message(), HasSubstr("second"));
    EXPECT_THAT(error.message(), Not(HasSubstr("odd")));
  }
  EXPECT_NO_THROW(throw_if_errors({diagnostics[0]}));
}

TEST(LogLine, IsOneJsonObject) {
  const std::string line = log_line("info", "a\nb\"", {{"network", "bl\xffue"}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["msg"], "a\nb\"");
  EXPECT_EQ(json["level"], "info");
  EXPECT_EQ(json["network"], "bl\xef\xbf\xbdue");
  EXPECT_THAT(json["ts"].get<std::string>(), ::testing::MatchesRegex("....-..-..T..:..:..\\....Z"));
  const auto diagnostic =
      nlohmann::json::parse(log_line({Severity::kWarning, "blue", "p", "m", "h"}, {{"hook", "x"}}));
  EXPECT_EQ(diagnostic["level"], "warning");
  EXPECT_EQ(diagnostic["hint"], "h");
  EXPECT_EQ(diagnostic["hook"], "x");
  EXPECT_THAT(log_line("info", "\u202e", {}), HasSubstr("\\u202e"));
}

}  // namespace
}  // namespace patchbay
