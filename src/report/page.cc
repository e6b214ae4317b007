#include "report/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/text.h"

namespace understudy::report {

namespace {

constexpr std::size_t usual_gap = 2, narrow_gap = 1;  // between columns
constexpr std::size_t least_name = 12;                // columns of the first column

std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::none:
      return "";
    case Paint::title:
      return "\x1b[1m";
    case Paint::quiet:
      return "\x1b[2m";
    case Paint::good:
      return "\x1b[1;32m";
    case Paint::bad:
      return "\x1b[1;31m";
    case Paint::warning:
      return "\x1b[1;33m";
  }
  return "";
}

// The first or the second line of a heading; a single line stands at the bottom.
std::string heading_line(const std::string& heading, bool is_second) {
  const auto end = heading.find('\n');
  if (end == heading.npos) return is_second ? heading : std::string();
  return is_second ? heading.substr(end + 1) : heading.substr(0, end);
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

std::string painted(std::string_view text, Paint paint, const Style& style) {
  if (!style.has_color || paint == Paint::none || text.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", code_of(paint), text);
}

std::string paragraph(std::string_view lead, std::string_view text, const Style& style) {
  const auto indent = columns(lead);
  std::string result(lead);
  bool is_first = true;
  for (const auto& line : wrap(text, style.width - std::min(indent, style.width - 1))) {
    if (!is_first) result.append(indent, ' ');
    result += line;
    end_line(result);
    is_first = false;
  }
  return result;
}

std::string paragraph(std::string_view lead, const std::vector<std::string>& pieces,
                      const Style& style) {
  std::string result, line(lead);
  for (const auto& piece : pieces) {
    if (columns(line) > columns(lead) && columns(line) + 1 + columns(piece) > style.width) {
      result += line + '\n';
      line = std::string(columns(lead), ' ');
    }
    if (columns(line) > columns(lead)) line += ' ';
    line += cut(piece, style.width - std::min(style.width - 1, columns(lead)));
  }
  return result + line + '\n';
}

Cell count_cell(std::uint64_t count, Paint paint) {
  if (count == 0) return {"-", Paint::quiet};
  return {grouped(count), paint, brief(count)};
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    auto width = std::max(columns(heading_line(headings_[i], false)),
                          columns(heading_line(headings_[i], true)));
    for (const auto& row : rows_) width = std::max(width, columns(row[i].text));
    widths.push_back(width);
  }
  return widths;
}

std::size_t Table::Layout::figures() const {
  std::size_t sum = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) sum += gap + widths[i];
  return sum;
}

Table::Layout Table::layout_for(const Style& style) {
  Layout layout{widths(), usual_gap};
  const auto has_room = [&] { return layout.figures() + least_name <= style.width; };
  if (!has_room()) layout.gap = narrow_gap;
  if (!has_room()) {
    for (auto& row : rows_) {
      for (auto& cell : row) {
        if (!cell.brief.empty()) cell.text = cell.brief;
      }
    }
    layout.widths = widths();
  }
  layout.has_names_above = !has_room();
  const auto room = layout.has_names_above ? style.width : style.width - layout.figures();
  layout.widths[0] = std::min(std::max(layout.widths[0], least_name), room);
  return layout;
}

std::string Table::line(const std::vector<Cell>& cells, const Layout& layout, const Style& style) {
  const auto& name = cells[0];
  const auto width = layout.widths[0];
  std::string text;
  if (!layout.has_names_above || !name.text.empty()) {
    text = painted(left(cut_middle(name.text, width), width), name.paint, style);
  }
  if (layout.has_names_above && !text.empty()) end_line(text);
  for (std::size_t i = 1; i < cells.size(); ++i) {
    text.append(layout.gap, ' ');
    text += painted(right(cells[i].text, layout.widths[i]), cells[i].paint, style);
  }
  end_line(text);
  return text;
}

std::string Table::heading(const Layout& layout, bool is_second, const Style& style) const {
  std::vector<Cell> cells;
  for (const auto& heading : headings_) cells.push_back({heading_line(heading, is_second)});
  if (layout.has_names_above) cells[0].text.clear();
  auto text = line(cells, layout, {});
  text.pop_back();
  return painted(text, Paint::title, style) + '\n';
}

std::string Table::text(const Style& style) && {
  const auto layout = layout_for(style);
  std::string result;
  if (layout.has_names_above) result = painted(headings_[0], Paint::title, style) + '\n';
  const bool has_two_lines = std::any_of(headings_.begin(), headings_.end(), [](const auto& each) {
    return each.find('\n') != each.npos;
  });
  if (has_two_lines) result += heading(layout, false, style);
  result += heading(layout, true, style);
  for (const auto& row : rows_) result += line(row, layout, style);
  return result;
}

}  // namespace understudy::report
