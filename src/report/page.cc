#include "report/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/text.h"

namespace understudy::report {

namespace {

constexpr std::size_t gap = 2;          // between columns
constexpr std::size_t least_name = 12;  // columns of the first column

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

// What the figures leave of a line.
std::size_t room_for_names(const std::vector<std::size_t>& widths, const Style& style) {
  std::size_t figures = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) figures += gap + widths[i];
  return style.width - std::min(style.width, figures);
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

std::vector<std::size_t> Table::fitted_widths(const Style& style) {
  auto width = widths();
  if (room_for_names(width, style) < least_name) {
    for (auto& row : rows_) {
      for (auto& cell : row) {
        if (!cell.brief.empty()) cell.text = cell.brief;
      }
    }
    width = widths();
  }
  width[0] = std::max(std::min(width[0], room_for_names(width, style)), least_name);
  return width;
}

std::string Table::text(const Style& style) && {
  const auto width = fitted_widths(style);
  std::string result;
  const bool has_two_lines = std::any_of(headings_.begin(), headings_.end(), [](const auto& each) {
    return each.find('\n') != each.npos;
  });
  for (const bool is_second : {false, true}) {
    if (!is_second && !has_two_lines) continue;
    auto line = left(heading_line(headings_[0], is_second), width[0]);
    for (std::size_t i = 1; i < width.size(); ++i) {
      line += std::string(gap, ' ') + right(heading_line(headings_[i], is_second), width[i]);
    }
    end_line(line);
    line.pop_back();
    result += painted(line, Paint::title, style) + '\n';
  }
  for (const auto& row : rows_) {
    auto line = painted(left(cut_middle(row[0].text, width[0]), width[0]), row[0].paint, style);
    for (std::size_t i = 1; i < width.size(); ++i) {
      line += std::string(gap, ' ') + painted(right(row[i].text, width[i]), row[i].paint, style);
    }
    end_line(line);
    result += line;
  }
  return result;
}

}  // namespace understudy::report
