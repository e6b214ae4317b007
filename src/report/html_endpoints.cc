#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report/html_parts.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

// The outcomes that have a column: some most reports do not need.
std::vector<const OutcomeColumn*> columns_of(const Summary& summary) {
  std::vector<const OutcomeColumn*> columns;
  for (const auto& outcome : outcome_columns) {
    const bool occurs =
        std::any_of(summary.endpoints.begin(), summary.endpoints.end(),
                    [&](const Endpoint& endpoint) { return outcome.count(endpoint.totals) != 0; });
    if (outcome.is_always_shown || occurs) columns.push_back(&outcome);
  }
  return columns;
}

// What differs has its examples below: the number of the endpoint's first signature, from 1, or 0.
std::size_t first_signature(const Summary& summary, const Endpoint& endpoint) {
  const auto shown = std::min(limits::report_examples, summary.signatures.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& signature = summary.signatures[i];
    if (signature.endpoint == endpoint.name && signature.shadow == endpoint.shadow) return i + 1;
  }
  return 0;
}

void put_row(Html& page, const Summary& summary, const Endpoint& endpoint,
             const std::vector<const OutcomeColumn*>& columns) {
  const auto& totals = endpoint.totals;
  page.begin("tr").begin("th", {{"scope", "row"}});
  const auto number = first_signature(summary, endpoint);
  if (number != 0) page.begin("a", {{"href", fmt::format("#difference-{}", number)}});
  put_endpoint_name(page, summary, endpoint.name, endpoint.shadow);
  if (number != 0) page.end();
  page.end();
  page.begin("td", {{"class", "outcomes"}});
  put_outcome_bar(page, totals);
  page.end();
  put_count(page, totals.with_outcome());
  for (const auto* column : columns) put_count(page, column->count(totals), column->style);
  const auto rate = totals.compared() == 0 ? 0 : 1'000'000 * totals.different / totals.compared();
  put_figure(page, percent(totals.different, totals.compared()), static_cast<std::int64_t>(rate));
  page.end();
}

void put_heading(Html& page, std::string_view text, std::string_view sort) {
  page.element("th", text, {{"scope", "col"}, {"data-sort", std::string(sort)}});
}

}  // namespace

void put_endpoints(Html& page, const Summary& summary) {
  begin_section(page, "endpoints", "Endpoints", {});
  if (summary.endpoints.empty()) {
    page.element("p", "Nothing was mirrored yet.", {{"class", "lead"}}).end();
    return;
  }
  const auto columns = columns_of(summary);
  begin_table(page, "endpoints", "What became of mirrored requests, the most telling first");
  page.begin("thead").begin("tr");
  put_heading(page, "Endpoint", "text");
  page.element("th", "Outcomes", {{"scope", "col"}});
  put_heading(page, "Requests", "number");
  for (const auto* column : columns) put_heading(page, column->label, "number");
  put_heading(page, "Differ", "number");
  page.end().end().begin("tbody");
  const auto shown = std::min(limits::page_rows, summary.endpoints.size());
  for (std::size_t i = 0; i < shown; ++i) put_row(page, summary, summary.endpoints[i], columns);
  page.end();
  end_table(page);
  put_more(page, summary.endpoints.size(), shown, "understudy report --all");
  page.end();
}

}  // namespace understudy::report
