// What the <interface> of one attachment has to say, as a list: completing an interface that is
// there and making a new one read the same list, so both end with the same element.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/network_plan.h"

namespace patchbay::domainxml {

// How two spellings of a value are compared: libvirt may write 0x0 where KubeVirt wrote 0x0000.
enum class Spelling { kExact, kAnyCase, kNumber };

struct AttributeWish {
  std::string name;
  std::optional<std::string> value;  // absent: the attribute must not be there
  Spelling spelling = Spelling::kExact;
};

enum class When {
  kAlways,     // must be there
  kIfThere,    // nothing to say, but what is there must not say otherwise
  kOnlyInNew,  // part of an interface that we make; libvirt drops or keeps it as it likes
};

struct ElementWish {
  std::string name;
  When when = When::kAlways;
  std::vector<AttributeWish> attributes;
};

inline constexpr std::string_view kInterfaceType = "ethernet";

// `ua-NETWORK`: KubeVirt's user alias (pkg/virt-launcher/virtwrap/api, `UserAliasPrefix`), kept in
// the case in which KubeVirt writes it.
std::string alias_of(std::string_view network);

// In KubeVirt's own order of children (virtwrap/api/schema.go, `Interface`, v1.9.0). What the plan
// leaves open (no MTU, no boot order, …) is not in the list: whoever wrote it keeps it. The
// exception is `queues`: more of them than the tap has keep the VM from starting.
std::vector<ElementWish> wishes_of(const Attachment& attachment);

// The place of a child in KubeVirt's order; -1 for one that KubeVirt does not write.
int order_of(std::string_view child);

bool same_value(std::string_view a, std::string_view b, Spelling spelling);

// `<NAME ATTRIBUTE="…"></NAME>`, as Go's encoding/xml writes it.
std::string element_xml(const ElementWish& wish);

}  // namespace patchbay::domainxml
