#include <string>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/html.h"
#include "report/html_assets.h"
#include "report/html_parts.h"
#include "report/tally.h"
#include "report/text.h"
#include "understudy/report/render.h"

namespace understudy::report {

namespace {

// Nothing is loaded, nothing runs and nothing is styled but what the program itself put in: not
// even a mistake of ours would let a log's text do it (Content Security Policy 3, section 6.7.3).
std::string policy() {
  return fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; "
      "base-uri 'none'; form-action 'none'",
      page_style_sha256, page_script_sha256);
}

std::string_view label(Answer answer) {
  switch (answer) {
    case Answer::pass:
      return "PASS";
    case Answer::fail:
      return "FAIL";
    case Answer::inconclusive:
      return "INCONCLUSIVE";
  }
  return {};
}

std::string finding_text(const Report& report, const Verdict& verdict) {
  return fmt::format("{}", fmt::join(finding(report.summary, verdict), " "));
}

void put_head(Html& page, const Report& report, const Verdict& verdict) {
  page.begin("head").empty("meta", {{"charset", "utf-8"}});
  page.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy()}});
  page.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  page.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  page.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  page.element("title",
               fmt::format("{}: {}", label(verdict.answer), finding_text(report, verdict)));
  page.own("style", page_style).end();
}

void put_reasons(Html& page, const Summary& summary, const Verdict& verdict) {
  const auto reasons = other_reasons(summary, verdict);
  if (reasons.empty()) return;
  page.begin("ul", {{"class", "reasons"}});
  for (const auto& reason : reasons) {
    page.begin("li", {{"class", reason.fails ? "fails" : "doubt"}});
    page.element("strong", reason.fails ? "fails: " : "in doubt: ");
    if (summary.shadows.size() > 1) page.element("span", reason.shadow, {{"class", "shadow"}});
    page.text((summary.shadows.size() > 1 ? " " : "") + reason.text).end();
  }
  page.end();
}

// All shadows together.
Totals all_totals(const Summary& summary) {
  Totals all;
  for (const auto& shadow : summary.shadows) {
    add_totals(all, shadow.totals);
    all.accepted += shadow.totals.accepted;
    all.unconfirmed += shadow.totals.unconfirmed;
  }
  return all;
}

// The bar of everything, and its legend with the figures.
void put_outcomes(Html& page, const Summary& summary) {
  const auto totals = all_totals(summary);
  if (totals.with_outcome() == 0) return;
  put_outcome_bar(page, totals);
  page.begin("dl", {{"class", "figures"}});
  for (const auto& outcome : outcome_columns) {
    const auto count = outcome.count(totals);
    if (!outcome.is_always_shown && count == 0) continue;
    page.begin("div").begin("dt");
    page.begin("svg", {{"viewBox", "0 0 10 10"}, {"class", "key"}, {"aria-hidden", "true"}});
    page.empty("rect", {{"class", std::string(outcome.style)}, {"width", "10"}, {"height", "10"}});
    page.end().text(" ").text(outcome.label).end();
    page.begin("dd").text(grouped(count)).text(" ");
    page.element("span", percent(count, totals.with_outcome()), {{"class", "share"}}).end().end();
  }
  page.end();
}

void put_top(Html& page, const Report& report, const Verdict& verdict) {
  const auto& summary = report.summary;
  page.begin("header", {{"class", "top"}});
  page.element("p", "understudy report", {{"class", "brand"}});
  page.begin("h1");
  page.element("span", label(verdict.answer),
               {{"class", fmt::format("answer {}", name(verdict.answer))}});
  page.text(" ").element("span", finding_text(report, verdict)).end();
  put_reasons(page, summary, verdict);
  page.element("p", period(summary), {{"class", "period"}});
  put_outcomes(page, summary);
  page.end();
}

void put_link(Html& page, std::string_view id, std::string_view title, std::size_t count) {
  page.begin("li").begin("a", {{"href", fmt::format("#{}", id)}}).text(title);
  if (count != 0) page.text(" ").element("span", grouped(count), {{"class", "count"}});
  page.end().end();
}

void put_contents(Html& page, const Summary& summary, const Verdict& verdict) {
  page.begin("nav", {{"aria-label", "Contents"}}).begin("ul");
  put_link(page, "endpoints", "Endpoints", summary.endpoints.size());
  put_link(page, "differences", "Differences", summary.signatures.size());
  const auto noise = noise_places(summary).size();
  if (noise != 0) put_link(page, "noise", "Noise", noise);
  if (!busiest_endpoints(summary, verdict.timings).empty()) put_link(page, "latency", "Latency", 0);
  if (has_history(summary)) put_link(page, "history", "Over time", 0);
  put_link(page, "accounting", "Accounting", 0);
  page.end().end();
}

}  // namespace

std::string report_html(const Report& report, const Verdict& verdict, const Style& style) {
  const auto& summary = report.summary;
  Html page;
  page.begin("html", {{"lang", "en"}});
  put_head(page, report, verdict);
  page.begin("body");
  page.element("a", "Skip to the endpoints", {{"class", "skip"}, {"href", "#endpoints"}});
  put_top(page, report, verdict);
  put_contents(page, summary, verdict);
  page.begin("main");
  put_endpoints(page, summary);
  put_signatures(page, summary, style);
  put_noise(page, summary);
  put_latency(page, summary, verdict.timings);
  put_history(page, summary);
  put_accounting(page, report);
  page.end();
  page.own("script", page_script);
  page.end().end();
  return std::move(page).take();
}

}  // namespace understudy::report
