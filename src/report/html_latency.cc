#include <algorithm>

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

void put_headings(Html& page) {
  page.begin("thead").begin("tr");
  page.element("th", "Endpoint", {{"scope", "col"}, {"rowspan", "2"}, {"data-sort", "text"}});
  page.element("th", "Both", {{"scope", "col"}, {"rowspan", "2"}});
  page.element("th", "Pairs", {{"scope", "col"}, {"rowspan", "2"}, {"data-sort", "number"}});
  for (const auto& [quantile, name] : quantiles) {
    page.element("th", name, {{"scope", "colgroup"}, {"colspan", "2"}, {"class", "group"}});
  }
  page.end().begin("tr");
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    for (const auto* leg : {"primary", "shadow"}) {
      page.element("th", leg, {{"scope", "col"}, {"data-sort", "number"}});
    }
  }
  page.end().end();
}

void put_row(Html& page, const Summary& summary, const Endpoint& endpoint) {
  const auto &primary = endpoint.totals.latency.primary, &shadow = endpoint.totals.latency.shadow;
  page.begin("tr").begin("th", {{"scope", "row"}});
  put_endpoint_name(page, summary, endpoint.name, endpoint.shadow);
  page.end().begin("td", {{"class", "curves"}});
  LatencyChart(primary, shadow).put_small(page);
  page.end();
  put_count(page, primary.count());
  for (const auto& [quantile, name] : quantiles) {
    for (const auto* leg : {&primary, &shadow}) {
      const auto us = leg->quantile_us(quantile);
      put_figure(page, duration(us), us);
    }
  }
  page.end();
}

std::string in_words(const Totals& totals) {
  std::string text;
  for (const auto& [quantile, name] : quantiles) {
    text += fmt::format("{}{} primary {}, shadow {}", text.empty() ? "" : "; ", name,
                        duration(totals.latency.primary.quantile_us(quantile)),
                        duration(totals.latency.shadow.quantile_us(quantile)));
  }
  return text;
}

void put_overall(Html& page, const Shadow& shadow) {
  if (shadow.totals.latency.primary.count() == 0) return;
  const auto words = in_words(shadow.totals);
  page.begin("figure");
  page.begin("div", {{"class", "scroll"},
                     {"tabindex", "0"},
                     {"role", "region"},
                     {"aria-label", fmt::format("Latency of shadow {}", shadow.name)}});
  LatencyChart(shadow.totals.latency.primary, shadow.totals.latency.shadow)
      .put_large(page, "Histograms of both legs: " + words);
  page.end().begin("figcaption");
  page.element("strong", fmt::format("All endpoints, shadow {}", shadow.name));
  page.text(fmt::format(". {}.", words)).end().end();
}

void put_legend(Html& page) {
  page.begin("p", {{"class", "legend"}});
  page.begin("svg", {{"viewBox", "0 0 28 14"}, {"class", "swatch"}, {"aria-hidden", "true"}});
  page.empty("path", {{"class", "primary-area"}, {"d", "M0 14V6H28V14Z"}}).end();
  page.text(" primary, filled ");
  page.begin("svg", {{"viewBox", "0 0 28 14"}, {"class", "swatch"}, {"aria-hidden", "true"}});
  page.empty("path", {{"class", "shadow-line"}, {"d", "M0 7H28"}}).end();
  page.text(" shadow, a line. Upright marks are the medians; the axis is logarithmic.").end();
}

}  // namespace

void put_latency(Html& page, const Summary& summary) {
  const auto busiest = busiest_endpoints(summary);
  if (busiest.empty()) return;
  begin_section(page, "latency", "Latency", "Of exchanges that both sides answered.");
  put_legend(page);
  for (const auto& shadow : summary.shadows) put_overall(page, shadow);
  begin_table(page, "latency", "Latency of both legs, the busiest endpoint first");
  put_headings(page);
  page.begin("tbody");
  const auto shown = std::min(limits::page_rows, busiest.size());
  for (std::size_t i = 0; i < shown; ++i) put_row(page, summary, *busiest[i]);
  page.end();
  end_table(page);
  put_more(page, busiest.size(), shown, "understudy report --all");
  page.end();
}

}  // namespace understudy::report
