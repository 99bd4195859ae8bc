#include "domainxml/well_formed.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "domainxml/xml_text.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::domainxml {
namespace {

constexpr std::string_view kSpace = " \t\n\r";

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_char(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                    [](char x, char y) { return ascii_lower(x) == y; });
}

// `name`: between '&' and ';'.
bool is_known_reference(std::string_view name) {
  if (!name.starts_with('#')) {
    return name == "lt" || name == "gt" || name == "amp" || name == "apos" || name == "quot";
  }
  name.remove_prefix(1);
  const bool hex = name.starts_with('x');
  if (hex) name.remove_prefix(1);
  uint32_t code_point = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), code_point, hex ? 16 : 10);
  return error == std::errc() && end == name.data() + name.size() && is_xml_char(code_point);
}

// Takes ` NAME="VALUE"` off the front of `body`; nothing, and `body` as it was, where that is not
// next.
std::optional<std::string_view> take_pseudo_attribute(std::string_view& body,
                                                      std::string_view name) {
  std::string_view rest = body;
  const auto skip_space = [&rest] {
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  };
  skip_space();
  if (rest.size() == body.size() || !rest.starts_with(name)) return std::nullopt;
  rest.remove_prefix(name.size());
  skip_space();
  if (!rest.starts_with('=')) return std::nullopt;
  rest.remove_prefix(1);
  skip_space();
  if (!rest.starts_with('"') && !rest.starts_with('\'')) return std::nullopt;
  const size_t end = rest.find(rest.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  body = rest.substr(end + 1);
  return rest.substr(1, end - 1);
}

// `body`: between "<?xml" and "?>" (XML 1.0, production [23]).
bool is_supported_declaration(std::string_view body) {
  if (take_pseudo_attribute(body, "version") != "1.0") return false;
  const auto encoding = take_pseudo_attribute(body, "encoding");
  if (encoding && !equal_ignoring_case(*encoding, "utf-8")) return false;
  const auto standalone = take_pseudo_attribute(body, "standalone");
  if (standalone && standalone != "yes" && standalone != "no") return false;
  return body.find_first_not_of(kSpace) == std::string_view::npos;
}

class Scanner {
 public:
  explicit Scanner(std::string_view xml) : xml_(xml) {}

  Layout scan() && {
    while (position_ < xml_.size()) {
      if (xml_[position_] == '<') {
        markup();
      } else {
        text();
      }
    }
    if (!open_.empty()) fail(position_, in_quotes(name_of(open_.back())) + " is never closed");
    if (layout_.elements.empty()) fail(position_, "there is no element");
    return std::move(layout_);
  }

 private:
  [[noreturn]] void fail(size_t offset, std::string_view problem) const {
    throw_malformed(xml_, offset, problem);
  }

  bool at(std::string_view token) const { return xml_.substr(position_).starts_with(token); }

  std::string_view name_of(size_t element) const {
    const Span& name = layout_.elements[element].name;
    return xml_.substr(name.begin, name.end - name.begin);
  }

  // Moves behind the next `terminator` after an opening of `opening` bytes; gives what is between.
  std::string_view skip_to(size_t opening, std::string_view terminator, std::string_view what) {
    const size_t begin = position_ + opening;
    const size_t end = xml_.find(terminator, begin);
    if (end == std::string_view::npos) fail(position_, std::string(what) + " is never closed");
    position_ = end + terminator.size();
    return xml_.substr(begin, end - begin);
  }

  void markup() {
    const size_t begin = position_;
    if (at("<!--")) {
      // The first "--" must be that of "-->": XML allows it nowhere else in a comment.
      skip_to(4, "--", "a comment");
      if (!at(">")) fail(position_ - 2, "\"--\" inside a comment");
      ++position_;
    } else if (at("<![CDATA[")) {
      if (open_.empty()) fail(begin, "a CDATA section outside the root element");
      skip_to(9, "]]>", "a CDATA section");
    } else if (at("<!")) {
      fail(begin, at("<!DOCTYPE") ? "a DOCTYPE, which is never accepted" : "a stray \"<!\"");
    } else if (at("<?")) {
      instruction();
    } else if (at("</")) {
      end_tag();
    } else {
      start_tag();
    }
  }

  void instruction() {
    const size_t begin = position_;
    position_ += 2;
    const Span target = name();
    position_ = begin;
    const std::string_view body = skip_to(target.end - begin, "?>", "a processing instruction");
    if (!body.empty() && !is_xml_space(body.front())) {
      fail(target.end, "a malformed name after \"<?\"");
    }
    const std::string_view target_name = xml_.substr(target.begin, target.end - target.begin);
    if (!equal_ignoring_case(target_name, "xml")) return;
    if (begin != 0 || target_name != "xml") {
      fail(begin, "an XML declaration that is not \"<?xml\" at the very start");
    }
    if (!is_supported_declaration(body)) {
      fail(begin, "an XML declaration that is malformed or not of version 1.0 in UTF-8");
    }
  }

  Span name() {
    const size_t begin = position_;
    if (begin >= xml_.size() || !is_name_start(xml_[begin])) {
      fail(begin, "a name was expected here");
    }
    while (position_ < xml_.size() && is_name_char(xml_[position_])) ++position_;
    return {begin, position_};
  }

  void skip_space() {
    while (position_ < xml_.size() && is_xml_space(xml_[position_])) ++position_;
  }

  void start_tag() {
    if (open_.empty() && !layout_.elements.empty()) fail(position_, "a second root element");
    if (open_.size() >= kMaxDepth) fail(position_, "elements nested too deeply");
    ElementLayout element;
    element.whole.begin = position_++;
    element.name = name();
    element.first_attribute = layout_.attributes.size();
    while (attribute()) {
    }
    element.attribute_count = layout_.attributes.size() - element.first_attribute;
    refuse_duplicates(element);
    element.self_closing = at("/");
    if (element.self_closing) ++position_;
    if (!at(">")) fail(position_, "an attribute or \">\" was expected here");
    element.content.begin = element.content.end = element.whole.end = ++position_;
    if (!element.self_closing) open_.push_back(layout_.elements.size());
    layout_.elements.push_back(element);
  }

  bool attribute() {
    AttributeLayout attribute;
    attribute.whole.begin = position_;
    skip_space();
    if (position_ == xml_.size() || at("/") || at(">")) return false;
    if (position_ == attribute.whole.begin) {
      fail(position_, "white space, \"/>\" or \">\" was expected here");
    }
    attribute.name = name();
    skip_space();
    if (!at("=")) fail(position_, "\"=\" was expected after an attribute's name");
    ++position_;
    skip_space();
    if (!at("\"") && !at("'")) fail(position_, "an attribute's value must be in quotes");
    const size_t quote = position_;
    const std::string_view value = skip_to(1, xml_.substr(quote, 1), "an attribute's value");
    attribute.value = {quote + 1, position_ - 1};
    attribute.whole.end = position_;
    if (const size_t markup = value.find('<'); markup != std::string_view::npos) {
      fail(attribute.value.begin + markup, "\"<\" inside an attribute's value");
    }
    check_references(attribute.value);
    layout_.attributes.push_back(attribute);
    return true;
  }

  void refuse_duplicates(const ElementLayout& element) const {
    if (element.attribute_count < 2) return;
    std::vector<std::string_view> names;
    names.reserve(element.attribute_count);
    for (size_t i = 0; i < element.attribute_count; ++i) {
      const Span& span = layout_.attributes[element.first_attribute + i].name;
      names.push_back(xml_.substr(span.begin, span.end - span.begin));
    }
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
      fail(element.whole.begin, "attribute " + in_quotes(*twice) + " twice in one element");
    }
  }

  void end_tag() {
    const size_t begin = position_;
    position_ += 2;
    const Span span = name();
    skip_space();
    if (!at(">")) fail(position_, "\">\" was expected at the end of an end tag");
    ++position_;
    const std::string_view found = xml_.substr(span.begin, span.end - span.begin);
    if (open_.empty()) fail(begin, "an end tag " + in_quotes(found) + " without a start tag");
    if (found != name_of(open_.back())) {
      fail(begin, "expected the end of " + in_quotes(name_of(open_.back())) + ", found that of " +
                      in_quotes(found));
    }
    ElementLayout& element = layout_.elements[open_.back()];
    element.content.end = begin;
    element.whole.end = position_;
    open_.pop_back();
  }

  void text() {
    const Span span{position_, std::min(xml_.find('<', position_), xml_.size())};
    const std::string_view characters = xml_.substr(span.begin, span.end - span.begin);
    if (open_.empty() && !std::all_of(characters.begin(), characters.end(), is_xml_space)) {
      fail(span.begin, "text outside the root element");
    }
    if (const size_t end = characters.find("]]>"); end != std::string_view::npos) {
      fail(span.begin + end, "\"]]>\" outside a CDATA section");
    }
    check_references(span);
    position_ = span.end;
  }

  void check_references(Span span) const {
    const std::string_view text = xml_.substr(span.begin, span.end - span.begin);
    for (size_t i = text.find('&'); i != std::string_view::npos; i = text.find('&', i + 1)) {
      const size_t end = text.find(';', i);
      if (end == std::string_view::npos || !is_known_reference(text.substr(i + 1, end - i - 1))) {
        fail(span.begin + i,
             "\"&\" that starts none of the five predefined entities and no character reference");
      }
    }
  }

  std::string_view xml_;
  size_t position_ = 0;
  std::vector<size_t> open_;  // indices into layout_.elements
  Layout layout_;
};

}  // namespace

void throw_malformed(std::string_view xml, size_t offset, std::string_view problem) {
  const std::string_view before = xml.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t column = offset - (before.rfind('\n') + 1) + 1;
  throw Error(Errc::kMalformed,
              "cannot read the domain XML: expected one well-formed <domain> in UTF-8, found " +
                  std::string(problem) +
                  "; look at what KubeVirt or the hook sidecar called before this one made of it",
              "line " + std::to_string(line) + ", column " + std::to_string(column));
}

Layout check_well_formed(std::string_view xml) {
  if (xml.size() > kMaxDocumentBytes) {
    throw_malformed(
        xml, 0,
        std::to_string(xml.size()) + " bytes, more than " + std::to_string(kMaxDocumentBytes));
  }
  if (xml.starts_with("\xEF\xBB\xBF")) throw_malformed(xml, 0, "a byte order mark");
  if (const auto offset = first_illegal_byte(xml)) {
    throw_malformed(xml, *offset, "a byte that is not UTF-8 or a character XML does not allow");
  }
  return Scanner(xml).scan();
}

const ElementLayout* find_element(const Layout& layout, size_t name_offset) {
  const auto found = std::lower_bound(
      layout.elements.begin(), layout.elements.end(), name_offset,
      [](const ElementLayout& element, size_t offset) { return element.name.begin < offset; });
  return found != layout.elements.end() && found->name.begin == name_offset ? &*found : nullptr;
}

}  // namespace patchbay::domainxml
