#include "domainxml/well_formed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace patchbay::domainxml {
namespace {

using ::testing::HasSubstr;

std::string at(std::string_view xml, Span span) {
  return std::string(xml.substr(span.begin, span.end - span.begin));
}

struct Bad {
  std::string xml;
  std::string problem;
  std::string where;
};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.xml; }

class WellFormedRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(WellFormedRefuses, WithLineAndColumn) {
  const Error error = error_of([] { check_well_formed(GetParam().xml); });
  EXPECT_EQ(error.errc(), Errc::kMalformed) << GetParam().xml;
  EXPECT_THAT(error.message(), HasSubstr(GetParam().problem));
  EXPECT_EQ(error.where(), GetParam().where) << GetParam().xml;
}

INSTANTIATE_TEST_SUITE_P(
    WellFormed, WellFormedRefuses,
    ::testing::Values(
        Bad{"", "there is no element", "line 1, column 1"},
        Bad{" \n", "there is no element", "line 2, column 1"},
        Bad{"<!-- only -->", "there is no element", "line 1, column 14"},
        Bad{"\xEF\xBB\xBF<a/>", "byte order mark", "line 1, column 1"},
        Bad{"x<a/>", "text outside", "line 1, column 1"},
        Bad{"<a/>\nx", "text outside", "line 1, column 5"},
        Bad{"<a/><b/>", "a second root", "line 1, column 5"},
        Bad{"<a></a>\n<a></a>", "a second root", "line 2, column 1"},
        Bad{"<!DOCTYPE a><a/>", "DOCTYPE", "line 1, column 1"},
        Bad{"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "DOCTYPE", "line 1, column 1"},
        Bad{"<!doctype a><a/>", "stray", "line 1, column 1"},
        Bad{"<a><!ELEMENT b></a>", "stray", "line 1, column 4"},
        Bad{"<a x='1' x='2'/>", "attribute \"x\" twice", "line 1, column 1"},
        Bad{"<a x='1' y='2' x='1'/>", "twice", "line 1, column 1"},
        Bad{"<a", "an attribute or \">\"", "line 1, column 3"},
        Bad{"<a ", "an attribute or \">\"", "line 1, column 4"},
        Bad{"<a>", "\"a\" is never closed", "line 1, column 4"},
        Bad{"<a><b></a></b>", "expected the end of \"b\", found that of \"a\"", "line 1, column 7"},
        Bad{"<a></A>", "expected the end of \"a\"", "line 1, column 4"},
        Bad{"</a>", "without a start tag", "line 1, column 1"},
        Bad{"<a></a x='1'>", "end of an end tag", "line 1, column 8"},
        Bad{"<a x></a>", "\"=\" was expected", "line 1, column 5"},
        Bad{"<a x=1></a>", "in quotes", "line 1, column 6"},
        Bad{"<a x='1></a>", "never closed", "line 1, column 6"},
        Bad{"<a x='1'y='2'/>", "white space", "line 1, column 9"},
        Bad{"<a x='<'/>", "\"<\" inside", "line 1, column 7"},
        Bad{"<a / >", "an attribute or \">\"", "line 1, column 5"},
        Bad{"<1/>", "a name was expected", "line 1, column 2"},
        Bad{"< a/>", "a name was expected", "line 1, column 2"},
        Bad{"<a>&nbsp;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>&</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>& lt;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>&lt</a>;", "five predefined", "line 1, column 4"},
        Bad{"<a x='&file;'/>", "five predefined", "line 1, column 7"},
        Bad{"<a>&#0;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>&#xD800;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>&#x110000;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>&#99999999999;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>&#;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>&#-1;</a>", "five predefined", "line 1, column 4"},
        Bad{"<a>]]></a>", "outside a CDATA", "line 1, column 4"},
        Bad{"<![CDATA[x]]><a/>", "CDATA section outside", "line 1, column 1"},
        Bad{"<a><![CDATA[x</a>", "CDATA section is never closed", "line 1, column 4"},
        Bad{"<a><!-- x -- y --></a>", "inside a comment", "line 1, column 11"},
        Bad{"<a><!-- x ---></a>", "inside a comment", "line 1, column 11"},
        Bad{"<a><!-- x</a>", "comment is never closed", "line 1, column 4"},
        Bad{"<a><?pi x</a>", "instruction is never closed", "line 1, column 4"},
        Bad{"<a><? x?></a>", "a name was expected", "line 1, column 6"},
        Bad{"<a><?x+?></a>", "malformed name", "line 1, column 7"},
        Bad{"\n<?xml version='1.0'?><a/>", "at the very start", "line 2, column 1"},
        Bad{"<a><?XML x?></a>", "at the very start", "line 1, column 4"},
        Bad{"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "version 1.0 in UTF-8",
            "line 1, column 1"},
        Bad{"<?xml version='1.0' encoding='UTF-16?><a/>", "version 1.0 in UTF-8",
            "line 1, column 1"},
        Bad{"<?xml version='1.1'?><a/>", "version 1.0 in UTF-8", "line 1, column 1"},
        Bad{"<?xml?><a/>", "version 1.0 in UTF-8", "line 1, column 1"},
        Bad{"<?xml encoding='UTF-8'?><a/>", "version 1.0 in UTF-8", "line 1, column 1"},
        Bad{"<?xml version='1.0'encoding='UTF-8'?><a/>", "version 1.0 in UTF-8",
            "line 1, column 1"},
        Bad{"<?xml version='1.0' standalone='x'?><a/>", "version 1.0 in UTF-8", "line 1, column 1"},
        Bad{"<?xml version='1.0' x='y'?><a/>", "version 1.0 in UTF-8", "line 1, column 1"},
        Bad{"<?xml version=1.0?><a/>", "version 1.0 in UTF-8", "line 1, column 1"},
        Bad{"<?XML version='1.0'?><a/>", "at the very start", "line 1, column 1"},
        Bad{"<a>\xFF</a>", "not UTF-8", "line 1, column 4"},
        Bad{"<a>\n\xED\xA0\x80</a>", "not UTF-8", "line 2, column 1"},
        Bad{std::string("<a>\0</a>", 8), "not UTF-8", "line 1, column 4"},
        Bad{std::string("<a/>\0", 5), "not UTF-8", "line 1, column 5"}));

TEST(WellFormed, TakesEverythingElse) {
  for (const std::string_view xml : {
           "<a/>",
           "<a></a>",
           "\n<a/>\n",
           "<?xml version='1.0'?><a/>",
           "<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes'?>\n<a/>",
           "<!-- x --><?xml-stylesheet y?><a/><!----><?z?>",
           "<a b = '1'\n\tc=\"'2'\" d='\"'/>",
           "<a>&lt;&gt;&amp;&apos;&quot;&#9;&#x1F600;</a>",
           "<a x='&lt;&#10;>'>></a >",
           "<a><![CDATA[<b>&x;]] >]]></a>",
           "<a><!-- <b> & ]]> - --></a>",
           "<n:a xmlns:n='u' n:b='1' b='2'/>",
           "<_a-1.b:c/>",
           "<\xC3\xA4/>",
       }) {
    EXPECT_NO_THROW(check_well_formed(xml)) << xml;
  }
}

TEST(WellFormed, SaysWhereEverythingStands) {
  const std::string_view xml = "<a>t<b x='1'\ty = \"2\" /><c></c ></a>";
  const Layout layout = check_well_formed(xml);
  ASSERT_EQ(layout.elements.size(), 3u);
  const auto& [a, b, c] = std::tie(layout.elements[0], layout.elements[1], layout.elements[2]);
  EXPECT_EQ(at(xml, a.whole), xml);
  EXPECT_EQ(at(xml, a.name), "a");
  EXPECT_EQ(at(xml, a.content), "t<b x='1'\ty = \"2\" /><c></c >");
  EXPECT_EQ(at(xml, b.whole), "<b x='1'\ty = \"2\" />");
  EXPECT_TRUE(b.self_closing);
  EXPECT_EQ(at(xml, c.whole), "<c></c >");
  EXPECT_FALSE(c.self_closing);
  EXPECT_EQ(at(xml, c.content), "");
  ASSERT_EQ(b.attribute_count, 2u);
  EXPECT_EQ(at(xml, layout.attributes[b.first_attribute].whole), " x='1'");
  EXPECT_EQ(at(xml, layout.attributes[b.first_attribute].value), "1");
  EXPECT_EQ(at(xml, layout.attributes[b.first_attribute + 1].whole), "\ty = \"2\"");
  EXPECT_EQ(at(xml, layout.attributes[b.first_attribute + 1].name), "y");
  EXPECT_EQ(at(xml, layout.attributes[b.first_attribute + 1].value), "2");
}

TEST(WellFormed, FindsAnElementByTheOffsetOfItsName) {
  const Layout layout = check_well_formed("<a><b/></a>");
  ASSERT_NE(find_element(layout, 4), nullptr);
  EXPECT_EQ(find_element(layout, 4)->whole.begin, 3u);
  EXPECT_EQ(find_element(layout, 5), nullptr);
  EXPECT_EQ(find_element(layout, 99), nullptr);
}

TEST(WellFormed, HasLimits) {
  const auto nested = [](size_t depth) {
    std::string xml;
    for (size_t i = 0; i < depth; ++i) xml += "<a>";
    for (size_t i = 0; i < depth; ++i) xml += "</a>";
    return xml;
  };
  EXPECT_NO_THROW(check_well_formed(nested(kMaxDepth)));
  EXPECT_THAT(error_of([&] { check_well_formed(nested(kMaxDepth + 1)); }).message(),
              HasSubstr("too deeply"));
  const auto sized = [](size_t bytes) { return "<a>" + std::string(bytes - 7, ' ') + "</a>"; };
  EXPECT_NO_THROW(check_well_formed(sized(kMaxDocumentBytes)));
  EXPECT_THAT(error_of([&] { check_well_formed(sized(kMaxDocumentBytes + 1)); }).message(),
              HasSubstr("4194305 bytes"));
}

TEST(WellFormed, TakesLinearTimeForManyAttributesAndReferences) {
  std::string attributes = "<a";
  for (int i = 0; i < 200'000; ++i) attributes += " a" + std::to_string(i) + "=''";
  EXPECT_NO_THROW(check_well_formed(attributes + "/>"));
  std::string many = "<a>";
  while (many.size() < 2'000'000) many += "<b x='&amp;'>&lt;</b>";
  EXPECT_NO_THROW(check_well_formed(many + "</a>"));
}

}  // namespace
}  // namespace patchbay::domainxml
