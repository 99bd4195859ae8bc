#include "cloudinit/user_data_updates.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "cloudinit/yaml_splice.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

constexpr std::string_view kHeader = "#cloud-config";
constexpr std::string_view kBlank = " \t\r\n";
constexpr size_t kMimeSearch = 4096;  // user_data.py, convert_string: a MIME message from here on

// What configures NICs by hand, in lower case: PowerShell takes either.
constexpr std::array<std::string_view, 10> kNetworkWords{"/etc/sysconfig/network-scripts",
                                                         "/etc/sysconfig/network/ifcfg-",
                                                         "/etc/systemd/network",
                                                         "/etc/netplan",
                                                         "/etc/network/interfaces",
                                                         "/etc/networkmanager/system-connections",
                                                         "nmcli",
                                                         "netsh",
                                                         "new-netipaddress",
                                                         "set-netipinterface"};
constexpr size_t kMostPlaces = 5;  // are named

// Behind the first line. cloud-init takes whatever starts with the header; with more of a word
// behind it, it is something else.
size_t config_start(std::string_view user_data) {
  const size_t start = std::min(user_data.find_first_not_of(kBlank), user_data.size());
  const std::string_view header = user_data.substr(start, kHeader.size());
  const size_t behind = start + header.size();
  if (lower_case(header) != kHeader) return std::string_view::npos;
  if (behind < user_data.size() && kBlank.find(user_data[behind]) == std::string_view::npos) {
    return std::string_view::npos;
  }
  if (lower_case(user_data.substr(0, kMimeSearch)).find("mime-version:") != std::string::npos) {
    return std::string_view::npos;
  }
  const size_t line_end = user_data.find('\n', behind);
  return line_end == std::string_view::npos ? user_data.size() : line_end + 1;
}

bool is_in_path(char c) {
  return is_ascii_alnum(c) || std::string_view("/._-@:+").find(c) != std::string_view::npos;
}

// The paths and commands that configure NICs, each where it was found first.
class Mentions {
 public:
  void in_config(const YamlDocument& document) {
    for (const char* key : {"write_files", "bootcmd", "runcmd"}) {
      if (const YamlNode* written = document.root().find(key)) below(*written);
    }
  }

  void in_lines(std::string_view text) {
    int line = 0;
    for (size_t start = 0; start < text.size(); ++line) {
      const size_t end = std::min(text.find('\n', start), text.size());
      in(text.substr(start, end - start), line);
      start = end + 1;
    }
  }

  std::string told() const {
    if (places_.empty()) return {};
    std::vector<std::string> named(
        places_.begin(),
        places_.begin() + static_cast<std::ptrdiff_t>(std::min(places_.size(), kMostPlaces)));
    if (places_.size() > kMostPlaces) {
      named.push_back(std::to_string(places_.size() - kMostPlaces) + " more");
    }
    return join(named);
  }

 private:
  void below(const YamlNode& node) {
    if (node.is_scalar()) in(node.text, node.line);
    for (const YamlNode& child : node.children) below(child);
  }

  void in(std::string_view text, int line) {
    const std::string lowered = lower_case(text);
    for (const std::string_view word : kNetworkWords) {
      for (size_t at = lowered.find(word); at != std::string::npos;
           at = lowered.find(word, at + word.size())) {
        const auto end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at),
                                          text.end(), is_in_path);
        add(std::string(text.begin() + static_cast<std::ptrdiff_t>(at), end), line);
      }
    }
  }

  void add(std::string path, int line) {
    if (!seen_.insert(path).second) return;
    places_.push_back("line " + std::to_string(line + 1) + " (" + std::move(path) + ")");
  }

  std::set<std::string> seen_;
  std::vector<std::string> places_;
};

}  // namespace

UserData::UserData(std::string_view text) : text_(text), config_start_(config_start(text)) {
  if (config_start_ == std::string_view::npos) return;
  try {
    config_ = YamlDocument::parse(text);
  } catch (const Error&) {
    // add_to_yaml says it.
  }
}

Spliced UserData::with_network_updates() const {
  YamlAddition addition;
  addition.entries = {"updates: {network: {when: [boot]}}"};
  if (is_blank(text_) && text_.find('\t') == std::string_view::npos) {
    Spliced made = add_to_yaml(std::string(kHeader) + "\n", addition);
    return splice(text_, {{0, std::move(made.text)}});
  }
  if (config_start_ == std::string_view::npos) {
    return left_whole(text_, "it is not a plain cloud-config");
  }
  addition.after = config_start_;
  if (!config_) return add_to_yaml(text_, addition);
  if (config_->root().find_key("updates")) {
    return left_whole(text_, "it has \"updates\" of its own");
  }
  return add_to_yaml(text_, *config_, addition);
}

std::string UserData::network_files() const {
  Mentions mentions;
  if (config_) {
    mentions.in_config(*config_);
  } else {
    mentions.in_lines(text_);
  }
  return mentions.told();
}

}  // namespace patchbay::cloudinit
