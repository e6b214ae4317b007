#include <algorithm>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/page.h"
#include "report/sections.h"
#include "report/side_by_side.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

constexpr std::uint64_t most_grouped = 99'999'999;  // beyond, brief figures leave room for the name

Paint paint_of(diff::Severity severity) {
  if (severity == diff::Severity::breaking) return Paint::bad;
  return severity == diff::Severity::suspicious ? Paint::warning : Paint::none;
}

// "    breaking; certain: the reference differs in 0 of 120"
std::string gravity_text(const Endpoint& endpoint, const Signature& signature, const Style& style) {
  constexpr std::string_view lead = "    ";
  const auto severity = signature.severity.worst();
  const auto word = diff::name(severity);
  const auto evidence = evidence_of(endpoint, signature);
  const auto text = paragraph(
      lead, evidence.empty() ? std::string(word) : fmt::format("{}; {}", word, evidence), style);
  return std::string(lead) + painted(word, paint_of(severity), style) +
         painted(text.substr(lead.size() + word.size()), Paint::quiet, style);
}

std::string left_out(std::size_t count, const Style& style) {
  if (count == 0) return {};
  return painted(fmt::format("    ... and {}", counted(count, "more place")), Paint::quiet, style) +
         '\n';
}

// What is known of one place beyond what is known of all; a line of its own.
std::string place_text(const Endpoint& endpoint, const Signature& signature,
                       const std::string& place, diff::Kind kind, const Style& style) {
  const auto text = evidence_at(endpoint, signature, place, kind);
  return text.empty() ? text : painted(paragraph("      ", text, style), Paint::quiet, style);
}

std::string example_text(const Endpoint& endpoint, const Signature& signature, const Style& style) {
  const auto& example = *signature.example;
  const auto differences = telling(example);
  const auto shown = style.shows_all ? differences.size()
                                     : std::min(limits::report_differences, differences.size());
  const auto layout = columns_for(differences, style);
  auto text = difference_heading(layout, style);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& difference = differences[i];
    text += short_difference(difference, layout, style);
    text += place_text(endpoint, signature, diff::generalized_place(difference), difference.kind,
                       style);
  }
  text += left_out(differences.size() - shown, style);
  if (!example.note.empty()) {
    text += paragraph("    ", "not compared in depth: " + spelled(example.note), style);
  }
  const auto command =
      fmt::format("understudy show {}{}", harmless(example.id), harmless(style.log_arguments));
  return text + "    " + painted(cut(command, style.width - 4), Paint::quiet, style) + '\n';
}

std::string places_text(const Endpoint& endpoint, const Signature& signature, const Style& style) {
  const auto shown = style.shows_all
                         ? signature.places.size()
                         : std::min(limits::report_differences, signature.places.size());
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [place, kind] = signature.places[i];
    text += paragraph("    ", fmt::format("{}  {}", harmless(place), diff::name(kind)), style);
    text += place_text(endpoint, signature, place, kind, style);
  }
  text += left_out(signature.places.size() - shown, style);
  return text + painted("    no example was kept", Paint::quiet, style) + '\n';
}

// How often, and the signature's name.
std::string weight_text(const Signature& signature, std::uint64_t compared) {
  const auto figure = std::max(signature.count, compared) > most_grouped ? brief : grouped;
  return fmt::format("{} of {} ({})  {}", figure(signature.count), figure(compared),
                     percent(signature.count, compared), cut(harmless(signature.id), widest_id));
}

std::string signature_text(const Summary& summary, const Signature& signature, std::size_t number,
                           const Style& style) {
  const auto& endpoint = endpoint_of(summary, signature);
  const auto compared = endpoint.totals.compared();
  const auto weight = weight_text(signature, compared);
  const auto lead = fmt::format("{:>2}. ", number);
  const auto room =
      std::min(widest_name, style.width - std::min(style.width, lead.size() + columns(weight) + 2));
  const auto name = endpoint_name(summary, signature.shadow, signature.endpoint);
  auto text = lead + painted(left(cut_middle(name, room), room), Paint::title, style) + "  " +
              weight + '\n' + gravity_text(endpoint, signature, style);
  const auto variants = variants_text(signature);
  if (!variants.empty()) text += painted(paragraph("    ", variants, style), Paint::quiet, style);
  for (const auto& line : acceptance_lines(signature)) {
    text += painted(paragraph("    ", line, style), Paint::warning, style);
  }
  const auto life = life_text(signature);
  if (!life.empty()) text += painted(paragraph("    ", life, style), Paint::warning, style);
  text += signature.example ? example_text(endpoint, signature, style)
                            : places_text(endpoint, signature, style);
  return text;
}

}  // namespace

std::string signatures_section(const Summary& summary, const Style& style) {
  const auto& all = summary.signatures;
  const auto open = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& each) { return !each.is_accepted; }));
  if (open == 0) return {};
  auto text = '\n' + painted("Differences, by signature", Paint::title, style) + '\n';
  const auto shown = style.shows_all ? open : std::min(limits::report_signatures, open);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) text += '\n';
    text += signature_text(summary, all[i], i + 1, style);
  }
  return text + more_line(open, shown, style);
}

}  // namespace understudy::report
