#include <algorithm>

#include "cloudinit/guest_nic.h"
#include "cloudinit/network_data.h"
#include "cloudinit/user_network_data.h"
#include "cloudinit/v1_text.h"
#include "cloudinit/v2_text.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

// KubeVirt fails on networkData without userData ("unexpected end of JSON input"); this one says
// nothing.
constexpr std::string_view kEmptyUserData = "#cloud-config\n";

// What the plan wants the guest to have on this NIC; empty: nothing.
std::string wanted(const Attachment& attachment) {
  std::vector<std::string> parts;
  for (const PlannedAddress& planned : attachment.addresses) {
    parts.push_back(to_string(planned));
  }
  if (attachment.ipv4 == Ipv4Method::kDhcp) parts.push_back("DHCPv4");
  if (attachment.ipv6 == Ipv6Method::kDhcp) parts.push_back("DHCPv6");
  if (attachment.ipv6 == Ipv6Method::kAuto) parts.push_back("IPv6 by router advertisements");
  return parts.empty() ? std::string() : join(parts);
}

const UserNic* find_nic(const UserNetworkData& user, const Mac& mac) {
  const auto nic = std::find_if(user.nics.begin(), user.nics.end(),
                                [&](const UserNic& candidate) { return candidate.mac == mac; });
  return nic == user.nics.end() ? nullptr : &*nic;
}

bool has_address(const UserNic& nic, const IpPrefix& prefix) {
  return std::any_of(nic.addresses.begin(), nic.addresses.end(), [&](const UserAddress& written) {
    return written.address == prefix.address &&
           written.length.value_or(prefix.length) == prefix.length;
  });
}

std::string describe(const UserNic& nic) {
  std::vector<std::string> parts;
  if (nic.dhcp4) parts.push_back("DHCPv4");
  if (nic.dhcp6) parts.push_back("DHCPv6");
  for (const UserAddress& written : nic.addresses) {
    parts.push_back(written.address.to_string() +
                    (written.length ? "/" + std::to_string(*written.length) : std::string()));
  }
  return join(parts);
}

// The user's entry wins; what it hides of the plan is a warning, the rest a note.
Diagnostic entry_wins(const Attachment& attachment, const UserNic& nic) {
  std::vector<std::string> hidden;
  for (const PlannedAddress& planned : attachment.addresses) {
    if (!has_address(nic, planned.prefix)) {
      hidden.push_back(to_string(planned));
    }
  }
  Diagnostic told{Severity::kNote,
                  attachment.network,
                  "networkData, line " + std::to_string(nic.line),
                  "networkData configures the NIC " + attachment.mac.to_string() +
                      " itself, as entry " + in_quotes(nic.label) + " with " + describe(nic),
                  {}};
  if (hidden.empty()) return told;
  told.severity = Severity::kWarning;
  told.message += "; that hides " + join(hidden);
  told.hint = "add the address to that entry, or remove networkData to have it written for you";
  return told;
}

std::string labels_without_mac(const UserNetworkData& user) {
  std::vector<std::string> labels;
  for (const UserNic& nic : user.nics) {
    if (!nic.mac && labels.size() < 5) labels.push_back(in_quotes(nic.label));
  }
  return labels.empty() ? std::string() : join(labels);
}

std::string paste_hint(const GuestNic& entry, UserForm form) {
  switch (form) {
    case UserForm::kV1:
      return "add under \"config:\" " + v1_snippet(entry);
    case UserForm::kV2:
      return "add under \"ethernets:\" " + v2_snippet(entry, Guest::kLinux);
    case UserForm::kNetworkData:
    case UserForm::kEni:
    case UserForm::kUnknown:
      return "write it there, matched by the MAC address, or remove networkData to have it written "
             "for you";
  }
  return {};
}

// Nothing of the user's names this NIC's MAC.
Diagnostic not_mentioned(const Attachment& attachment, const GuestNic& entry,
                         const UserNetworkData& user) {
  const std::string nic = "the NIC " + attachment.mac.to_string();
  const std::string loss = "the guest will not have " + wanted(attachment) + " there";
  std::string message;
  if (!user.problem.empty()) {
    message = "networkData is passed on as it is, but " + user.problem + ": unless it configures " +
              nic + ", " + loss;
  } else if (const std::string labels = labels_without_mac(user); !labels.empty()) {
    message = "networkData has no entry that matches " + nic + " by its MAC address: unless " +
              labels + " is that NIC, " + loss;
  } else {
    message = "networkData says nothing about " + nic + ", so " + loss;
  }
  return {Severity::kWarning, attachment.network, "networkData", message,
          paste_hint(entry, user.form)};
}

void judge_user_data(const NetworkPlan& plan, const std::string& network_data,
                     Diagnostics& diagnostics) {
  const UserNetworkData user = read_user_network_data(network_data);
  Diagnostics about_text_not_used;
  const std::vector<GuestNic> entries = guest_nics(plan, Format::kV2, about_text_not_used);
  for (size_t i = 0; i < plan.attachments.size(); ++i) {
    const Attachment& attachment = plan.attachments[i];
    if (const UserNic* nic = find_nic(user, attachment.mac)) {
      diagnostics.push_back(entry_wins(attachment, *nic));
    } else if (!wanted(attachment).empty()) {
      diagnostics.push_back(not_mentioned(attachment, entries[i], user));
    }
  }
}

}  // namespace

Handover hand_over(const NetworkPlan& plan, const CloudInitData& data) {
  Handover handover{data.user_data, data.network_data, {}};
  if (is_blank(handover.user_data)) handover.user_data = kEmptyUserData;
  if (plan.attachments.empty()) return handover;
  if (!is_blank(data.network_data)) {
    judge_user_data(plan, data.network_data, handover.diagnostics);
  } else {
    handover.network_data =
        render(plan, format_for(data.data_source, plan.guest), handover.diagnostics);
  }
  return handover;
}

}  // namespace patchbay::cloudinit
