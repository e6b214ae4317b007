#include <algorithm>

#include <fmt/format.h>

#include "report/page.h"
#include "report/side_by_side.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

constexpr std::size_t outcome_columns = 13;    // "shadow_failed"
constexpr std::size_t signature_columns = 12;  // or a reason
constexpr std::size_t least_target = 12;
constexpr std::size_t label_columns = 14;  // "  signature   "

Paint paint_of(record::Outcome outcome) {
  switch (outcome) {
    case record::Outcome::same:
      return Paint::good;
    case record::Outcome::different:
      return Paint::bad;
    case record::Outcome::noise:
    case record::Outcome::not_mirrored:
      return Paint::quiet;
    case record::Outcome::tainted:
    case record::Outcome::shadow_failed:
    case record::Outcome::not_compared:
      return Paint::warning;
  }
  return Paint::none;
}

std::string status_of(const record::Leg& leg) {
  return leg.status == 0 ? "no answer" : fmt::format("{}", leg.status);
}

std::string legs_table(const record::Exchange& exchange, const Style& style) {
  const auto width = (style.width - label_columns) / 2;
  std::string text = std::string(label_columns, ' ') + left("primary", width) + "shadow\n";
  const auto row = [&](std::string_view name, const std::string& primary,
                       const std::string& shadow) {
    auto line =
        left(name, label_columns) + left(cut(primary, width - 2), width) + cut(shadow, width);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  const auto& primary = exchange.primary;
  const auto& shadow = exchange.shadow_leg;
  row("  status", status_of(primary), status_of(shadow));
  row("  duration", duration(primary.duration_us), duration(shadow.duration_us));
  row("  body", bytes(primary.body_bytes), bytes(shadow.body_bytes));
  if (!primary.error.empty() || !shadow.error.empty()) {
    row("  error", spelled(primary.error), spelled(shadow.error));
  }
  return text;
}

}  // namespace

std::string render_exchange(const record::Exchange& exchange, const Style& asked) {
  auto style = asked;
  style.width = std::clamp(style.width, limits::min_report_width, limits::max_report_width);
  const auto request = harmless(exchange.method) + " " + harmless(exchange.target);
  auto text = paragraph("", request, style);
  text +=
      "  " + painted(spelled(record::name(exchange.outcome)), paint_of(exchange.outcome), style);
  if (!exchange.reason.empty()) text += ": " + cut(spelled(exchange.reason), style.width / 2);
  text += "\n\n";
  const auto fact = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += paragraph(left(name, label_columns), harmless(value), style);
  };
  fact("  id", exchange.id);
  fact("  time", to_rfc3339(exchange.time));
  fact("  endpoint", exchange.endpoint);
  fact("  shadow", exchange.shadow);
  fact("  signature", exchange.signature);
  if (!exchange.note.empty()) fact("  note", "not compared in depth: " + spelled(exchange.note));
  text += '\n' + legs_table(exchange, style);
  if (exchange.differences.empty()) return text;

  const auto count = counted(exchange.differences.size(), "difference");
  text += '\n' + painted(count + ", primary | shadow", Paint::title, style) + '\n';
  for (const auto& difference : exchange.differences) {
    text += '\n' + whole_difference(difference, style);
  }
  if (exchange.is_truncated) text += "\n  ... and more than a record keeps\n";
  return text;
}

std::string render_row(const record::Exchange& exchange, const Style& style) {
  // Of "2026-01-01T00:00:00.000000Z": with the day where there is room for it.
  constexpr std::size_t day = 5, hour = 11, milliseconds_end = 23;
  const auto begin = style.width < limits::wide_report_width ? hour : day;
  auto lead = to_rfc3339(exchange.time).substr(begin, milliseconds_end - begin);
  std::replace(lead.begin(), lead.end(), 'T', ' ');
  lead += "  " + harmless(exchange.id) + "  ";
  const auto outcome = left(spelled(record::name(exchange.outcome)), outcome_columns);
  const auto why =
      left(exchange.signature.empty() ? spelled(exchange.reason) : harmless(exchange.signature),
           signature_columns);
  const auto taken = columns(lead) + outcome_columns + signature_columns + 4;
  const auto room = std::max(least_target, style.width - std::min(style.width, taken));
  const auto target = harmless(exchange.method) + " " + harmless(exchange.target);
  auto text = lead + painted(outcome, paint_of(exchange.outcome), style) + "  " +
              left(cut_middle(target, room), room) + "  " + why;
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

}  // namespace understudy::report
