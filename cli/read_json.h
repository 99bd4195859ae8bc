// Small things that the readers of JSON share. Foreign JSON: unknown members are ignored, known
// ones have to have the right type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/source.h"
#include "plan/json_reader.h"

namespace patchbay::cli {

// `text` as one or more JSON documents one after the other, as `govc object.collect` prints them.
// Every key begins with a small letter: older govc writes Go's own names ("Self", "MacAddress").
std::vector<Json> parse_documents(std::string_view text, const std::string& source);

// Nothing for a missing array; more elements than kMaxGuestEntries are refused.
std::vector<JsonReader> list(const JsonReader& reader, std::string_view key);

bool has_list(const JsonReader& reader, std::string_view key);  // an array is there

int64_t integer(const JsonReader& reader);
uint64_t count_at(const JsonReader& reader, std::string_view key);  // also in quotes; else 0

// An object that may be missing: `find` at each of `keys`.
std::optional<JsonReader> deep(const JsonReader& reader,
                               std::initializer_list<std::string_view> keys);
std::string deep_string(const JsonReader& reader, std::initializer_list<std::string_view> keys);

// The readers. Each is given a document and adds to `reading`; false: it is not one of theirs.
bool read_vsphere(const JsonReader& document, Reading& reading);
bool read_vsphere_networks(const JsonReader& document, Reading& reading);
bool read_ovirt(const JsonReader& document, Reading& reading);
bool read_static_ips_json(const JsonReader& document, Reading& reading);

// A managed object as a property collector gives it. Another type than a VM's or a network's adds
// nothing.
void read_vm_object(const JsonReader& object, Reading& reading);
void read_network_object(std::string_view type, const std::string& key, const JsonReader& object,
                         Reading& reading);

// GuestInfo.
GuestReport read_guest_info(const JsonReader& guest, const std::string& source);

}  // namespace patchbay::cli
