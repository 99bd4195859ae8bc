#include "cli/transcript.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "cli/terminal_text.h"
#include "plan/error.h"
#include "plan/guest_text.h"
#include "plan/json_reader.h"

namespace patchbay::cli {
namespace {

struct Found {
  std::optional<std::string> addresses, routes4, routes6, dns, search, resolv_conf;
};

// The end of the JSON array that begins at `start`; npos where it has none.
size_t end_of_array(const std::string& text, size_t start) {
  int depth = 0;
  bool quoted = false;
  for (size_t at = start; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string::npos;
}

bool has_key(const std::string& json, const char* key) {
  return json.find("\"" + std::string(key) + "\"") != std::string::npos;
}

// An IPv6 route's destination or gateway, or what only IPv6 has.
bool is_ipv6(const Json& routes) {
  return std::any_of(routes.begin(), routes.end(), [](const Json& route) {
    const auto has_colon = [&route](const char* key) {
      return route.is_object() && route.contains(key) && route[key].is_string() &&
             route[key].get_ref<const std::string&>().find(':') != std::string::npos;
    };
    return has_colon("dst") || has_colon("gateway") ||
           (route.is_object() && route.contains("pref"));
  });
}

// Takes the arrays of objects out of `text`. `ip -j` puts no line feed into one: it is a fold.
void take_json(std::string& text, Found& found) {
  for (size_t start = 0; (start = text.find('[', start)) != std::string::npos;) {
    const size_t next = text.find_first_not_of(" \n", start + 1);
    const size_t end = next == std::string::npos || text[next] != '{' ? std::string::npos
                                                                      : end_of_array(text, start);
    if (end == std::string::npos) {
      ++start;
      continue;
    }
    std::string json = text.substr(start, end - start);
    json.erase(std::remove(json.begin(), json.end(), '\n'), json.end());
    text.replace(start, end - start, "\n");
    if (has_key(json, "addr_info")) {
      found.addresses = json;
    } else if (has_key(json, "dst")) {
      (is_ipv6(parse_json(json, "ip -j route in the transcript")) ? found.routes6 : found.routes4) =
          json;
    }
  }
}

// What is no JSON, a line after the other; `block` is the output that a line may go on with.
class LineReader {
 public:
  explicit LineReader(Found& found) : found_(found) {}

  void add(const std::string& line) {
    if (is_link_line(line)) {
      if (block_ != &found_.addresses || restarts(line)) begin(found_.addresses);
    } else if (is_route_line(line)) {
      auto& routes = is_ipv6_route(line) ? found_.routes6 : found_.routes4;
      if (block_ != &routes) begin(routes);
    } else if (line.starts_with("Global:")) {
      begin(next_is_search() ? found_.search : found_.dns);
    } else if (line.starts_with("nameserver ") || line.starts_with("search ") ||
               line.starts_with("domain ")) {
      if (block_ != &found_.resolv_conf) begin(found_.resolv_conf);
    } else if (!goes_on(line)) {
      note_command(line);
      block_ = nullptr;
      return;
    }
    **block_ += line + "\n";
  }

 private:
  void begin(std::optional<std::string>& block) {
    block_ = &block;
    block = "";
  }

  static bool restarts(const std::string& line) { return line.starts_with("1: "); }

  // "default dev eth0 metric 1024" may be either's: then it is as those before it.
  bool is_ipv6_route(const std::string& line) const {
    return line.find(':') != std::string::npos || line.find(" pref ") != std::string::npos ||
           (block_ == &found_.routes6 && line.find('.') == std::string::npos);
  }

  // `resolvectl dns` before `resolvectl domain`, unless the command's echo says which.
  bool next_is_search() {
    const bool search = commanded_.empty() ? last_was_dns_ : commanded_ == "domain";
    commanded_.clear();
    last_was_dns_ = !search;
    return search;
  }

  void note_command(const std::string& line) {
    const bool dns = line.find("resolvectl dns") != std::string::npos;
    const bool domain = line.find("resolvectl domain") != std::string::npos;
    if (dns != domain) commanded_ = dns ? "dns" : "domain";
  }

  bool goes_on(const std::string& line) const {
    if (block_ == nullptr) return false;
    if (block_ == &found_.dns || block_ == &found_.search) {
      return line.starts_with("Link ") || line.starts_with(" ");
    }
    return line.starts_with(" ") || line.starts_with("\t");
  }

  Found& found_;
  std::optional<std::string>* block_ = nullptr;
  std::string commanded_;
  bool last_was_dns_ = false;
};

[[noreturn]] void miss(const char* what) {
  throw Error(Errc::kMalformed,
              std::string("expected the output of ") + what +
                  ", found none that is whole; run in the guest what `patchbay verify "
                  "--print-commands` prints",
              "transcript");
}

}  // namespace

GuestOutputs read_transcript(const std::string& bytes) {
  TerminalText terminal;
  terminal.add(bytes);
  std::string text = terminal.text();
  Found found;
  take_json(text, found);
  LineReader reader(found);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) reader.add(line);
  if (!found.addresses) miss("`ip -d -j address`");
  if (!found.routes4 && !found.routes6) miss("`ip -4 -j route` or `ip -6 -j route`");
  GuestOutputs outputs{*found.addresses, {}, found.dns, found.search, found.resolv_conf};
  for (const auto& routes : {found.routes4, found.routes6}) {
    if (routes) outputs.routes.push_back(*routes);
  }
  if (outputs.dns || outputs.search) outputs.resolv_conf.reset();
  return outputs;
}

}  // namespace patchbay::cli
