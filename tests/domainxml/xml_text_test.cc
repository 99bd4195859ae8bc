#include "domainxml/xml_text.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "plan/error.h"

namespace patchbay::domainxml {
namespace {

using namespace std::string_view_literals;

TEST(XmlText, TakesWhatXmlAllows) {
  for (const std::string_view text :
       {""sv, "a\tb\r\n"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv,
        "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv, "\xEF\xBF\xBD"sv, "\xF0\x90\x80\x80"sv,
        "\xF4\x8F\xBF\xBF"sv}) {
    EXPECT_FALSE(first_illegal_byte(text)) << text;
  }
}

TEST(XmlText, FindsTheFirstIllegalByte) {
  const std::pair<std::string_view, const char*> cases[] = {
      {"\0"sv, "NUL"},
      {"\x01"sv, "a control character"},
      {"\x80"sv, "a continuation without a start"},
      {"\xC0\x80"sv, "NUL in two bytes"},
      {"\xC1\xBF"sv, "ASCII in two bytes"},
      {"\xC3"sv, "cut after one of two"},
      {"\xC3\x28"sv, "a start without continuation"},
      {"\xE0\x9F\xBF"sv, "two bytes' worth in three"},
      {"\xED\xA0\x80"sv, "a surrogate"},
      {"\xEF\xBF\xBE"sv, "U+FFFE"},
      {"\xE2\x82"sv, "cut after two of three"},
      {"\xF0\x8F\xBF\xBF"sv, "three bytes' worth in four"},
      {"\xF4\x90\x80\x80"sv, "beyond U+10FFFF"},
      {"\xF5\x80\x80\x80"sv, "no lead byte"},
      {"\xFF"sv, "no lead byte"},
  };
  for (const auto& [bytes, why] : cases) {
    const auto found = first_illegal_byte("ok" + std::string(bytes) + "ok");
    ASSERT_TRUE(found) << why;
    EXPECT_EQ(*found, 2u) << why;
  }
}

TEST(XmlText, EscapedValuesComeBackFromAParser) {
  const std::string nasty = "a<b>&amp;\"'\t\n\r\n]]>\xC3\xBC\xF0\x9F\x98\x80  end";
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(("<x a=\"" + escaped(nasty) + "\"/>").c_str()));
  EXPECT_EQ(document.child("x").attribute("a").value(), nasty);
  ASSERT_TRUE(document.load_string(("<x a='" + escaped(nasty) + "'/>").c_str()));
  EXPECT_EQ(document.child("x").attribute("a").value(), nasty);
}

TEST(XmlText, RefusesWhatNoDocumentCanHold) {
  try {
    escaped("a\x01\x1B[31mb");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kInvalidInput);
    EXPECT_EQ(error.message().find('\x1B'), std::string::npos) << "it would drive a terminal";
  }
}

}  // namespace
}  // namespace patchbay::domainxml
