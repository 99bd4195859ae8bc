#include "cloudinit/eni_text.h"

#include <algorithm>
#include <sstream>
#include <string>

#include "plan/error.h"

namespace patchbay::cloudinit {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; words.size() < 4 && stream >> word;) words.push_back(word);
  return words;
}

UserNic& nic_named(const std::string& name, int line, std::vector<UserNic>& nics) {
  const auto known = std::find_if(nics.begin(), nics.end(),
                                  [&name](const UserNic& nic) { return nic.label == name; });
  if (known != nics.end()) return *known;
  return nics.emplace_back(UserNic{name, line, {}, false, false, {}});
}

void read_address(const std::string& text, UserNic& nic) {
  const size_t slash = text.find('/');
  try {
    if (slash == std::string::npos) {
      nic.addresses.push_back({IpAddress::parse(text), std::nullopt});
    } else {
      const IpPrefix prefix = IpPrefix::parse(text);
      nic.addresses.push_back({prefix.address, prefix.length});
    }
  } catch (const Error&) {
    // A netmask behind the slash, or a mistake: not an address we could compare.
  }
}

void read_option(const std::vector<std::string>& words, UserNic& nic) {
  if (words.size() < 2) return;
  if (words[0] == "address") read_address(words[1], nic);
  if (words[0] != "hwaddress") return;
  try {
    nic.mac = Mac::parse(words.back());  // "hwaddress ether MAC" or "hwaddress MAC"
  } catch (const Error&) {
    // "random", or a mistake.
  }
}

}  // namespace

std::vector<UserNic> read_eni(std::string_view text, size_t max_nics) {
  std::vector<UserNic> nics;
  std::istringstream stream{std::string(text)};
  UserNic* nic = nullptr;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::vector<std::string> words = words_of(line);
    if (words.empty() || words[0].starts_with("#")) continue;
    if (words[0] == "iface" && words.size() == 4) {
      if (nics.size() == max_nics) break;
      nic = words[1] == "lo" ? nullptr : &nic_named(words[1], number, nics);
      if (nic) (words[2] == "inet6" ? nic->dhcp6 : nic->dhcp4) |= words[3] == "dhcp";
    } else if (nic) {
      read_option(words, *nic);
    }
  }
  return nics;
}

}  // namespace patchbay::cloudinit
