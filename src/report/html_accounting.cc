#include <fmt/format.h>

#include "report/facts.h"
#include "report/html_parts.h"
#include "report/text.h"

namespace understudy::report {

namespace {

void put_sum(Html& page, std::string_view name, std::string_view sum) {
  page.begin("div").element("dt", name).element("dd", sum).end();
}

void put_sums(Html& page, const Shadow& shadow) {
  const auto& totals = shadow.totals;
  page.begin("dl", {{"class", "sums"}});
  put_sum(page, "received",
          fmt::format("{} = {} mirrored + {} not mirrored", grouped(shadow.received),
                      grouped(shadow.mirrored), grouped(sum(shadow.not_mirrored))));
  auto text = grouped(shadow.mirrored);
  for (const auto& outcome : outcome_columns) {
    const auto count = outcome.count(totals);
    if (!outcome.is_always_shown && count == 0) continue;
    text += fmt::format(" {} {} {}", &outcome == outcome_columns.data() ? '=' : '+', grouped(count),
                        outcome.label);
  }
  put_sum(page, "mirrored", fmt::format("{} + {} in flight", text, grouped(shadow.in_flight)));
  const auto received = shadow.unaccounted_received(), mirrored = shadow.unaccounted_mirrored();
  if (received != 0 || mirrored != 0) {
    put_sum(page, "open",
            fmt::format("{} received and {} mirrored: windows were lost", received, mirrored));
  }
  page.end();
}

void put_reasons(Html& page, std::string_view what, const Counts& counts, std::uint64_t whole) {
  for (const auto& [reason, count] : by_frequency(counts)) {
    page.begin("tr").element("th", spelled(reason), {{"scope", "row"}}).element("td", what);
    put_count(page, count);
    put_figure(page, percent(count, whole), static_cast<std::int64_t>(count));
    page.end();
  }
}

void put_drops(Html& page, const Shadow& shadow, std::size_t number) {
  const auto& totals = shadow.totals;
  const auto drops = sum(shadow.not_mirrored) + sum(totals.tainted) + sum(totals.shadow_failed) +
                     sum(totals.not_compared);
  if (drops == 0) return;
  begin_table(page, fmt::format("drops-{}", number),
              fmt::format("What was not compared with shadow {}, by reason", shadow.name));
  page.begin("thead").begin("tr");
  page.element("th", "Reason", {{"scope", "col"}, {"data-sort", "text"}});
  page.element("th", "What", {{"scope", "col"}, {"data-sort", "text"}});
  page.element("th", "Requests", {{"scope", "col"}, {"data-sort", "number"}});
  page.element("th", "Of received", {{"scope", "col"}, {"data-sort", "number"}});
  page.end().end().begin("tbody");
  put_reasons(page, "not mirrored", shadow.not_mirrored, shadow.received);
  put_reasons(page, "tainted", totals.tainted, shadow.received);
  put_reasons(page, "shadow failed", totals.shadow_failed, shadow.received);
  put_reasons(page, "not compared", totals.not_compared, shadow.received);
  page.end();
  end_table(page);
}

std::string live_text(const Summary& summary) {
  auto text = counted(summary.live_requests, "request");
  std::string_view before = ": ";
  for (const auto& [reason, count] : by_frequency(summary.live_failures)) {
    text += fmt::format("{}{} {}", before, spelled(reason), grouped(count));
    before = ", ";
  }
  return text;
}

}  // namespace

void put_accounting(Html& page, const Report& report) {
  const auto& summary = report.summary;
  begin_section(page, "accounting", "Accounting",
                "Every request ends in exactly one place of each sum.");
  std::size_t number = 0;
  for (const auto& shadow : summary.shadows) {
    page.element("h3", fmt::format("Shadow {}", shadow.name));
    put_sums(page, shadow);
    put_drops(page, shadow, ++number);
  }
  page.element("h3", "Live path and log");
  page.begin("dl", {{"class", "sums"}});
  put_sum(page, "live path", live_text(summary));
  put_sum(page, "log", fmt::format("{}", fmt::join(log_facts(report), " ")));
  page.end().end();
}

}  // namespace understudy::report
