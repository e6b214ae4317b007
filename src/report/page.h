#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/report/render.h"

namespace understudy::report {

enum class Paint { none, title, quiet, good, bad, warning };

std::string painted(std::string_view text, Paint paint, const Style& style);

// `text` wrapped to the style's width, behind `lead` in the first line and as many spaces in
// others.
std::string paragraph(std::string_view lead, std::string_view text, const Style& style);

// Pieces behind each other, a line broken only between two of them.
std::string paragraph(std::string_view lead, const std::vector<std::string>& pieces,
                      const Style& style);

// One cell of a table.
struct Cell {
  std::string text;
  Paint paint = Paint::none;
  std::string brief = {};  // stands for `text` where figures leave no room for names; may be empty
};

// A count as a cell: "-" for none, so that the others are seen.
Cell count_cell(std::uint64_t count, Paint paint = Paint::none);

// Rows under headings. The first column is text and takes the room that the others leave; they are
// figures, aligned to the right.
class Table {
 public:
  // A heading may have two lines.
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  // Where figures would leave no room for names they move together, then become brief; then names
  // stand in lines of their own above them.
  std::string text(const Style& style) &&;

 private:
  struct Layout {
    std::vector<std::size_t> widths;
    std::size_t gap;  // between columns
    bool has_names_above = false;

    std::size_t figures() const;  // columns of a line that they take
  };

  std::vector<std::size_t> widths() const;
  Layout layout_for(const Style& style);
  std::string heading(const Layout& layout, bool is_second, const Style& style) const;

  static std::string line(const std::vector<Cell>& cells, const Layout& layout, const Style& style);

  std::vector<std::string> headings_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace understudy::report
