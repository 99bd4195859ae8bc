// A picture as SVG 1.1: shapes by class, whose colours follow the reader's light or dark theme, and
// text in one fixed-width font, so that its width is known without one.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::cli {

struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  double right() const { return x + width; }
  double middle() const { return y + height / 2; }
};

// `text` for XML, its markup escaped; it has to be printable().
std::string escaped(std::string_view text);

// How wide `text` is in pixels: 0.6 of its size for each column of a terminal (DejaVu Sans Mono is
// 0.602, Menlo 0.602, Consolas 0.55).
double text_width(std::string_view text, double size);

// `text`, with its end left out where it is wider.
std::string fitted(std::string_view text, double size, double width);

class Svg {
 public:
  void box(std::string_view classes, const Box& box, double radius, std::string_view tooltip = {});
  void dot(std::string_view classes, const Point& at, double radius);
  void line(std::string_view classes, const Point& from, const Point& to);
  void arrow(std::string_view classes, const Point& from, const Point& to);  // level
  // On the base line `at`; `anchor`: "start", "middle", "end".
  void text(std::string_view classes, const Point& at, double size, std::string_view text,
            std::string_view anchor = "start");

  std::string finished(double width, double height, std::string_view title) const;

 private:
  std::string body_;
};

}  // namespace patchbay::cli
