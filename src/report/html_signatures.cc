#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/html_parts.h"
#include "report/marked.h"
#include "report/side_by_side.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

constexpr std::size_t places_in_heading = 3;

std::string place_text(std::string_view place) {
  return cut_middle(harmless(place), limits::page_place_columns);
}

std::string status_text(const record::Leg& leg) {
  return leg.status == 0 ? "no answer" : std::to_string(leg.status);
}

void put_leg_row(Html& page, std::string_view name, std::string_view primary,
                 std::string_view shadow) {
  page.begin("tr").element("th", name, {{"scope", "row"}});
  page.element("td", primary).element("td", shadow).end();
}

void put_legs(Html& page, const record::Exchange& example) {
  const auto &primary = example.primary, &shadow = example.shadow_leg;
  page.begin("table", {{"class", "legs"}});
  page.element("caption", "Both answers", {{"class", "unseen"}});
  page.begin("thead").begin("tr").element("td", "");
  page.element("th", "primary", {{"scope", "col"}}).element("th", "shadow", {{"scope", "col"}});
  page.end().end().begin("tbody");
  put_leg_row(page, "status", status_text(primary), status_text(shadow));
  put_leg_row(page, "duration", duration(primary.duration_us), duration(shadow.duration_us));
  put_leg_row(page, "body", bytes(primary.body_bytes), bytes(shadow.body_bytes));
  if (!primary.error.empty() || !shadow.error.empty()) {
    put_leg_row(page, "error", spelled(primary.error), spelled(shadow.error));
  }
  page.end().end();
}

void put_side(Html& page, std::string_view leg, const std::vector<Piece>& pieces, bool is_there) {
  page.begin("div", {{"class", fmt::format("side {}-side", leg)}});
  page.element("span", leg, {{"class", "leg"}});
  if (!is_there) {
    page.element("span", "(nothing)", {{"class", "nothing"}}).end();
    return;
  }
  page.begin("code", {{"class", "value"}});
  for (const auto& [text, is_marked] : pieces) {
    is_marked ? page.element("mark", text) : page.text(text);
  }
  page.end().end();
}

void put_severity(Html& page, diff::Severity severity) {
  const auto word = diff::name(severity);
  page.element("span", word, {{"class", fmt::format("chip {}", word)}});
}

void put_evidence(Html& page, const Endpoint& endpoint, const Signature& signature,
                  const std::string& place, diff::Kind kind) {
  const auto text = evidence_at(endpoint, signature, place, kind);
  if (!text.empty()) page.element("p", text, {{"class", "evidence"}});
}

void put_difference(Html& page, const Endpoint& endpoint, const Signature& signature,
                    const diff::Difference& difference) {
  const auto primary = shown_text(difference.primary), shadow = shown_text(difference.shadow);
  const auto pieces = mark_difference(primary, shadow);
  page.begin("li").begin("p", {{"class", "place"}});
  page.element("code", place_text(difference.place)).text(" ");
  page.element("span", kind_in_words(difference), {{"class", "kind"}}).text(" ");
  put_severity(page, difference.severity);
  page.end();
  put_evidence(page, endpoint, signature, diff::generalized_place(difference), difference.kind);
  page.begin("div", {{"class", "sides"}});
  put_side(page, "primary", pieces.primary, !diff::is_extra(difference.kind));
  put_side(page, "shadow", pieces.shadow, !diff::is_missing(difference.kind));
  page.end().end();
}

void put_left_out(Html& page, std::size_t count) {
  if (count == 0) return;
  page.element("p", fmt::format("and {}", counted(count, "more place")), {{"class", "more"}});
}

void put_example(Html& page, const Endpoint& endpoint, const Signature& signature,
                 const Style& style) {
  const auto& example = *signature.example;
  page.begin("p", {{"class", "request"}});
  page.element("code", fmt::format("{} {}", example.method, example.target)).text(" ");
  const auto time = to_rfc3339(example.time);
  page.element("time", time, {{"datetime", time}}).end();
  put_legs(page, example);
  const auto differences = telling(example);
  const auto shown = std::min(limits::page_differences, differences.size());
  page.begin("ol", {{"class", "differences"}});
  for (std::size_t i = 0; i < shown; ++i) {
    put_difference(page, endpoint, signature, differences[i]);
  }
  page.end();
  put_left_out(page, differences.size() - shown);
  if (!example.note.empty()) {
    page.element("p", "not compared in depth: " + spelled(example.note), {{"class", "more"}});
  }
  page.begin("p", {{"class", "command"}});
  page.element("code", fmt::format("understudy show {}{}", example.id, style.log_arguments)).end();
}

void put_places(Html& page, const Endpoint& endpoint, const Signature& signature) {
  const auto shown = std::min(limits::page_differences, signature.places.size());
  page.begin("ul", {{"class", "places"}});
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [place, kind] = signature.places[i];
    page.begin("li").element("code", place_text(place)).text(" ");
    page.element("span", diff::name(kind), {{"class", "kind"}});
    put_evidence(page, endpoint, signature, place, kind);
    page.end();
  }
  page.end();
  put_left_out(page, signature.places.size() - shown);
  page.element("p", "no example was kept", {{"class", "more"}});
}

// The places in a line, for a signature that is folded.
std::string places_line(const Signature& signature) {
  std::string text;
  const auto shown = std::min(places_in_heading, signature.places.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [place, kind] = signature.places[i];
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", place_text(place), diff::name(kind));
  }
  const auto more = signature.places.size() - shown;
  return more == 0 ? text : fmt::format("{}, and {} more", text, more);
}

void put_heading(Html& page, const Summary& summary, const Signature& signature,
                 std::size_t number) {
  const auto compared = endpoint_of(summary, signature).totals.compared();
  page.begin("summary").begin("h3");
  page.element("span", fmt::format("{}.", number), {{"class", "number"}}).text(" ");
  put_endpoint_name(page, summary, signature.endpoint, signature.shadow);
  page.end();
  page.element("span",
               fmt::format("{} of {} ({})", grouped(signature.count), grouped(compared),
                           percent(signature.count, compared)),
               {{"class", "weight"}});
  put_severity(page, signature.severity.worst());
  if (signature.judgement == diff::Judgement::unconfirmed) {
    page.text(" ");
    page.element("span", "not certain", {{"class", "chip unconfirmed"}});
  }
  if (signature.is_accepted) {
    page.text(" ").element("span", "accepted", {{"class", "chip accepted"}});
  }
  page.element("span", places_line(signature), {{"class", "in-short"}}).end();
}

void put_signature(Html& page, const Summary& summary, std::size_t index, const Style& style) {
  const auto& signature = summary.signatures[index];
  page.begin("article", {{"class", "signature"},
                         {"id", fmt::format("difference-{}", index + 1)},
                         {"data-filter", signature.endpoint}});
  Html::Attributes attributes;
  if (index < limits::page_unfolded) attributes.push_back({"open", ""});
  page.begin("details", attributes);
  put_heading(page, summary, signature, index + 1);
  page.begin("p", {{"class", "evidence"}});
  const auto& endpoint = endpoint_of(summary, signature);
  const auto why = evidence_of(endpoint, signature);
  page.text(fmt::format("{}{}signature ", why, why.empty() ? "" : "; "));
  page.element("code", signature.id).end();
  const auto variants = variants_text(signature);
  if (!variants.empty()) page.element("p", variants);
  for (const auto& line : acceptance_lines(signature)) page.element("p", line);
  const auto life = life_text(signature);
  if (!life.empty()) page.element("p", life);
  signature.example ? put_example(page, endpoint, signature, style)
                    : put_places(page, endpoint, signature);
  page.end().end();
}

}  // namespace

void put_signatures(Html& page, const Summary& summary, const Style& style) {
  begin_section(page, "differences", "Differences",
                summary.signatures.empty()
                    ? "None: wherever both answered, they said the same, noise left out."
                    : "One way of differing each, with one pair of answers. What only one side "
                      "has is marked.");
  const auto shown = std::min(limits::report_examples, summary.signatures.size());
  for (std::size_t i = 0; i < shown; ++i) put_signature(page, summary, i, style);
  put_more(page, summary.signatures.size(), shown, "understudy report --json");
  page.end();
}

}  // namespace understudy::report
