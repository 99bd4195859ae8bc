#include "cli/svg.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/table.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr double kColumn = 0.6;

// Classes of the panel; what has several takes the later rule.
constexpr std::string_view kStyle = R"(<style>
text{font-family:"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#1f2933}
.faint{fill:#66717d} .strong{font-weight:bold} .bad-text{fill:#c0261c;font-weight:bold}
.page{fill:#fff} .zone{fill:#f3f5f8;stroke:#dfe4ea} .card{fill:#fff;stroke:#b9c3ce;stroke-width:1.2}
.plate{fill:#e4eaf2;stroke:#9fb0c4;stroke-width:1.2} .missing{fill:none;stroke:#c0261c;stroke-dasharray:4 3}
.cable,.join{fill:none;stroke:#7c8a99;stroke-width:2} .join{stroke:#1a7f4b}
.broken{stroke:#c0261c;stroke-dasharray:5 4} .tip{fill:#1a7f4b} .tip-broken{fill:#c0261c}
.jack{fill:#fff;stroke:#7c8a99;stroke-width:1.6} .good{fill:#1a9a57} .bad{fill:#d3322a} .unknown{fill:#a4aeb9}
@media (prefers-color-scheme:dark){
text{fill:#e3e8ee} .faint{fill:#9aa7b4} .bad-text{fill:#ff7b72}
.page{fill:#14181d} .zone{fill:#1b2129;stroke:#2b343f} .card{fill:#232b35;stroke:#465362}
.plate{fill:#2a3644;stroke:#56687c} .missing{stroke:#ff7b72} .cable,.jack{stroke:#8695a5} .jack{fill:#14181d}
.join{stroke:#3fb97c} .broken{stroke:#ff7b72} .tip{fill:#3fb97c} .tip-broken{fill:#ff7b72}
.good{fill:#3fb97c} .bad{fill:#ff6a61} .unknown{fill:#66717d}
}
</style>
)";

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  std::string out = text.data();
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

std::string attribute(std::string_view name, double value) {
  return attribute(name, number(value));
}

std::string pair(const Point& at) { return number(at.x) + " " + number(at.y); }

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Char next = decode_utf8(text);
    const std::string_view bytes = text.substr(0, std::max<size_t>(next.size, 1));
    text.remove_prefix(bytes.size());
    switch (next.code_point) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += bytes;
    }
  }
  return out;
}

double text_width(std::string_view text, double size) {
  return static_cast<double>(display_width(text)) * size * kColumn;
}

std::string fitted(std::string_view text, double size, double width) {
  if (text_width(text, size) <= width) return std::string(text);
  std::string kept;
  while (!text.empty()) {
    const size_t bytes = std::max<size_t>(decode_utf8(text).size, 1);
    if (text_width(kept + std::string(text.substr(0, bytes)) + "…", size) > width) break;
    kept += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return kept + "…";
}

void Svg::box(std::string_view classes, const Box& box, double radius, std::string_view tooltip) {
  body_ += "<rect" + attribute("class", classes) + attribute("x", box.x) + attribute("y", box.y) +
           attribute("width", box.width) + attribute("height", box.height) +
           attribute("rx", radius);
  body_ += tooltip.empty() ? "/>\n" : "><title>" + escaped(tooltip) + "</title></rect>\n";
}

void Svg::dot(std::string_view classes, const Point& at, double radius) {
  body_ += "<circle" + attribute("class", classes) + attribute("cx", at.x) + attribute("cy", at.y) +
           attribute("r", radius) + "/>\n";
}

void Svg::line(std::string_view classes, const Point& from, const Point& to) {
  body_ += "<path" + attribute("class", classes) +
           attribute("d", "M" + pair(from) + "L" + pair(to)) + "/>\n";
}

void Svg::arrow(std::string_view classes, const Point& from, const Point& to) {
  const double back = to.x > from.x ? -8 : 8;
  line(classes, from, {to.x + back, to.y});
  const bool broken = classes.find("broken") != std::string_view::npos;
  body_ += "<path" + attribute("class", broken ? "tip-broken" : "tip") +
           attribute("d", "M" + pair(to) + "L" + pair({to.x + back, to.y - 4.5}) + "L" +
                              pair({to.x + back, to.y + 4.5}) + "Z") +
           "/>\n";
}

void Svg::text(std::string_view classes, const Point& at, double size, std::string_view text,
               std::string_view anchor) {
  body_ += "<text" + attribute("class", classes) + attribute("x", at.x) + attribute("y", at.y) +
           attribute("font-size", size);
  if (anchor != "start") body_ += attribute("text-anchor", anchor);
  body_ += ">" + escaped(text) + "</text>\n";
}

std::string Svg::finished(double width, double height, std::string_view title) const {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) +
         attribute("height", height) +
         attribute("viewBox", "0 0 " + number(width) + " " + number(height)) +
         " role=\"img\">\n<title>" + escaped(title) + "</title>\n" + std::string(kStyle) +
         "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n" + body_ + "</svg>\n";
}

}  // namespace patchbay::cli
