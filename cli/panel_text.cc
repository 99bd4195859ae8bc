#include "cli/panel_text.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>
#include <cstring>

#include "cli/colour.h"
#include "cli/panel_words.h"
#include "cli/table.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

// What is drawn, in the terminal's characters.
struct Pen {
  std::string_view good, bad, unknown;  // before a NIC
  std::string_view wire, patch, cut;    // between two names: a cable, a join, one that is not whole
  std::string_view rule;                // beside a NIC's details
  std::string_view out, in, cure;
  std::string_view dot;
  std::string_view ellipsis;
};
constexpr Pen kUnicode{"●", "✗", "○", "─", "═", "╌", "│", "→", "←", "→", " · ", "…"};
constexpr Pen kAscii{"*", "x", "o", "-", "=", "~", "|", "->", "<-", "->", ", ", "..."};

constexpr size_t kNameColumns = 20;  // a longer name is cut in the lines, and whole below
constexpr size_t kLabel = 11;

struct Cell {
  std::string text;
  Style style = Style::kPlain;
};

// What follows a cell up to the next: the rest of the column and two more of `wire`.
struct Column {
  Cell cell;
  std::string_view wire;
  Style wire_style = Style::kFaint;
};
using Line = std::vector<Column>;

std::string repeated(std::string_view piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

std::string cut(const std::string& name, size_t columns, const Pen& pen) {
  if (display_width(name) <= columns) return name;
  std::string text;
  std::string_view rest = name;
  while (!rest.empty()) {
    const size_t size = std::max<size_t>(decode_utf8(rest).size, 1);
    if (display_width(text) + display_width(rest.substr(0, size)) + display_width(pen.ellipsis) >
        columns) {
      break;
    }
    text += rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return text.append(pen.ellipsis);
}

Style style_of(const std::optional<SeenLink>& link) {
  return link && link->state.up ? Style::kPlain : Style::kBad;
}

std::string name_or_missing(const std::optional<SeenLink>& link, const IfName& expected) {
  const std::string name = printable(expected.str());
  return link ? name : name + " missing";
}

Column head(const PanelNic& nic, const Pen& pen) {
  const bool known = nic.parked || !nic.parked_in.empty();
  const std::string name = cut(name_of(nic), kNameColumns, pen);
  if (!nic.drift.empty()) return {{std::string(pen.bad) + " " + name, Style::kBad}, " "};
  return {{std::string(known ? pen.good : pen.unknown) + " " + name,
           known ? Style::kGood : Style::kPlain},
          " "};
}

// NIC, tap, join, pod's NIC, the link on the node, the network there.
Line line_of(const PanelNic& nic, const Pen& pen) {
  const std::string_view patch = nic.whole ? pen.patch : pen.cut;
  const Style patch_style = nic.whole ? Style::kGood : Style::kBad;
  const bool has_tap =
      nic.join != Join::kTap && nic.join != Join::kMacvtap && nic.join != Join::kDevice;
  Line line{head(nic, pen)};
  if (has_tap) {
    line.push_back(
        {{name_or_missing(nic.tap, nic.names.tap), style_of(nic.tap)}, patch, patch_style});
  } else {
    line.push_back({{"guest"}, patch, patch_style});
  }
  line.push_back({{std::string(word(nic.join)), patch_style}, patch, patch_style});
  if (nic.join == Join::kDevice && !nic.nic) {
    line.push_back({{"no interface"}, pen.wire});
  } else {
    line.push_back({{name_or_missing(nic.nic, nic.names.pod), style_of(nic.nic)}, pen.wire});
  }
  const std::string link = far_link(nic.far);
  if (link.empty()) return line;
  const bool up = !nic.far.link || nic.far.link->state.up;
  line.push_back({{link, up ? Style::kPlain : Style::kBad}, pen.wire});
  if (const std::string network = far_network(nic.far); !network.empty()) {
    line.push_back({{network, Style::kHeading}, ""});
  }
  return line;
}

size_t width_of(const std::vector<size_t>& widths) {
  size_t width = 0;
  for (size_t each : widths) width += each + 4;
  return width < 4 ? 0 : width - 4;
}

std::vector<size_t> widths_of(const std::vector<Line>& lines) {
  std::vector<size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(line[i].cell.text));
    }
  }
  return widths;
}

// The cable goes on through what a shorter name leaves of its column.
std::string drawn(const Line& line, const std::vector<size_t>& widths, bool colour) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    const Column& column = line[i];
    text += painted(column.cell.text, column.cell.style, colour);
    if (i + 1 == line.size()) break;
    const size_t rest = widths[i] - display_width(column.cell.text) + 2;
    text += " " + painted(repeated(column.wire, rest), column.wire_style, colour) + " ";
  }
  return text + "\n";
}

std::string lines_of(const Panel& panel, const Pen& pen, const Terminal& terminal) {
  std::vector<Line> lines;
  for (const PanelNic& nic : panel.nics) lines.push_back(line_of(nic, pen));
  constexpr size_t kFarLink = 4;
  // Too narrow: the details have the link on the node, too.
  if (width_of(widths_of(lines)) > terminal.columns) {
    for (Line& line : lines) {
      if (line.size() == kFarLink + 2) line.erase(line.begin() + kFarLink);
    }
  }
  const std::vector<size_t> widths = widths_of(lines);
  std::string text;
  for (const Line& line : lines) text += drawn(line, widths, terminal.colour);
  return text;
}

// The details of one NIC, a labelled block each.
class Details {
 public:
  Details(const Pen& pen, const Terminal& terminal) : pen_(pen), terminal_(terminal) {}

  void heading(const std::string& text) {
    text_ += "\n" + painted(text, Style::kHeading, terminal_.colour) + "\n";
  }
  // Items go on in the next line where the terminal ends; nothing for none.
  void items(std::string_view label, const std::vector<std::string>& items) {
    std::string row;
    bool first = true;
    const auto flush = [&] {
      line(first ? label : "", row);
      first = false;
      row.clear();
    };
    for (const std::string& item : items) {
      const size_t wanted = kLabel + 4 + display_width(row) + 2 + display_width(item);
      if (!row.empty() && wanted > terminal_.columns) flush();
      row += (row.empty() ? "" : ", ") + item;
    }
    if (!row.empty()) flush();
  }
  void line(std::string_view label, const std::string& text, Style style = Style::kPlain) {
    text_ += painted(pen_.rule, Style::kFaint, terminal_.colour) + " ";
    text_ += painted(label, Style::kFaint, terminal_.colour) +
             std::string(kLabel - std::min(kLabel, display_width(label)), ' ');
    text_ += " " + painted(text, style, terminal_.colour) + "\n";
  }
  const Pen& pen() const { return pen_; }
  const std::string& text() const { return text_; }

 private:
  const Pen& pen_;
  const Terminal& terminal_;
  std::string text_;
};

std::string link_words(const SeenLink& link) {
  const LinkState& state = link.state;
  std::string text = printable(state.name.str()) + ": " + printable(kind_of(link));
  if (!link.mode.empty()) text += " " + link.mode;
  text += ", " + state_of(link) + ", MTU " + std::to_string(state.mtu);
  if (!state.mac.is_zero()) text += ", " + state.mac.to_string();
  if (!link.device.empty()) text += ", " + printable(link.device);
  return text;
}

void add_tap(const PanelNic& nic, Details& details) {
  const bool own = nic.join == Join::kTap;
  const std::optional<SeenLink>& tap = own ? nic.nic : nic.tap;
  if (!tap) return;
  std::string text = printable(tap->state.name.str()) + ": " + state_of(tap) + ", MTU " +
                     std::to_string(tap->state.mtu);
  text += tap->state.tun && tap->state.tun->multi_queue ? ", several queues" : ", one queue";
  details.items("tap", {text, held_by(nic)});
}

void add_join(const PanelNic& nic, Details& details) {
  if (nic.join == Join::kRedirect) {
    const SeenFilter* out = redirect_between(nic.tap, nic.nic);
    const SeenFilter* in = redirect_between(nic.nic, nic.tap);
    const auto handle = [](const SeenFilter* filter) {
      return filter == nullptr ? std::string("none") : "filter " + filter->handle;
    };
    details.line("redirect", std::string(details.pen().out) + " " + handle(out) + ", " +
                                 std::string(details.pen().in) + " " + handle(in));
  }
  if ((nic.join == Join::kBridge || nic.join == Join::kNat) && nic.bridge) {
    details.line("bridge", link_words(*nic.bridge));
  }
}

void add_far(const FarEnd& far, Details& details) {
  if (far.kind == FarEnd::Kind::kHidden) details.line("node", far.hidden);
  if (!far.link) return;
  const bool up = far.link->state.up;
  const std::string network = far_network(far);
  std::vector<std::string> items{far_link(far) + ": " + printable(kind_of(*far.link)),
                                 state_of(far.link)};
  if (far.kind == FarEnd::Kind::kParent) items.emplace_back("what the pod's NIC is on");
  if (far.bridge) {
    items.push_back("port of " + printable(kind_of(*far.bridge)) + " " + network);
  } else if (!network.empty()) {
    items.push_back(network);
  }
  details.line(far.in_pod ? "in the pod" : "node", patchbay::join(items),
               up ? Style::kPlain : Style::kBad);
}

// Where frames are lost shows by the column in which they are fewer.
std::string traffic(const PanelNic& nic, const Terminal& terminal) {
  std::vector<std::vector<std::string>> rows{{""}, {"outward"}, {"inward"}};
  const std::array<Traffic, 2> ways{outward(nic), inward(nic)};
  const auto column = [&](const std::string& name, FrameCount Traffic::*part) {
    rows[0].push_back(name);
    for (size_t i = 0; i < ways.size(); ++i) rows[i + 1].push_back(amount(ways[i].*part));
  };
  if (nic.tap) column("tap", &Traffic::tap);
  if (nic.tap && nic.nic && nic.join == Join::kRedirect) column("redirect", &Traffic::joint);
  if (nic.nic) column("pod's NIC", &Traffic::nic);
  for (auto& row : rows) row[0].resize(kLabel - 1, ' ');
  if (rows[0].size() < 2) return {};
  std::string text = aligned(std::move(rows));
  const std::string rule(
      painted(terminal.utf8 ? kUnicode.rule : kAscii.rule, Style::kFaint, terminal.colour));
  std::string ruled;
  while (!text.empty()) {
    const size_t end = text.find('\n') + 1;
    ruled += rule + " " + text.substr(0, end);
    text.erase(0, end);
  }
  return ruled;
}

std::string details_of(const PanelNic& nic, const Pen& pen, const Terminal& terminal) {
  Details details(pen, terminal);
  details.heading(name_of(nic));
  if (!nic.mac.is_zero()) {
    details.line("guest", nic.mac.to_string() + ", MTU " + std::to_string(nic.parked->mtu));
  }
  details.items("addresses", addresses_of(nic));
  details.items("routes", routes_of(nic));
  details.items("DNS", dns_of(nic));
  if (nic.parked) {
    const std::string ipam = nic.parked->ipam.empty() ? "none" : printable(nic.parked->ipam);
    details.line("parked in", printable(nic.names.record.str()) + ", IPAM " + ipam + ", " +
                                  printable(nic.parked->backend) + " for " +
                                  printable(nic.parked->why));
  } else if (nic.parked_in.empty()) {
    details.line("parked", "nothing: not patchbay's, or detached");
  }
  details.items("passes", limits_of(nic));
  details.items("port", port_of(nic));
  add_tap(nic, details);
  add_join(nic, details);
  if (nic.nic && nic.join != Join::kTap) details.line("pod's NIC", link_words(*nic.nic));
  add_far(nic.far, details);
  std::string text = details.text() + traffic(nic, terminal);
  Details drifts(pen, terminal);
  for (const Drift& drift : nic.drift) {
    drifts.line("drift", printable(drift.what), Style::kBad);
    drifts.line("", std::string(pen.cure) + " " + printable(drift.cure));
  }
  return text + drifts.text();
}

std::string summary(const Panel& panel, const Pen& pen) {
  const size_t drifts = drift_count(panel);
  const size_t nics = panel.nics.size();
  std::string text = "pod net:[" + std::to_string(panel.id) + "]";
  text.append(pen.dot).append(std::to_string(nics)).append(nics == 1 ? " NIC" : " NICs");
  text.append(pen.dot);
  if (drifts == 0) return text + "no drift";
  return text + std::to_string(drifts) + (drifts == 1 ? " drift" : " drifts");
}

}  // namespace

Terminal terminal_of_stdout() {
  Terminal terminal;
  std::setlocale(LC_CTYPE, "");
  terminal.utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  terminal.colour = wants_colour(stdout);
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
  } else if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    const unsigned long count = std::strtoul(columns, nullptr, 10);
    if (count > 0) terminal.columns = count;
  }
  return terminal;
}

std::string panel_text(const Panel& panel, const Terminal& terminal) {
  const Pen& pen = terminal.utf8 ? kUnicode : kAscii;
  if (panel.nics.empty()) {
    return "no NIC of a VM in net:[" + std::to_string(panel.id) +
           "]; --netns names a pod's: /proc/PID/ns/net of any process in it\n";
  }
  std::string text = painted(summary(panel, pen), Style::kHeading, terminal.colour) + "\n\n";
  text += lines_of(panel, pen, terminal);
  for (const PanelNic& nic : panel.nics) text += details_of(nic, pen, terminal);
  return text;
}

}  // namespace patchbay::cli
