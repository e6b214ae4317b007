#include "report/sections.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/noise.h"
#include "report/page.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

constexpr std::size_t label_columns = 18;  // "    shadow failed "

std::string heading(std::string_view text, const Style& style) {
  return '\n' + painted(text, Paint::title, style) + '\n';
}

// Columns that most reports do not need.
struct Columns {
  bool has_accepted = false, has_unconfirmed = false, has_noise = false, has_tainted = false;
};

std::vector<Cell> endpoint_row(const std::string& name, const Totals& totals,
                               const Columns& columns) {
  std::vector<Cell> row{{name, Paint::none},
                        count_cell(totals.with_outcome()),
                        count_cell(totals.same),
                        count_cell(totals.different, Paint::bad)};
  if (columns.has_accepted) row.push_back(count_cell(totals.accepted));
  if (columns.has_unconfirmed) row.push_back(count_cell(totals.unconfirmed, Paint::warning));
  if (columns.has_noise) row.push_back(count_cell(totals.noise));
  if (columns.has_tainted) row.push_back(count_cell(sum(totals.tainted), Paint::warning));
  row.push_back(count_cell(sum(totals.shadow_failed), Paint::warning));
  row.push_back(count_cell(sum(totals.not_compared), Paint::warning));
  return row;
}

Paint paint_of(Slowness slowness) {
  if (slowness == Slowness::certain) return Paint::bad;
  return slowness == Slowness::none ? Paint::none : Paint::warning;
}

std::vector<Cell> latency_row(const std::string& name, const Timing& timing) {
  std::vector<Cell> row{{name + (timing.is_cold ? " (cold)" : ""), Paint::none}};
  for (const auto& percentile : timing.percentiles) {
    row.push_back({duration(percentile.primary.value_us), Paint::none});
    row.push_back({duration(percentile.shadow.value_us), paint_of(percentile.slowness)});
  }
  return row;
}

Cell limit_cell(std::optional<std::int64_t> us) {
  return us ? Cell{duration(*us), Paint::none} : Cell{"-", Paint::quiet};
}

std::vector<Cell> pairs_row(const std::string& name, const Timing& timing) {
  const auto& shift = timing.shift;
  return {{name, Paint::none},
          count_cell(timing.pairs),
          {duration(shift.value_us), paint_of(timing.percentiles.front().slowness)},
          limit_cell(shift.low_us),
          limit_cell(shift.high_us),
          timing.pairs == 0
              ? limit_cell({})
              : Cell{duration(timing.percentiles.back().difference.value_us), Paint::none},
          count_cell(timing.cold)};
}

// What only differs in its value needs no word.
std::string kind_beside(diff::Kind kind) {
  return kind == diff::Kind::value ? std::string() : fmt::format(" {}", diff::name(kind));
}

std::string shadow_label(const Summary& summary, const Shadow& shadow) {
  return summary.shadows.size() > 1 ? fmt::format("all, {}", harmless(shadow.name)) : "all";
}

// "timed out 20," "refused 10": the most frequent first.
std::vector<std::string> listed(const Counts& counts) {
  std::vector<std::string> pieces;
  for (const auto& [reason, count] : by_frequency(counts)) {
    if (!pieces.empty()) pieces.back() += ',';
    pieces.push_back(fmt::format("{} {}", spelled(reason), grouped(count)));
  }
  return pieces;
}

std::string reasons_line(std::string_view name, const Counts& counts, const Style& style) {
  const auto pieces = listed(counts);
  return pieces.empty() ? std::string() : paragraph(left(name, label_columns), pieces, style);
}

std::string unaccounted_line(const Shadow& shadow, const Style& style) {
  const auto received = shadow.unaccounted_received(), mirrored = shadow.unaccounted_mirrored();
  if (received == 0 && mirrored == 0) return {};
  return paragraph("  ! ",
                   fmt::format("the sums are open by {} received and {} mirrored: windows were "
                               "lost (torn lines, dropped records, removed segments)",
                               received, mirrored),
                   style);
}

std::string shadow_accounting(const Shadow& shadow, const Style& style) {
  const auto& totals = shadow.totals;
  auto text = paragraph("  ", harmless(shadow_in_words(shadow)), style);
  text += paragraph(left("    received", label_columns),
                    fmt::format("{} = {} mirrored + {} not mirrored", grouped(shadow.received),
                                grouped(shadow.mirrored), grouped(sum(shadow.not_mirrored))),
                    style);
  std::vector<std::string> outcomes{grouped(shadow.mirrored),
                                    fmt::format("= {} same", grouped(totals.same)),
                                    fmt::format("+ {} different", grouped(totals.different))};
  if (totals.accepted != 0) {
    outcomes.push_back(fmt::format("+ {} accepted", grouped(totals.accepted)));
  }
  if (totals.unconfirmed != 0) {
    outcomes.push_back(fmt::format("+ {} not certain", grouped(totals.unconfirmed)));
  }
  outcomes.push_back(fmt::format("+ {} noise", grouped(totals.noise)));
  if (!totals.tainted.empty()) {
    outcomes.push_back(fmt::format("+ {} tainted", grouped(sum(totals.tainted))));
  }
  outcomes.push_back(fmt::format("+ {} shadow failed", grouped(sum(totals.shadow_failed))));
  outcomes.push_back(fmt::format("+ {} not compared", grouped(sum(totals.not_compared))));
  outcomes.push_back(fmt::format("+ {} in flight", grouped(shadow.in_flight)));
  text += paragraph(left("    mirrored", label_columns), outcomes, style);
  text += reasons_line("    not mirrored", shadow.not_mirrored, style);
  text += reasons_line("    tainted by", totals.tainted, style);
  text += reasons_line("    shadow failed", totals.shadow_failed, style);
  text += reasons_line("    not compared", totals.not_compared, style);
  return text + unaccounted_line(shadow, style);
}

}  // namespace

std::string endpoint_name(const Summary& summary, const std::string& shadow,
                          const std::string& endpoint) {
  if (summary.shadows.size() < 2) return harmless(endpoint);
  return fmt::format("{} [{}]", harmless(endpoint), harmless(shadow));
}

std::string more_line(std::size_t total, std::size_t shown, const Style& style) {
  if (shown >= total) return {};
  return painted(fmt::format("... and {} more (--all)", grouped(total - shown)), Paint::quiet,
                 style) +
         '\n';
}

std::string endpoints_section(const Summary& summary, const Style& style) {
  if (summary.endpoints.empty()) return {};
  Columns columns;
  for (const auto& endpoint : summary.endpoints) {
    columns.has_accepted |= endpoint.totals.accepted != 0;
    columns.has_unconfirmed |= endpoint.totals.unconfirmed != 0;
    columns.has_noise |= endpoint.totals.noise != 0;
    columns.has_tainted |= !endpoint.totals.tainted.empty();
  }
  std::vector<std::string> headings{"Endpoints", "requests", "same", "different"};
  if (columns.has_accepted) headings.emplace_back("accepted");
  if (columns.has_unconfirmed) headings.emplace_back("not\ncertain");
  if (columns.has_noise) headings.emplace_back("noise");
  if (columns.has_tainted) headings.emplace_back("tainted");
  headings.insert(headings.end(), {"shadow\nfailed", "not\ncompared"});
  Table table(headings);
  const auto shown = style.shows_all ? summary.endpoints.size()
                                     : std::min(limits::report_rows, summary.endpoints.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& endpoint = summary.endpoints[i];
    table.add(endpoint_row(endpoint_name(summary, endpoint.shadow, endpoint.name), endpoint.totals,
                           columns));
  }
  return '\n' + std::move(table).text(style) + more_line(summary.endpoints.size(), shown, style);
}

std::string noise_section(const Summary& summary, const Style& style) {
  const auto rows = noise_places(summary);
  if (rows.empty()) return {};
  Table table({"Noise", "differed", "why"});
  const auto shown = style.shows_all ? rows.size() : std::min(limits::report_rows, rows.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [endpoint, place] = rows[i];
    table.add({{endpoint_name(summary, endpoint->shadow, endpoint->name) + "  " +
                    harmless(place->key.place) + kind_beside(place->key.kind),
                Paint::none},
               count_cell(place->counts.differed),
               {evidence(*place, *endpoint), Paint::quiet}});
  }
  return '\n' + std::move(table).text(style) + more_line(rows.size(), shown, style);
}

namespace {

struct NamedTiming {
  std::string name;
  const Timing* timing;
};

// Shadows first, then the busiest endpoints.
std::vector<NamedTiming> timings_of(const Summary& summary, const Timings& timings) {
  std::vector<NamedTiming> rows;
  for (std::size_t i = 0; i < summary.shadows.size(); ++i) {
    rows.push_back({shadow_label(summary, summary.shadows[i]), &timings.shadows[i]});
  }
  const auto shadows = std::ssize(rows);
  for (std::size_t i = 0; i < summary.endpoints.size(); ++i) {
    const auto& endpoint = summary.endpoints[i];
    rows.push_back({endpoint_name(summary, endpoint.shadow, endpoint.name), &timings.endpoints[i]});
  }
  std::stable_sort(
      rows.begin() + shadows, rows.end(),
      [](const NamedTiming& a, const NamedTiming& b) { return a.timing->count > b.timing->count; });
  return rows;
}

}  // namespace

std::string latency_section(const Summary& summary, const Timings& timings, const Style& style) {
  auto rows = timings_of(summary, timings);
  const auto silent = [](const NamedTiming& row) { return row.timing->count == 0; };
  rows.erase(std::remove_if(rows.begin(), rows.end(), silent), rows.end());
  if (rows.empty()) return {};
  Table legs({"Latency", "p50\nprimary", "\nshadow", "p95\nprimary", "\nshadow", "p99\nprimary",
              "\nshadow"});
  Table pairs({"Slower by", "pairs", "typical", "95 %\nfrom", "\nto", "\np99", "cold\napart"});
  const auto most = limits::report_rows + summary.shadows.size();
  const auto shown = style.shows_all ? rows.size() : std::min(most, rows.size());
  for (std::size_t i = 0; i < shown; ++i) {
    legs.add(latency_row(rows[i].name, *rows[i].timing));
    pairs.add(pairs_row(rows[i].name, *rows[i].timing));
  }
  return '\n' + std::move(legs).text(style) + more_line(rows.size(), shown, style) + '\n' +
         std::move(pairs).text(style);
}

std::string accounting_section(const Report& report, const Style& style) {
  const auto& summary = report.summary;
  auto text = heading("Accounting", style);
  for (const auto& shadow : summary.shadows) text += shadow_accounting(shadow, style);
  auto live = listed(summary.live_failures);
  live.insert(live.begin(), counted(summary.live_requests, "request") + (live.empty() ? "" : ":"));
  text += paragraph(left("  live path", label_columns), live, style);
  text += paragraph(left("  log", label_columns), log_facts(report), style);
  return text;
}

}  // namespace understudy::report
