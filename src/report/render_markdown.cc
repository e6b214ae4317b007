#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/text.h"
#include "understudy/report/render.h"

namespace understudy::report {

namespace {

// Rows and places that a reader of a pull request looks at; the rest is counted.
constexpr std::size_t max_rows = 20;
constexpr std::size_t max_places = 5;
// GitHub takes 65,536 characters of a comment.
constexpr std::size_t max_columns = 200;

// A code span (CommonMark, 6.1) that may stand in a table's cell: fenced by more backticks than the
// text has in a row, and without a bar of its own.
std::string code(std::string_view text) {
  std::string inner;
  std::size_t run = 0, longest = 0;
  for (const char c : cut_middle(harmless(text), max_columns)) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') inner += '\\';
    inner += c;
  }
  const std::string fence(longest + 1, '`');
  const std::string_view space = longest == 0 ? "" : " ";
  return fmt::format("{0}{1}{2}{1}{0}", fence, space, inner);
}

// Everything that is not in a code span; a log's names may look like markup.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : harmless(text)) {
    if (std::string_view("\\`*_{}[]<>#|~&").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

// Differences come first.
std::string places_of(const Endpoint& endpoint) {
  std::string text;
  std::size_t count = 0;
  for (const auto& place : endpoint.places) {
    if (place.judged.judgement != diff::Judgement::difference || place.is_accepted) continue;
    if (++count > max_places) continue;
    text += fmt::format("{}{} {}, {}", count == 1 ? "" : "<br>", code(place.key.place),
                        diff::name(place.key.kind), diff::name(place.severity));
  }
  if (count > max_places) text += fmt::format("<br>and {} more", count - max_places);
  return text;
}

std::string endpoints_table(const Summary& summary) {
  std::string rows;
  std::size_t count = 0;
  for (const auto& endpoint : summary.endpoints) {
    const auto& totals = endpoint.totals;
    if (totals.different == 0 || ++count > max_rows) continue;
    const auto of =
        summary.shadows.size() > 1 ? " (" + plain(endpoint.shadow) + ")" : std::string();
    rows += fmt::format("| {}{} | {} | {} ({}) | {} |\n", code(endpoint.name), of,
                        grouped(totals.compared()), grouped(totals.different),
                        percent(totals.different, totals.compared()), places_of(endpoint));
  }
  if (rows.empty()) return {};
  if (count > max_rows) rows += fmt::format("\nand {} more.\n", count - max_rows);
  return "\n| endpoint | compared | different | where |\n| --- | ---: | ---: | --- |\n" + rows;
}

std::string accepted_list(const Summary& summary) {
  std::string text;
  std::size_t count = 0;
  for (const auto& signature : summary.signatures) {
    if (!signature.is_accepted || ++count > max_rows) continue;
    text += fmt::format("- {}: {}, {}\n", code(signature.endpoint), grouped(signature.count),
                        plain(fmt::format("{}", fmt::join(acceptance_lines(signature), "; "))));
  }
  if (count > max_rows) text += fmt::format("- and {} more\n", count - max_rows);
  return text.empty() ? text : "\nAccepted:\n\n" + text;
}

}  // namespace

std::string verdict_markdown(const Summary& summary, const Verdict& verdict) {
  std::string text =
      fmt::format("### understudy: {}, {}\n", name(verdict.answer),
                  plain(fmt::format("{}", fmt::join(finding(summary, verdict), " "))));
  if (!verdict.reasons.empty()) text += '\n';
  for (const auto& reason : verdict.reasons) {
    const auto of = summary.shadows.size() > 1 ? plain(reason.shadow) + ": " : std::string();
    text += fmt::format("- {}{}\n", of, plain(reason.text));
  }
  return text + endpoints_table(summary) + accepted_list(summary);
}

}  // namespace understudy::report
