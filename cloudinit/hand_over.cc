#include <algorithm>
#include <utility>

#include "cloudinit/guest_nic.h"
#include "cloudinit/merge.h"
#include "cloudinit/network_data.h"
#include "cloudinit/network_data_text.h"
#include "cloudinit/user_data_updates.h"
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

Format format_of(UserForm form) {
  switch (form) {
    case UserForm::kV1:
      return Format::kV1;
    case UserForm::kNetworkData:
      return Format::kNetworkData;
    case UserForm::kV2:
    case UserForm::kEni:
    case UserForm::kUnknown:
      break;
  }
  return Format::kV2;
}

NicText text_of(const GuestNic& nic, UserForm form, Guest guest) {
  NetworkDataParts parts = network_data_parts(nic, guest);
  return {nic.id, form == UserForm::kV1 ? v1_snippet(nic) : v2_snippet(nic, guest),
          std::move(parts.link), std::move(parts.networks)};
}

// What the user's networkData says, put beside what the plan wants.
class Merge {
 public:
  Merge(const NetworkPlan& plan, const std::string& network_data)
      : text_(network_data), user_(read_user_network_data(network_data)) {
    std::vector<GuestNic> nics = guest_nics(plan, format_of(user_.form), about_ours_);
    std::vector<std::string> taken = user_.ids;
    for (const GuestNic& nic : nics) {
      if (nic.set_name) taken.push_back(nic.id);
    }
    for (size_t i = 0; i < plan.attachments.size(); ++i) {
      const Attachment& attachment = plan.attachments[i];
      if (const UserNic* nic = find_nic(user_, attachment.mac)) {
        diagnostics_.push_back(entry_wins(attachment, *nic));
      } else if (!wanted(attachment).empty()) {
        if (!nics[i].set_name) nics[i].id = free_id(nics[i].id, taken);
        missing_.push_back(&attachment);
        texts_.push_back(text_of(nics[i], user_.form, plan.guest));
      }
    }
  }

  const UserNetworkData& user() const { return user_; }

  // The text to hand over; what was done and what could not be goes to `diagnostics`.
  std::string done(Diagnostics& diagnostics) {
    const Spliced merged = merge_network_data(text_, user_, texts_);
    for (size_t i = 0; i < missing_.size(); ++i) {
      diagnostics_.push_back(merged.problem.empty() ? added(*missing_[i])
                                                    : not_added(*missing_[i], merged, texts_[i]));
      if (!merged.problem.empty()) continue;
      for (const Diagnostic& told : about_ours_) {
        if (told.network == missing_[i]->network) diagnostics_.push_back(told);
      }
    }
    diagnostics.insert(diagnostics.end(), diagnostics_.begin(), diagnostics_.end());
    return merged.text;
  }

 private:
  Diagnostic added(const Attachment& attachment) const {
    return {Severity::kNote,
            attachment.network,
            "networkData",
            "networkData says nothing about the NIC " + attachment.mac.to_string() +
                ": an entry with " + wanted(attachment) + " is added beside the user's",
            {}};
  }

  Diagnostic not_added(const Attachment& attachment, const Spliced& merged,
                       const NicText& text) const {
    const std::string nic = "the NIC " + attachment.mac.to_string();
    return {Severity::kWarning, attachment.network, "networkData",
            "networkData is passed on as it is, for " + merged.problem + ": unless it configures " +
                nic + ", the guest will not have " + wanted(attachment) + " there",
            by_hand(user_.form, text)};
  }

  const std::string& text_;
  UserNetworkData user_;
  Diagnostics about_ours_;
  Diagnostics diagnostics_;
  std::vector<const Attachment*> missing_;
  std::vector<NicText> texts_;
};

// Each volume is read for one kind of networkData; KubeVirt passes any on.
void tell_wrong_volume(const UserNetworkData& user, CloudInitData::DataSource source,
                       Diagnostics& diagnostics) {
  const bool config_drive = source == CloudInitData::DataSource::kConfigDrive;
  const bool json = user.form == UserForm::kNetworkData;
  if (user.form == UserForm::kUnknown || user.form == UserForm::kEni || json == config_drive)
    return;
  diagnostics.push_back(
      {Severity::kWarning, "", "networkData",
       std::string("networkData is ") + (json ? "network_data.json" : "network-config") +
           ", which guests don't read from a " +
           (config_drive ? "cloudInitConfigDrive" : "cloudInitNoCloud") + " volume",
       std::string("use ") + (config_drive ? "cloudInitNoCloud" : "cloudInitConfigDrive") +
           ", or remove networkData to have it written for you"});
}

// cloud-init (22.4 and 25.1) crashes at each later boot where it shall apply a ConfigDrive's
// network again: update_metadata_if_supported sets `_network_config` to UNSET, and
// DataSourceConfigDrive.network_config tests for None.
Diagnostic config_drive_is_read_once() {
  return {Severity::kNote, "", "userData",
          "the guest applies a ConfigDrive's networkData at its first boot only, and not a changed "
          "address later: cloud-init fails at later boots where `updates` asks it to",
          "use cloudInitNoCloud where addresses may change, and write no updates beside a "
          "cloudInitConfigDrive"};
}

// Which one wins is different in each guest: README.md.
Diagnostic two_configurations(const std::string& places) {
  return {Severity::kWarning, "", "userData",
          "userData configures networks itself, " + places +
              ", and the guest gets networkData, too: where both mean one NIC, it may have what "
              "either says",
          "take it out of userData; where it is to stand, write it as the NIC's entry in the VM's "
          "networkData, which is kept as it is"};
}

// cloud-init applies networkData at an instance's first boot only, and KubeVirt pins the instance.
void apply_at_each_boot(const NetworkPlan& plan, CloudInitData::DataSource source,
                        const UserData& user_data, const std::string& own_files,
                        Handover& handover) {
  if (plan.first_boot_only || plan.guest == Guest::kWindows) return;
  if (source == CloudInitData::DataSource::kConfigDrive) {
    handover.diagnostics.push_back(config_drive_is_read_once());
    return;
  }
  Spliced updated = user_data.with_network_updates();
  if (own_files.empty() && updated.problem.empty()) {
    handover.user_data = std::move(updated.text);
    return;
  }
  handover.diagnostics.push_back(
      {Severity::kNote, "", "userData",
       "the guest applies its networkData at its first boot only, and not a changed address later: "
       "userData is passed on as it is, for " +
           (own_files.empty() ? updated.problem : "it configures networks itself"),
       "add updates: {network: {when: [boot]}} to it, or write the annotation " +
           std::string(kApplyAnnotation) + ": first-boot where that is what was meant"});
}

}  // namespace

Handover hand_over(const NetworkPlan& plan, const CloudInitData& data) {
  Handover handover{data.user_data, data.network_data, {}};
  if (is_blank(handover.user_data)) handover.user_data = kEmptyUserData;
  if (plan.attachments.empty()) return handover;
  if (is_blank(data.network_data)) {
    handover.network_data =
        render(plan, format_for(data.data_source, plan.guest), handover.diagnostics);
  } else {
    Merge merge(plan, data.network_data);
    tell_wrong_volume(merge.user(), data.data_source, handover.diagnostics);
    handover.network_data = merge.done(handover.diagnostics);
  }
  if (handover.network_data == data.network_data) return handover;
  const UserData user_data(handover.user_data);
  const std::string own_files = user_data.network_files();
  if (!own_files.empty()) handover.diagnostics.push_back(two_configurations(own_files));
  apply_at_each_boot(plan, data.data_source, user_data, own_files, handover);
  return handover;
}

}  // namespace patchbay::cloudinit
