#include "cloudinit/guest_ids.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string legal(std::string_view network) {
  std::string id;
  for (const char c : network) {
    if (is_ascii_alnum(c)) {
      id += ascii_lower(c);
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id;
}

// YAML 1.1's words for booleans and null: cloud-init reads with PyYAML, which still knows them.
bool is_yaml_word(std::string_view id) {
  constexpr std::array<std::string_view, 9> kWords{"y",   "n",    "yes",   "no",  "on",
                                                   "off", "true", "false", "null"};
  return std::find(kWords.begin(), kWords.end(), id) != kWords.end();
}

// A real NIC's name: the kernel's (drivers' alloc_netdev templates) or udev's
// (systemd.net-naming-scheme: two letters for the kind, one for the scheme).
bool names_a_nic(std::string_view id) {
  if (id == "lo") return true;
  for (const std::string_view kind : {"eth", "wlan", "wwan", "usb", "ib"}) {
    if (id.starts_with(kind) && id.size() > kind.size() &&
        std::all_of(id.begin() + static_cast<std::ptrdiff_t>(kind.size()), id.end(), is_digit)) {
      return true;
    }
  }
  constexpr std::array<std::string_view, 5> kUdevKinds{"en", "ib", "sl", "wl", "ww"};
  return id.size() > 3 &&
         std::find(kUdevKinds.begin(), kUdevKinds.end(), id.substr(0, 2)) != kUdevKinds.end() &&
         std::string_view("abcdiopsuvx").find(id[2]) != std::string_view::npos &&
         id.find('-') == std::string_view::npos && std::any_of(id.begin(), id.end(), is_digit);
}

std::string readable_id(std::string_view network) {
  std::string id = legal(network);
  if (id.empty()) return "net";
  if (!is_letter(id.front()) || is_yaml_word(id) || names_a_nic(id)) return "net-" + id;
  return id;
}

std::string unique_id(std::string_view network, std::set<std::string>& taken) {
  const std::string wanted = readable_id(network);
  std::string id = wanted;
  for (int n = 2; !taken.insert(id).second; ++n) id = wanted + "-" + std::to_string(n);
  return id;
}

}  // namespace

GuestIds guest_ids(const NetworkPlan& plan) {
  std::set<std::string> taken;
  for (const Attachment& attachment : plan.attachments) {
    if (!attachment.guest_name.empty()) taken.insert(attachment.guest_name);
  }
  GuestIds ids;
  for (const Attachment& attachment : plan.attachments) {
    ids.attachments.push_back(attachment.guest_name.empty() ? unique_id(attachment.network, taken)
                                                            : attachment.guest_name);
  }
  for (const OtherNic& other : plan.others) ids.others.push_back(unique_id(other.network, taken));
  return ids;
}

}  // namespace patchbay::cloudinit
