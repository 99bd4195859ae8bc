// Netlink messages, written and read: thin values over libnl's nl_msg and nlattr that can't overrun
// and can't leak. Private to binding/: libnl shows here.
#pragma once

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "plan/error.h"

namespace patchbay {

// A request under construction. Throws Error{kInternal} where an attribute finds no room.
class NetlinkMessage {
 public:
  NetlinkMessage(int type, int flags) : message_(nlmsg_alloc_simple(type, flags)) {
    must(message_ != nullptr);
  }

  // The family's fixed header: ifinfomsg, ifaddrmsg, rtmsg, tcmsg.
  template <typename Header>
  NetlinkMessage& header(const Header& header) {
    Header copy = header;
    must(nlmsg_append(message_.get(), &copy, sizeof copy, NLMSG_ALIGNTO) == 0);
    return *this;
  }
  NetlinkMessage& raw(std::string_view bytes) {
    must(nlmsg_append(message_.get(), const_cast<char*>(bytes.data()), bytes.size(), 1) == 0);
    return *this;
  }
  NetlinkMessage& bytes(int type, const void* data, size_t size) {
    must(nla_put(message_.get(), type, static_cast<int>(size), data) == 0);
    return *this;
  }
  NetlinkMessage& u8(int type, uint8_t value) { return bytes(type, &value, sizeof value); }
  NetlinkMessage& u32(int type, uint32_t value) { return bytes(type, &value, sizeof value); }
  NetlinkMessage& string(int type, std::string_view text) {  // with its final zero
    nlattr* attribute = nla_reserve(message_.get(), type, static_cast<int>(text.size() + 1));
    must(attribute != nullptr);
    std::memcpy(nla_data(attribute), text.data(), text.size());
    static_cast<char*>(nla_data(attribute))[text.size()] = '\0';
    return *this;
  }
  // What `fill` puts in becomes the content of one attribute.
  template <typename Fill>
  NetlinkMessage& nest(int type, Fill&& fill) {
    nlattr* start = nla_nest_start(message_.get(), type);
    must(start != nullptr);
    fill(*this);
    must(nla_nest_end_keep_empty(message_.get(), start) == 0);
    return *this;
  }

  nl_msg* get() const { return message_.get(); }

 private:
  struct Free {
    void operator()(nl_msg* message) const { nlmsg_free(message); }
  };
  static void must(bool done) {
    if (!done) throw Error(Errc::kInternal, "a netlink request does not fit its buffer");
  }

  std::unique_ptr<nl_msg, Free> message_;
};

// Attributes in a row, as they were received. A value that is shorter than its type counts as
// absent.
class NetlinkAttributes {
 public:
  NetlinkAttributes() = default;
  NetlinkAttributes(const void* data, size_t size)
      : first_(static_cast<const nlattr*>(data)), size_(static_cast<int>(size)) {}

  template <typename Visit>
  void for_each(Visit&& visit) const {
    int rest = size_;
    for (const nlattr* a = first_; a != nullptr && nla_ok(a, rest); a = nla_next(a, &rest))
      visit(a);
  }
  const nlattr* find(int type) const {
    return first_ == nullptr ? nullptr : nla_find(first_, size_, type);
  }
  bool has(int type) const { return find(type) != nullptr; }
  template <typename Value>
  std::optional<Value> value(int type) const {
    const nlattr* attribute = find(type);
    if (attribute == nullptr || nla_len(attribute) < static_cast<int>(sizeof(Value))) return {};
    Value out;
    std::memcpy(&out, nla_data(attribute), sizeof out);
    return out;
  }
  std::string_view string(int type) const {  // up to its zero; empty where absent
    const nlattr* attribute = find(type);
    if (attribute == nullptr) return {};
    const auto* text = static_cast<const char*>(nla_data(attribute));
    return {text, strnlen(text, static_cast<size_t>(nla_len(attribute)))};
  }
  // The data of `type` where it has exactly `size` bytes.
  const void* bytes(int type, size_t size) const {
    const nlattr* attribute = find(type);
    const bool right = attribute != nullptr && nla_len(attribute) == static_cast<int>(size);
    return right ? nla_data(attribute) : nullptr;
  }
  NetlinkAttributes nested(int type) const { return inside(find(type)); }
  static NetlinkAttributes inside(const nlattr* attribute) {
    if (attribute == nullptr) return {};
    return {nla_data(attribute), static_cast<size_t>(nla_len(attribute))};
  }

 private:
  const nlattr* first_ = nullptr;
  int size_ = 0;
};

// A message's fixed header and what follows it; null where the message is shorter than the header.
template <typename Header>
const Header* header_of(const nlmsghdr& message) {
  const auto* m = const_cast<nlmsghdr*>(&message);
  return nlmsg_datalen(m) < static_cast<int>(sizeof(Header))
             ? nullptr
             : static_cast<const Header*>(nlmsg_data(m));
}

template <typename Header>
NetlinkAttributes attributes_of(const nlmsghdr& message) {
  const auto* m = const_cast<nlmsghdr*>(&message);
  return {nlmsg_attrdata(m, sizeof(Header)), static_cast<size_t>(nlmsg_attrlen(m, sizeof(Header)))};
}

}  // namespace patchbay
