#include "cli/tap_holders.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "plan/read_stream.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

namespace fs = std::filesystem;

// KubeVirt's mark of an alias that a user's own name is in (pkg/virt-launcher/virtwrap/api).
constexpr std::string_view kUserAlias = "ua-";
constexpr std::string_view kTunInFdinfo = "iff:\t";  // drivers/net/tun.c, tun_chr_show_fdinfo

// Empty for a file that goes meanwhile.
std::string text_at(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return read_to_end(file).value_or("");
}

// None, or those seen until then, of a folder that goes meanwhile.
std::vector<fs::path> paths_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code failure;
  for (auto entry = fs::directory_iterator(folder, failure); !failure && entry != end(entry);
       entry.increment(failure)) {
    paths.push_back(entry->path());
  }
  return paths;
}

bool is_in(const fs::path& process, uint64_t id) {
  struct stat status {};
  return stat((process / "ns/net").c_str(), &status) == 0 && status.st_ino == id;
}

std::vector<IfName> taps_of(const fs::path& process) {
  std::vector<IfName> taps;
  for (const fs::path& file : paths_in(process / "fdinfo")) {
    const std::string text = text_at(file);
    const size_t at = text.find(kTunInFdinfo);
    if (at == std::string::npos) continue;
    const size_t begin = at + kTunInFdinfo.size();
    const std::string name = text.substr(begin, text.find('\n', begin) - begin);
    if (!IfName::is_legal(name)) continue;
    const IfName tap = IfName::parse(name);
    if (std::find(taps.begin(), taps.end(), tap) == taps.end()) taps.push_back(tap);
  }
  return taps;
}

// Whatever follows "ua-" in a process' words: the hash in a link's name tells which is a network.
void add_aliases(const std::string& words, std::vector<std::string>& networks) {
  for (size_t at = words.find(kUserAlias); at != std::string::npos;
       at = words.find(kUserAlias, at + 1)) {
    const size_t begin = at + kUserAlias.size();
    size_t end = begin;
    while (end < words.size() && (is_ascii_alnum(words[end]) || words[end] == '-')) ++end;
    networks.push_back(words.substr(begin, end - begin));
  }
}

}  // namespace

TapHolders find_tap_holders(uint64_t id) {
  TapHolders found;
  for (const fs::path& process : paths_in("/proc")) {
    const std::string name = process.filename();
    const bool number =
        std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number || name.size() > 9 || !is_in(process, id)) continue;
    const std::vector<IfName> taps = taps_of(process);
    if (taps.empty()) continue;
    std::string program = text_at(process / "comm");
    if (!program.empty() && program.back() == '\n') program.pop_back();
    for (const IfName& tap : taps) found.holders.push_back({tap, std::stoi(name), program});
    add_aliases(text_at(process / "cmdline"), found.networks);
  }
  return found;
}

}  // namespace patchbay::cli
