#include "report/html_parts.h"

#include <fmt/format.h>

#include "report/text.h"

namespace understudy::report {

const std::array<OutcomeColumn, 8> outcome_columns{{
    {"same", "same", [](const Totals& totals) { return totals.same; }, true},
    {"different", "different", [](const Totals& totals) { return totals.different; }, true},
    {"accepted", "accepted", [](const Totals& totals) { return totals.accepted; }, false},
    {"unconfirmed", "not certain", [](const Totals& totals) { return totals.unconfirmed; }, false},
    {"noise", "noise", [](const Totals& totals) { return totals.noise; }, false},
    {"tainted", "tainted", [](const Totals& totals) { return sum(totals.tainted); }, false},
    {"failed", "shadow failed", [](const Totals& totals) { return sum(totals.shadow_failed); },
     true},
    {"uncompared", "not compared", [](const Totals& totals) { return sum(totals.not_compared); },
     true},
}};

void put_outcome_bar(Html& page, const Totals& totals) {
  constexpr double width = 100, height = 10, least = 0.8;  // what is there is seen
  const auto all = totals.with_outcome();
  std::string label;
  for (const auto& outcome : outcome_columns) {
    const auto count = outcome.count(totals);
    if (count == 0) continue;
    label += fmt::format("{}{} {}", label.empty() ? "" : ", ", grouped(count), outcome.label);
  }
  page.begin("svg", {{"class", "bar"},
                     {"viewBox", fmt::format("0 0 {} {}", width, height)},
                     {"preserveAspectRatio", "none"},
                     {"role", "img"},
                     {"aria-label", label.empty() ? "nothing yet" : label}});
  std::uint64_t before = 0;
  for (const auto& outcome : outcome_columns) {
    const auto count = outcome.count(totals);
    if (count == 0) continue;
    const auto part = static_cast<double>(count) / static_cast<double>(all);
    const auto from = width * static_cast<double>(before) / static_cast<double>(all);
    const auto size = std::max(least, width * part);
    page.empty("rect", {{"class", std::string(outcome.style)},
                        {"x", fmt::format("{:.2f}", std::min(from, width - size))},
                        {"width", fmt::format("{:.2f}", size)},
                        {"height", fmt::format("{}", height)}});
    before += count;
  }
  page.end();
}

void begin_section(Html& page, std::string_view id, std::string_view title, std::string_view lead) {
  const auto heading = fmt::format("{}-heading", id);
  page.begin("section", {{"id", std::string(id)}, {"aria-labelledby", heading}});
  page.element("h2", title, {{"id", heading}});
  if (!lead.empty()) page.element("p", lead, {{"class", "lead"}});
}

void begin_table(Html& page, std::string_view id, std::string_view caption) {
  // The box can be scrolled, so the keyboard must reach it.
  page.begin("div", {{"class", "scroll"},
                     {"tabindex", "0"},
                     {"role", "region"},
                     {"aria-labelledby", fmt::format("{}-caption", id)}});
  page.begin("table", {{"id", fmt::format("{}-table", id)}});
  page.element("caption", caption, {{"id", fmt::format("{}-caption", id)}});
}

void end_table(Html& page) {
  page.end().end();
}

void put_more(Html& page, std::size_t total, std::size_t shown, std::string_view command) {
  if (shown >= total) return;
  page.begin("p", {{"class", "more"}});
  page.text(fmt::format("and {} more, not shown here: ", grouped(total - shown)));
  page.element("code", command).end();
}

void put_endpoint_name(Html& page, const Summary& summary, const std::string& endpoint,
                       const std::string& shadow) {
  page.element("code", endpoint, {{"class", "name"}});
  if (summary.shadows.size() > 1) page.text(" ").element("span", shadow, {{"class", "shadow"}});
}

void put_figure(Html& page, std::string_view text, std::int64_t value, std::string_view style) {
  page.element("td", text,
               {{"class", fmt::format("figure {}", style)}, {"data-value", std::to_string(value)}});
}

void put_count(Html& page, std::uint64_t count, std::string_view style) {
  put_figure(page, count == 0 ? "-" : grouped(count), static_cast<std::int64_t>(count),
             count == 0 ? "none" : style);
}

}  // namespace understudy::report
