#include "cli/console_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <sstream>
#include <vector>

#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr std::array<std::string_view, 9> kPromptEnds{"$", "#", "%", ">", "❯", "➜", "»", "λ", "›"};
constexpr uint32_t kPolynomial = 0x04c11db7;  // POSIX.1-2017, cksum

std::string_view without_end_spaces(std::string_view text) {
  const size_t end = text.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

bool contains_any(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool is_shell_prompt(std::string_view line) {
  if (line == ">" || line.ends_with(">>>")) return false;
  if (line.starts_with("[") && line.size() > 1 &&
      (line[1] == ' ' || (line[1] >= '0' && line[1] <= '9'))) {
    return false;  // a kernel's message, with its time
  }
  return std::any_of(kPromptEnds.begin(), kPromptEnds.end(),
                     [line](std::string_view end) { return line.ends_with(end); });
}

uint32_t step(uint32_t crc, uint8_t byte) {
  crc ^= uint32_t{byte} << 24;
  for (int bit = 0; bit < 8; ++bit) {
    crc = (crc & 0x80000000U) != 0 ? (crc << 1) ^ kPolynomial : crc << 1;
  }
  return crc;
}

template <typename Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Tail tail_of(std::string_view text) {
  std::string_view line = text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
  line = without_end_spaces(line);
  if (line.empty()) return Tail::kNothing;
  const std::string lower = lower_case(line);
  if (lower.ends_with("login:")) return Tail::kLogin;
  if (lower.ends_with(":") && contains_any(lower, {"password", "passwort", "mot de passe"})) {
    return contains_any(lower, {"new ", "current", "retype", "old ", "neues", "nouveau"})
               ? Tail::kChangePassword
               : Tail::kPassword;
  }
  return is_shell_prompt(line) ? Tail::kShell : Tail::kOther;
}

bool says_refused(std::string_view text) {
  return contains_any(lower_case(text),
                      {"incorrect", "authentication failure", "permission denied", "access denied",
                       "account is locked", "not allowed", "maximum number of tries"});
}

bool says_expired(std::string_view text) {
  return contains_any(lower_case(text), {"password has expired", "change your password",
                                         "password change required", "password expired"});
}

std::string framed(const std::string& command, const std::string& mark) {
  return "(m=" + mark + "; o=$( " + command +
         " ); s=$?; o=$(printf %s \"$o\" | tr \"\\t\" \" \"); " +
         "c=$(printf \"%s\\n\" \"$o\" | cksum 2>/dev/null); " +
         "echo \"<$m $s $c>\"; printf \"%s\\n\" \"$o\"; echo \"</$m>\")";
}

std::optional<Frame> find_frame(std::string_view text, const std::string& mark) {
  const std::string begin = "<" + mark + " ";
  const size_t start = text.find(begin);
  const size_t end = text.find("</" + mark + ">");
  if (start == std::string_view::npos || end == std::string_view::npos || end < start) {
    return std::nullopt;
  }
  Frame frame;
  const size_t head_end = text.find(">\n", start);
  if (head_end == std::string_view::npos || head_end > end) {
    frame.damaged = true;
    return frame;
  }
  std::istringstream head(
      std::string(text.substr(start + begin.size(), head_end - start - begin.size())));
  std::vector<std::string> words;
  for (std::string word; head >> word;) words.push_back(std::move(word));
  frame.output = text.substr(head_end + 2, end - head_end - 2);
  const auto status = words.empty() ? std::nullopt : number<int>(words[0]);
  frame.status = status.value_or(0);
  if (words.size() == 1 && status) return frame;  // no cksum in this guest
  frame.proved = status && words.size() == 3 &&
                 number<uint32_t>(words[1]) == posix_checksum(frame.output) &&
                 number<size_t>(words[2]) == frame.output.size();
  frame.damaged = !frame.proved;
  return frame;
}

uint32_t posix_checksum(std::string_view bytes) {
  uint32_t crc = 0;
  for (const char byte : bytes) crc = step(crc, static_cast<uint8_t>(byte));
  for (size_t size = bytes.size(); size != 0; size >>= 8) {
    crc = step(crc, static_cast<uint8_t>(size & 0xff));
  }
  return ~crc;
}

}  // namespace patchbay::cli
