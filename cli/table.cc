#include "cli/table.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "plan/text.h"

namespace patchbay::cli {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

constexpr Range kCombining[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},
                                {0x64b, 0x65f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
                                {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};
constexpr Range kWide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},
                           {0xf900, 0xfaff}, {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                           {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};

template <size_t N>
bool in(const Range (&ranges)[N], uint32_t c) {
  return std::any_of(ranges, ranges + N,
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Utf8Char next = decode_utf8(text);
    width += in(kCombining, next.code_point) ? 0 : in(kWide, next.code_point) ? 2 : 1;
    text.remove_prefix(std::max<size_t>(next.size, 1));
  }
  return width;
}

std::string aligned(std::vector<std::vector<std::string>> rows) {
  std::vector<std::vector<Cell>> cells;
  for (auto& row : rows) {
    cells.emplace_back(std::make_move_iterator(row.begin()), std::make_move_iterator(row.end()));
  }
  return aligned(cells, false);
}

std::string aligned(const std::vector<std::vector<Cell>>& rows, bool colour) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(printable(row[i].text)));
    }
  }
  std::string out;
  for (const auto& row : rows) {
    size_t owed = 0;  // spaces, once something follows
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string text = printable(row[i].text);
      if (!text.empty()) out += std::string(owed, ' ') + painted(text, row[i].style, colour);
      owed = (text.empty() ? owed : 0) + widths[i] + 2 - display_width(text);
    }
    out += "\n";
  }
  return out;
}

}  // namespace patchbay::cli
