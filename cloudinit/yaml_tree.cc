#include "cloudinit/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "plan/error.h"

namespace patchbay::cloudinit {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr int kMaxMerges = 16;  // "<<: *a" inside of *a would never end

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(size_t skipped) : root(std::make_unique<YamlNode>()), skipped_(skipped) {}

  void OnDocumentStart(const YAML::Mark&) override {
    if (started_) throw Error(Errc::kMalformed, "holds several documents");
    started_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlNode::Kind::kNull, mark, {}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlNode::Kind::kAlias, mark, {}, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    add(YamlNode::Kind::kScalar, mark, tag, anchor).text = text;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(add(YamlNode::Kind::kSequence, mark, tag, anchor), style);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(add(YamlNode::Kind::kMap, mark, tag, anchor), style);
  }
  void OnMapEnd() override { open_.pop_back(); }

  std::unique_ptr<YamlNode> root;

 private:
  YamlNode& add(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor) {
    YamlNode& node = open_.empty() ? *root : open_.back()->children.emplace_back();
    node.kind = kind;
    node.quoted = tag == "!";  // yaml-cpp's words: "!" for quoted, "?" for no tag
    if (tag != "!" && tag != "?") node.tag = tag;
    node.anchor = anchor;
    node.offset = skipped_ + static_cast<size_t>(mark.pos);
    node.line = mark.line;
    node.column = mark.column;
    return node;
  }

  // An open node is its parent's last child until it is closed: it does not move meanwhile.
  void open(YamlNode& node, YAML::EmitterStyle::value style) {
    node.flow = style == YAML::EmitterStyle::Flow;
    open_.push_back(&node);
  }

  size_t skipped_;
  bool started_ = false;
  std::vector<YamlNode*> open_;
};

template <typename Visit>
void visit_all(const YamlNode& node, const Visit& visit) {
  visit(node);
  for (const YamlNode& child : node.children) visit_all(child, visit);
}

}  // namespace

const YamlNode* YamlNode::find_key(std::string_view key) const {
  if (!is_map()) return nullptr;
  for (size_t i = children.size(); i >= 2; i -= 2) {
    if (children[i - 2].is_scalar() && children[i - 2].text == key) return &children[i - 2];
  }
  return nullptr;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const YamlNode* found = find_key(key);
  return found ? found + 1 : nullptr;
}

bool same_content(const YamlNode& left, const YamlNode& right) {
  return left.kind == right.kind && left.quoted == right.quoted && left.tag == right.tag &&
         left.text == right.text && left.anchor == right.anchor &&
         std::equal(left.children.begin(), left.children.end(), right.children.begin(),
                    right.children.end(), same_content);
}

YamlDocument YamlDocument::parse(std::string_view text) {
  const size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  std::istringstream stream{std::string(text.substr(skipped))};
  Builder builder(skipped);
  try {
    YAML::Parser parser(stream);
    // Twice, not until the end: after a stray token yaml-cpp 0.7 finds documents without end.
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& e) {
    throw Error(Errc::kMalformed, "is not YAML (line " + std::to_string(e.mark.line + 1) + ")");
  }
  YamlDocument document;
  document.root_ = std::move(builder.root);
  visit_all(*document.root_, [&document](const YamlNode& node) {
    if (node.anchor >= document.anchors_.size()) {
      document.anchors_.resize(node.anchor + 1);
      document.aliased_.resize(node.anchor + 1);
    }
    if (node.kind == YamlNode::Kind::kAlias) {
      document.aliased_[node.anchor] = true;
    } else if (node.anchor != 0) {
      document.anchors_[node.anchor] = &node;
    }
  });
  return document;
}

const YamlNode* YamlDocument::resolve(const YamlNode* node) const {
  return node && node->kind == YamlNode::Kind::kAlias ? anchors_[node->anchor] : node;
}

const YamlNode* YamlDocument::child(const YamlNode* node, std::string_view key) const {
  for (int merges = 0; merges < kMaxMerges; ++merges) {
    node = resolve(node);
    if (!node || !node->is_map()) return nullptr;
    if (const YamlNode* value = node->find(key)) return resolve(value);
    const YamlNode* merged = resolve(node->find("<<"));
    if (!merged || !merged->is_sequence()) {
      node = merged;
      continue;
    }
    const auto holder = std::find_if(merged->children.begin(), merged->children.end(),
                                     [this, key](const YamlNode& item) {
                                       const YamlNode* map = resolve(&item);
                                       return map && map->find(key);
                                     });
    node = holder == merged->children.end() ? nullptr : &*holder;
  }
  return nullptr;
}

bool YamlDocument::is_aliased(size_t anchor) const { return aliased_[anchor]; }

std::string scalar_text(const YamlNode& node) {
  if (!node.quoted) return node.text;
  YAML::Emitter out;
  out << YAML::DoubleQuoted << node.text;
  return {out.c_str(), out.size()};
}

}  // namespace patchbay::cloudinit
