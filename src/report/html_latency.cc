#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/html_chart.h"
#include "report/html_parts.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

constexpr std::array<std::pair<double, std::string_view>, 3> quantiles{
    {{0.5, "p50"}, {0.95, "p95"}, {0.99, "p99"}}};

// Where most connections were opened for the exchange, those are what is shown.
const record::Latencies& shown_of(const Totals& totals, const Timing& timing) {
  return timing.is_cold ? totals.cold_latency : totals.latency;
}

void put_headings(Html& page) {
  page.begin("thead").begin("tr");
  const auto put = [&](std::string_view name, std::string_view sort) {
    page.element("th", name, {{"scope", "col"}, {"data-sort", std::string(sort)}});
  };
  put("Endpoint", "text");
  page.element("th", "Both", {{"scope", "col"}});
  put("Pairs", "number");
  for (const auto& [quantile, name] : quantiles) put(name, "number");
  put("Slower by", "number");
  put("Cold", "number");
  put("Verdict", "text");
  page.end().end();
}

// Two figures, one above the other; the row is sorted by `value`.
void put_two(Html& page, std::int64_t value, const std::string& above, const std::string& below,
             const std::string& style) {
  page.begin("td", {{"class", "figure"}, {"data-value", std::to_string(value)}}).text(above);
  if (!below.empty()) page.element("span", below, {{"class", style}});
  page.end();
}

// Empty where there are too few latencies for limits.
std::string limits_of(const Estimate& estimate) {
  if (!estimate.low_us || !estimate.high_us) return {};
  return fmt::format("{} to {}", duration(*estimate.low_us), duration(*estimate.high_us));
}

void put_row(Html& page, const Summary& summary, const Endpoint& endpoint, const Timing& timing) {
  const auto& latencies = shown_of(endpoint.totals, timing);
  page.begin("tr").begin("th", {{"scope", "row"}});
  put_endpoint_name(page, summary, endpoint.name, endpoint.shadow);
  page.end().begin("td", {{"class", "curves"}});
  LatencyChart(latencies.primary, latencies.shadow).put_small(page);
  page.end();
  put_count(page, timing.pairs);
  for (const auto& percentile : timing.percentiles) {
    const auto shadow_us = percentile.shadow.value_us;
    put_two(page, shadow_us, duration(percentile.primary.value_us), duration(shadow_us),
            "below shadow-figure");
  }
  const auto& shift = timing.shift;
  put_two(page, shift.value_us, duration(shift.value_us), limits_of(shift), "below");
  put_count(page, timing.cold);
  page.element("td", latency_verdict(timing, LatencyOf::endpoint)).end();
}

std::string in_words(const Timing& timing) {
  std::string text;
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    const auto& percentile = timing.percentiles.at(i);
    text +=
        fmt::format("{}{} primary {}, shadow {}", text.empty() ? "" : "; ", quantiles.at(i).second,
                    duration(percentile.primary.value_us), duration(percentile.shadow.value_us));
  }
  return text;
}

// ". In pairs the shadow is 1.20 ms slower (95 %: 1.10 to 1.30 ms). 12 cold exchanges stand apart."
std::string pairs_in_words(const Timing& timing) {
  const auto& shift = timing.shift;
  auto text = timing.pairs == 0 ? ". By both legs, not in pairs,"
                                : fmt::format(". In {}", counted(timing.pairs, "pair"));
  text += fmt::format(" the shadow is {} {}", duration(std::abs(shift.value_us)),
                      shift.value_us < 0 ? "quicker" : "slower");
  const auto limits = limits_of(shift);
  if (!limits.empty()) text += fmt::format(" (95 %: {})", limits);
  const auto& slowest = slowest_percentile(timing, LatencyOf::shadow);
  const auto at =
      slowest.slowness == Slowness::none ? "In all" : fmt::format("p{:g}", slowest.q * 100);
  text += fmt::format(". {}: {}.", at, latency_verdict(timing, LatencyOf::shadow));
  if (timing.is_cold) return text + " Most opened their connection.";
  if (timing.cold == 0) return text;
  return text + fmt::format(" {} that opened a connection {} apart.",
                            counted(timing.cold, "exchange"),
                            timing.cold == 1 ? "stands" : "stand");
}

void put_overall(Html& page, const Shadow& shadow, const Timing& timing) {
  if (timing.count == 0) return;
  const auto words = in_words(timing);
  const auto& latencies = shown_of(shadow.totals, timing);
  page.begin("figure");
  page.begin("div", {{"class", "scroll"},
                     {"tabindex", "0"},
                     {"role", "region"},
                     {"aria-label", fmt::format("Latency of {}", shadow_in_words(shadow))}});
  LatencyChart(latencies.primary, latencies.shadow)
      .put_large(page, "Histograms of both legs: " + words);
  page.end().begin("figcaption");
  page.element("strong", fmt::format("All endpoints, {}", shadow_in_words(shadow)));
  page.text(fmt::format(". {}{}", words, pairs_in_words(timing))).end().end();
}

void put_legend(Html& page) {
  page.begin("p", {{"class", "legend"}});
  page.begin("svg", {{"viewBox", "0 0 28 14"}, {"class", "swatch"}, {"aria-hidden", "true"}});
  page.empty("path", {{"class", "primary-area"}, {"d", "M0 14V6H28V14Z"}}).end();
  page.text(" primary, filled ");
  page.begin("svg", {{"viewBox", "0 0 28 14"}, {"class", "swatch"}, {"aria-hidden", "true"}});
  page.empty("path", {{"class", "shadow-line"}, {"d", "M0 7H28"}}).end();
  page.text(
          " shadow, a line, and the lower figure. Upright marks are the medians; the axis is "
          "logarithmic. Slower by: what the shadow typically takes longer within a pair, and the "
          "limits of that (95 %). Cold: exchanges that opened a connection, which stand apart.")
      .end();
}

}  // namespace

void put_latency(Html& page, const Summary& summary, const Timings& timings) {
  const auto busiest = busiest_endpoints(summary, timings);
  if (busiest.empty()) return;
  begin_section(page, "latency", "Latency", "Of exchanges that both sides answered.");
  put_legend(page);
  for (std::size_t i = 0; i < summary.shadows.size(); ++i) {
    put_overall(page, summary.shadows[i], timings.shadows[i]);
  }
  begin_table(page, "latency", "Latency of both legs, the busiest endpoint first");
  put_headings(page);
  page.begin("tbody");
  const auto shown = std::min(limits::page_rows, busiest.size());
  for (std::size_t i = 0; i < shown; ++i) {
    put_row(page, summary, *busiest[i].endpoint, *busiest[i].timing);
  }
  page.end();
  end_table(page);
  put_more(page, busiest.size(), shown, "understudy report --all");
  page.end();
}

}  // namespace understudy::report
