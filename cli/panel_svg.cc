#include "cli/panel_svg.h"

#include <algorithm>

#include "cli/panel_words.h"
#include "cli/svg.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

// Pixels. Across: guest, pod (tap, join, NIC), node (link, network), with cables between.
constexpr double kMargin = 24;
constexpr double kTop = 92;  // of the zones; above them the title
constexpr double kPadding = 20;
constexpr double kGuestX = kMargin;
constexpr double kGuestWidth = 320;
constexpr double kCardWidth = kGuestWidth - 2 * kPadding;
constexpr double kPodX = kGuestX + kGuestWidth + 44;
constexpr double kNicWidth = 132;
constexpr double kJoinWidth = 118;
constexpr double kPodWidth = 2 * kPadding + 2 * kNicWidth + kJoinWidth;
constexpr double kNodeX = kPodX + kPodWidth + 44;
constexpr double kLinkWidth = 132;
constexpr double kCableWidth = 56;
constexpr double kNetworkWidth = 214;
constexpr double kNodeWidth = 2 * kPadding + kLinkWidth + kCableWidth + kNetworkWidth;
constexpr double kWidth = kNodeX + kNodeWidth + kMargin;
// Down.
constexpr double kNicHeight = 46;
constexpr double kLine = 16;
constexpr double kCardHead = 52;  // the name and the MAC
constexpr double kMinRow = 74;
constexpr double kGap = 16;
constexpr double kName = 14;
constexpr double kText = 12;
constexpr double kSmall = 10.5;

// What lies on the node's far side, once for all NICs that are plugged into it: those are drawn one
// below the other, so that no cable crosses another.
struct Network {
  std::string name;
  std::string kind;
  std::vector<const PanelNic*> nics;
  Box box;
};

// The link that is a network of the node's; null where the NIC ends before one.
const SeenLink* network_link(const FarEnd& far) {
  if (far.kind == FarEnd::Kind::kPort) return far.bridge ? &*far.bridge : nullptr;
  return far.link ? &*far.link : nullptr;
}

// In the order of their first NICs. A NIC without one has a Network without a name to itself.
std::vector<Network> networks_of(const Panel& panel) {
  std::vector<Network> networks;
  for (const PanelNic& nic : panel.nics) {
    const SeenLink* link = network_link(nic.far);
    if (link == nullptr) {
      networks.push_back({.nics = {&nic}});
      continue;
    }
    const std::string kind =
        std::string(cli::kind_of(*link)) + (nic.far.in_pod ? ", in the pod" : "");
    const auto known = std::find_if(networks.begin(), networks.end(), [&](const Network& one) {
      return one.name == link->state.name.str() && one.kind == kind;
    });
    if (known != networks.end()) {
      known->nics.push_back(&nic);
    } else {
      networks.push_back({link->state.name.str(), kind, {&nic}});
    }
  }
  return networks;
}

class Picture {
 public:
  explicit Picture(const Panel& panel) : panel_(panel), networks_(networks_of(panel)) {}

  std::string drawn() {
    place();
    zones();
    for (const Network& network : networks_) {
      if (!network.name.empty()) plate(network);
    }
    for (size_t row = 0; row < nics_.size(); ++row) {
      guest(*nics_[row], cards_[row]);
      pod(*nics_[row], cards_[row]);
      node(*nics_[row], cards_[row].middle());
    }
    const double end = drifts(bottom_ + 34);
    return svg_.finished(kWidth, end, "patch panel of pod net:[" + std::to_string(panel_.id) + "]");
  }

 private:
  void place() {
    double y = kTop + 40;
    for (Network& network : networks_) {
      const double top = y;
      for (const PanelNic* nic : network.nics) {
        const auto lines = static_cast<double>(addresses_of(*nic).size());
        const double height = std::max(kMinRow, kCardHead + kLine * lines + 10);
        nics_.push_back(nic);
        cards_.push_back({kGuestX + kPadding, y, kCardWidth, height});
        y += height + kGap;
      }
      network.box = {kNodeX + kNodeWidth - kPadding - kNetworkWidth, top, kNetworkWidth,
                     y - kGap - top};
    }
    bottom_ = y + 4;
  }

  void zones() {
    svg_.text("strong", {kMargin, 40}, 20, "patch panel");
    const size_t count = drift_count(panel_);
    const size_t nics = panel_.nics.size();
    const std::string id = "pod net:[" + std::to_string(panel_.id) + "] · " + std::to_string(nics) +
                           (nics == 1 ? " NIC" : " NICs");
    svg_.text("faint", {kMargin, 64}, 13, id);
    const std::string state =
        count == 0 ? "no drift" : std::to_string(count) + (count == 1 ? " drift" : " drifts");
    svg_.dot(count == 0 ? "good" : "bad", {kMargin + text_width(id, 13) + 22, 59.5}, 5);
    svg_.text(count == 0 ? "faint" : "bad-text", {kMargin + text_width(id, 13) + 34, 64}, 13,
              state);
    zone(kGuestX, kGuestWidth, "guest");
    zone(kPodX, kPodWidth, "pod");
    zone(kNodeX, kNodeWidth, "node");
  }

  void zone(double x, double width, std::string_view name) {
    svg_.box("zone", {x, kTop, width, bottom_ - kTop}, 10);
    svg_.text("faint strong", {x + kPadding, kTop + 25}, 13, name);
  }

  void guest(const PanelNic& nic, const Box& card) {
    svg_.box("card", card, 8, name_of(nic));
    const bool known = nic.parked || !nic.parked_in.empty();
    svg_.dot(!nic.drift.empty() ? "bad"
             : known            ? "good"
                                : "unknown",
             {card.x + 18, card.y + 18}, 5);
    svg_.text("strong", {card.x + 32, card.y + 23}, kName,
              fitted(name_of(nic), kName, card.width - 44));
    const std::string mac = nic.mac.is_zero() ? "MAC not known here" : nic.mac.to_string();
    svg_.text("faint", {card.x + 14, card.y + 44}, kText, mac);
    double y = card.y + 44;
    for (const std::string& address : addresses_of(nic)) {
      y += kLine;
      const double size = text_width(address, kText) > card.width - 24 ? kSmall - 0.5 : kText;
      svg_.text("", {card.x + 14, y}, size, address);
    }
    if (addresses_of(nic).empty()) {
      svg_.text("faint", {card.x + 14, y + kLine}, kText,
                nic.parked ? "no address parked" : "nothing parked");
    }
  }

  // A name in a box, with the kind or state below.
  void link(const Box& box, const std::optional<SeenLink>& link, const std::string& name,
            const std::string& below) {
    svg_.box(link ? "card" : "missing", box, 6, name + ": " + below);
    const double middle = box.x + box.width / 2;
    svg_.text("", {middle, box.y + 20}, kText, fitted(name, kText, box.width - 8), "middle");
    const bool bad = !link || !link->state.up;
    svg_.text(bad ? "bad-text" : "faint", {middle, box.y + 36}, kSmall,
              fitted(below, kSmall, box.width - 8), "middle");
  }

  void plugged(std::string_view classes, const Point& from, const Point& to) {
    svg_.line(classes, from, to);
    svg_.dot("jack", from, 4);
    svg_.dot("jack", to, 4);
  }

  void pod(const PanelNic& nic, const Box& card) {
    const double y = card.middle();
    const Box tap{kPodX + kPadding, y - kNicHeight / 2, kNicWidth, kNicHeight};
    const Box own{tap.right() + kJoinWidth, tap.y, kNicWidth, kNicHeight};
    const bool direct =
        nic.join == Join::kTap || nic.join == Join::kMacvtap || nic.join == Join::kDevice;
    if (!direct) {
      const bool up = nic.tap && nic.tap->state.up;
      link(tap, nic.tap, printable(nic.names.tap.str()),
           "tap, " + (!up                ? state_of(nic.tap)
                      : nic.tap->carrier ? "open"
                                         : "not open"));
      joint(nic, tap.right(), own.x, y);
    }
    const std::string kind = nic.nic ? std::string(cli::kind_of(*nic.nic)) : std::string();
    if (nic.join == Join::kDevice && !nic.nic) {
      svg_.box("card", own, 6);
      svg_.text("faint", {own.x + own.width / 2, y + 4}, kText, "no interface", "middle");
    } else {
      link(own, nic.nic, printable(nic.names.pod.str()),
           (kind.empty() ? "" : printable(kind) + ", ") + state_of(nic.nic));
    }
    const bool cut = direct && !nic.whole;
    plugged(cut ? "cable broken" : "cable", {card.right(), y}, {direct ? own.x : tap.x, y});
    if (direct) {
      svg_.text("faint", {tap.x + kNicWidth / 2, y - 8}, kSmall, word(nic.join), "middle");
    }
  }

  void joint(const PanelNic& nic, double left, double right, double y) {
    const double middle = (left + right) / 2;
    const bool good = nic.whole;
    if (nic.join == Join::kNothing) {
      svg_.text("faint", {middle, y + 4}, kSmall, "not joined", "middle");
      return;
    }
    if (nic.join != Join::kRedirect) {
      svg_.line(good ? "join" : "join broken", {left, y}, {right, y});
      svg_.text("faint", {middle, y - 8}, kSmall, word(nic.join), "middle");
      return;
    }
    way(redirect_between(nic.tap, nic.nic), good, outward(nic).joint, {left, y - 10},
        {right, y - 10}, -7);
    way(redirect_between(nic.nic, nic.tap), good, inward(nic).joint, {right, y + 10},
        {left, y + 10}, 16);
    svg_.text("faint", {middle, y + 3.5}, kSmall, "redirect", "middle");
  }

  void way(const SeenFilter* filter, bool whole, const FrameCount& count, const Point& from,
           const Point& to, double below) {
    const double inset = to.x > from.x ? 3 : -3;
    const std::string dropped =
        count.dropped == 0 ? "" : ", " + std::to_string(count.dropped) + " dropped";
    svg_.arrow(filter != nullptr && whole ? "join" : "join broken", {from.x + inset, from.y},
               {to.x - inset, to.y});
    svg_.text(filter != nullptr ? "" : "bad-text", {(from.x + to.x) / 2, from.y + below}, kSmall,
              fitted(filter != nullptr ? bytes(count.bytes) + dropped : "missing", kSmall,
                     kJoinWidth - 4),
              "middle");
  }

  void node(const PanelNic& nic, double y) {
    const FarEnd& far = nic.far;
    const Point from{kPodX + kPodWidth - kPadding, y};
    const Point network{kNodeX + kNodeWidth - kPadding - kNetworkWidth, y};
    const Box box{kNodeX + kPadding, y - kNicHeight / 2, kLinkWidth, kNicHeight};
    if (far.kind == FarEnd::Kind::kNone) return;
    if (far.kind == FarEnd::Kind::kHidden) {
      svg_.line("cable", from, {box.x, y});
      svg_.dot("jack", from, 4);
      svg_.text("faint", {box.x + 10, y + 4}, kText, far.hidden);
      return;
    }
    if (far.kind == FarEnd::Kind::kPort) {
      const bool up = far.link->state.up;
      link(box, far.link, printable(far.link->state.name.str()),
           std::string(cli::kind_of(*far.link)) + ", " + state_of(far.link));
      plugged(up ? "cable" : "cable broken", from, {box.x, y});
      if (far.bridge) {
        plugged(up ? "cable" : "cable broken", {box.right(), y}, network);
      } else {
        svg_.text("faint", {box.right() + 12, y + 4}, kText, "no bridge");
      }
      return;
    }
    plugged("cable", from, network);
  }

  void plate(const Network& network) {
    const Box& box = network.box;
    const std::string name = printable(network.name);
    svg_.box("plate", box, 8, name);
    svg_.text("strong", {box.x + 14, box.y + 23}, kName, name);
    svg_.text("faint", {box.right() - 12, box.y + 23}, kSmall,
              fitted(printable(network.kind), kSmall, box.width - 34 - text_width(name, kName)),
              "end");
    for (size_t row = 0; row < nics_.size(); ++row) {
      const bool plugged_in =
          std::find(network.nics.begin(), network.nics.end(), nics_[row]) != network.nics.end();
      if (!plugged_in) continue;
      svg_.text("faint", {box.x + 14, cards_[row].middle() + 4}, kSmall,
                fitted(port_words(*nics_[row]), kSmall, box.width - 24));
    }
  }

  static std::string port_words(const PanelNic& nic) {
    std::vector<std::string> words;
    if (nic.far.function) words.push_back("VF " + std::to_string(*nic.far.function));
    if (nic.far.kind == FarEnd::Kind::kParent && nic.nic) {
      words.push_back(printable(cli::kind_of(*nic.nic)));
      if (!nic.nic->mode.empty()) words.push_back(nic.nic->mode);
    }
    const std::string vlans = vlans_of(nic.far);
    if (!vlans.empty()) words.push_back(vlans);
    return words.empty() ? "no VLAN filter" : patchbay::join(words, " ");
  }

  // Returns where the picture ends.
  double drifts(double y) {
    for (const PanelNic& nic : panel_.nics) {
      for (const Drift& drift : nic.drift) {
        y = paragraph("bad-text", y, name_of(nic) + ": " + printable(drift.what));
        y = paragraph("faint", y, "→ " + printable(drift.cure)) + 6;
      }
    }
    return y - 34 + kMargin + 10;
  }

  // As many lines as it takes; words longer than one are cut anywhere.
  double paragraph(std::string_view classes, double y, const std::string& text) {
    constexpr double kRoom = kWidth - 2 * kMargin;
    std::string line;
    const auto flush = [&] {
      svg_.text(classes, {kMargin, y}, kText, line);
      y += 18;
      line.clear();
    };
    for (std::string_view rest = text; !rest.empty();) {
      const size_t size = std::max<size_t>(decode_utf8(rest).size, 1);
      line += rest.substr(0, size);
      rest.remove_prefix(size);
      const std::string_view word = rest.substr(0, rest.find(' '));
      const bool ends = line.back() == ' ' && text_width(line + std::string(word), kText) > kRoom;
      if (ends || text_width(line, kText) + kText > kRoom) flush();
    }
    if (!line.empty()) flush();
    return y;
  }

  const Panel& panel_;
  std::vector<Network> networks_;
  Svg svg_;
  std::vector<const PanelNic*> nics_;  // from top to bottom
  std::vector<Box> cards_;             // theirs, in the guest
  double bottom_ = 0;                  // of the zones
};

}  // namespace

std::string panel_svg(const Panel& panel) { return Picture(panel).drawn(); }

}  // namespace patchbay::cli
