// Where everything in a document stands. pugixml reads leniently (two roots, a DOCTYPE, an
// attribute twice all pass) and does not say where an attribute is; this pass is strict, decodes
// nothing, and leaves behind the offsets that edits are spliced at.
#pragma once

#include <string_view>
#include <vector>

namespace patchbay::domainxml {

inline constexpr size_t kMaxDocumentBytes = 4 * 1024 * 1024;  // what gRPC lets KubeVirt receive
inline constexpr size_t kMaxDepth = 256;                      // libxml2's own limit

struct Span {  // bytes [begin, end) of the document
  size_t begin = 0;
  size_t end = 0;
};

struct AttributeLayout {
  Span whole;  // with the white space before it: what to take away with it
  Span name;
  Span value;  // between the quotes
};

struct ElementLayout {
  Span whole;    // from '<' to behind the end tag's '>'
  Span name;     // in the start tag
  Span content;  // between the tags; empty where `self_closing`
  bool self_closing = false;
  size_t first_attribute = 0;  // index into Layout::attributes
  size_t attribute_count = 0;
};

struct Layout {
  std::vector<ElementLayout> elements;  // in the order of their start tags
  std::vector<AttributeLayout> attributes;
};

// Throws Error{kMalformed}, with line and column, for what is not one well-formed XML 1.0 document
// in UTF-8 without a byte order mark, or needs what a domain never needs: a DOCTYPE, entities other
// than the five predefined ones, more than kMaxDocumentBytes or kMaxDepth.
Layout check_well_formed(std::string_view xml);

// The element whose name starts at `name_offset`, as pugixml's offset_debug() gives it; null where
// there is none.
const ElementLayout* find_element(const Layout& layout, size_t name_offset);

inline bool is_xml_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Throws Error{kMalformed}: `problem` at line and column of `offset`.
[[noreturn]] void throw_malformed(std::string_view xml, size_t offset, std::string_view problem);

}  // namespace patchbay::domainxml
