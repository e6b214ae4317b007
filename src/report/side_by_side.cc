#include "report/side_by_side.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/marked.h"
#include "report/page.h"
#include "report/text.h"

namespace understudy::report {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_value = 12;  // columns of a value
constexpr std::string_view nothing = "(nothing)";

// Both values as they may be printed.
Both shown(const diff::Difference& difference) {
  Both both{shown_text(difference.primary), shown_text(difference.shadow)};
  if (diff::is_extra(difference.kind)) both.primary = nothing;
  if (diff::is_missing(difference.kind)) both.shadow = nothing;
  return both;
}

// "missing", or "45 missing" of an array's elements.
std::string kind_of(const diff::Difference& difference) {
  const auto kind = std::string(diff::name(difference.kind));
  const bool is_run = difference.elements > 1 && difference.kind != diff::Kind::order;
  return is_run ? grouped(difference.elements) + " " + kind : kind;
}

// Pieces of a value, to be written in parts: what the other side has not is painted.
class MarkedText {
 public:
  explicit MarkedText(const std::vector<Piece>& pieces) : pieces_(pieces) {}

  std::string take(std::size_t size, const Style& style) {
    std::string text;
    while (size > 0 && next_ < pieces_.size()) {
      const auto& piece = pieces_[next_];
      const auto part = piece.text.substr(done_, size);
      text += painted(part, piece.is_marked ? Paint::warning : Paint::none, style);
      size -= part.size();
      done_ += part.size();
      if (done_ < piece.text.size()) break;
      ++next_;
      done_ = 0;
    }
    return text;
  }

 private:
  const std::vector<Piece>& pieces_;
  std::size_t next_ = 0;
  std::size_t done_ = 0;  // of the next piece
};

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

std::string kind_in_words(const diff::Difference& difference) {
  if (difference.kind == diff::Kind::order) {
    return fmt::format("order, {} moved", counted(difference.elements, "element"));
  }
  return kind_of(difference) + (difference.elements > 1 ? " at the end" : "");
}

Columns columns_for(const std::vector<diff::Difference>& differences, const Style& style) {
  Columns result;
  result.kind = columns(diff::name(diff::Kind::missing));
  result.place = columns("header:Content-Type");
  for (const auto& difference : differences) {
    result.kind = std::max(result.kind, columns(kind_of(difference)));
    result.place = std::max(result.place, columns(harmless(difference.place)));
  }
  result.place = std::min(result.place, style.width / 3);
  const auto taken = result.indent + result.place + result.kind + 3 * gap;
  result.value = std::max(least_value, (style.width - std::min(style.width, taken)) / 2);
  return result;
}

std::string difference_heading(const Columns& columns, const Style& style) {
  auto line = left("place", columns.place + gap) + left("kind", columns.kind + gap) +
              left("primary", columns.value + gap) + "shadow";
  return std::string(columns.indent, ' ') + painted(line, Paint::quiet, style) + '\n';
}

std::string short_difference(const diff::Difference& difference, const Columns& layout,
                             const Style& style) {
  const auto both = shown(difference);
  auto line = std::string(layout.indent, ' ') +
              left(cut_middle(harmless(difference.place), layout.place), layout.place + gap) +
              left(kind_of(difference), layout.kind + gap);
  if (std::max(columns(both.primary), columns(both.shadow)) <= layout.value) {
    line += left(both.primary, layout.value + gap) + both.shadow;
    end_line(line);
    return line;
  }
  end_line(line);
  const auto lead = std::string(layout.indent + gap, ' ');
  const auto label = columns("primary") + gap;
  const auto cut = cut_around_difference(both.primary, both.shadow,
                                         style.width - std::min(style.width, lead.size() + label));
  line += lead + painted(left("primary", label), Paint::quiet, style) + cut.primary + '\n';
  line += lead + painted(left("shadow", label), Paint::quiet, style) + cut.shadow + '\n';
  return line;
}

std::string whole_difference(const diff::Difference& difference, const Style& style) {
  constexpr std::string_view middle = " | ";
  const auto both = shown(difference);
  const auto width = (style.width - gap - middle.size()) / 2;
  const auto noise = difference.noise.empty() ? fmt::format(", {}", name(difference.severity))
                                              : fmt::format("  (noise: {})", difference.noise);
  auto text = paragraph("  ",
                        fmt::format("{}  {}{}", harmless(difference.place),
                                    kind_in_words(difference), harmless(noise)),
                        style);
  const bool has_two = !diff::is_missing(difference.kind) && !diff::is_extra(difference.kind);
  const auto pieces = has_two ? mark_difference(both.primary, both.shadow)
                              : MarkedPair{{{both.primary}}, {{both.shadow}}};
  MarkedText primary(pieces.primary), shadow(pieces.shadow);
  const auto left_lines = wrap(both.primary, width), right_lines = wrap(both.shadow, width);
  for (std::size_t i = 0; i < std::max(left_lines.size(), right_lines.size()); ++i) {
    const auto line = i < left_lines.size() ? left_lines[i] : std::string();
    text.append(gap, ' ');
    text += primary.take(line.size(), style);
    text.append(width - std::min(width, columns(line)), ' ');
    text += painted(middle, Paint::quiet, style);
    text += shadow.take(i < right_lines.size() ? right_lines[i].size() : 0, style);
    end_line(text);
  }
  return text;
}

}  // namespace understudy::report
