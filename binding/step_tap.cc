// MakeTap: the tap that the launcher opens.
#include "binding/silence.h"
#include "binding/step_text.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

std::string text_of(std::optional<uint32_t> id) { return id ? std::to_string(*id) : "none"; }

std::string_view queues(bool multi_queue) { return multi_queue ? "multi_queue" : "one"; }

// vnet_hdr is not compared: QEMU's own open decides it, by the NIC's model.
Differences foreign_tap(const MakeTap& step, const LinkState& state) {
  if (!state.tun || !state.tun->tap) return {differs(step.link, "kind", "tap", kind_of(state))};
  const TunInfo& tun = *state.tun;
  const TapOptions& wanted = step.options;
  Differences found;
  if (tun.owner != wanted.owner) {
    found.push_back(differs(step.link, "owner", text_of(wanted.owner), text_of(tun.owner)));
  }
  if (tun.group != wanted.group) {
    found.push_back(differs(step.link, "group", text_of(wanted.group), text_of(tun.group)));
  }
  if (tun.multi_queue != wanted.multi_queue) {
    found.push_back(
        differs(step.link, "queues", queues(wanted.multi_queue), queues(tun.multi_queue)));
  }
  if (!tun.persist) found.push_back(differs(step.link, "persistence", "on", "off"));
  return found;
}

Differences unset_tap(const MakeTap& step, const LinkState& state) {
  Differences found;
  if (state.mtu != step.mtu) {
    found.push_back(differs(step.link, "MTU", std::to_string(step.mtu), std::to_string(state.mtu)));
  }
  for (std::string& difference : loudness(state)) found.push_back(std::move(difference));
  return found;
}

}  // namespace

Differences MakeTap::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  Differences found = foreign_tap(*this, *state);
  if (found.empty()) found = unset_tap(*this, *state);
  return found;
}

void MakeTap::apply(Kernel& kernel) const {
  auto state = kernel.read_link(link);
  if (state) {
    if (const Differences foreign = foreign_tap(*this, *state); !foreign.empty()) {
      throw Error(Errc::kConflict, "the pod has a link where our tap belongs: " + join(foreign) +
                                       "; delete it, or find out who made it");
    }
  } else {
    kernel.make_tap(link, options);
    state = kernel.read_link(link);
    if (!state) throw Error(Errc::kKernel, "tap " + link.str() + " vanished once made");
  }
  if (unset_tap(*this, *state).empty()) return;
  LinkChange change = silencing(*state);
  change.mtu = mtu;
  kernel.change_link(link, change);
}

std::string MakeTap::text() const {
  return "make tap " + link.str() + ": owner " + std::to_string(options.owner) + ", group " +
         std::to_string(options.group) + ", mtu " + std::to_string(mtu) +
         (options.multi_queue ? ", multi_queue" : "") +
         (options.selinux_context.empty() ? "" : ", context " + printable(options.selinux_context));
}

std::vector<IfName> MakeTap::links() const { return {link}; }

}  // namespace patchbay
