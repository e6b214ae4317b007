#include "report/side_by_side.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/facts.h"
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
  if (difference.kind == diff::Kind::extra) both.primary = nothing;
  if (difference.kind == diff::Kind::missing) both.shadow = nothing;
  return both;
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

Columns columns_for(const std::vector<diff::Difference>& differences, const Style& style) {
  Columns result;
  result.kind = columns(diff::name(diff::Kind::missing));
  result.place = columns("header:Content-Type");
  for (const auto& difference : differences) {
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
              left(diff::name(difference.kind), layout.kind + gap);
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
                                    diff::name(difference.kind), harmless(noise)),
                        style);
  const auto primary = wrap(both.primary, width), shadow = wrap(both.shadow, width);
  for (std::size_t i = 0; i < std::max(primary.size(), shadow.size()); ++i) {
    text.append(gap, ' ');
    text += left(i < primary.size() ? primary[i] : "", width);
    text += painted(middle, Paint::quiet, style);
    text += i < shadow.size() ? shadow[i] : "";
    end_line(text);
  }
  return text;
}

}  // namespace understudy::report
