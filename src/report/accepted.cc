#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/page.h"
#include "report/sections.h"
#include "report/text.h"
#include "understudy/base/limits.h"
#include "understudy/report/accept.h"

namespace understudy::report {

namespace {

// Its weight behind a name.
std::string row(std::string_view name, std::string_view weight, const Style& style) {
  const auto room = std::min(widest_name, style.width - std::min(style.width, columns(weight) + 4));
  return fmt::format("  {}  {}\n", painted(left(cut_middle(name, room), room), Paint::title, style),
                     weight);
}

std::string accepted_row(const Summary& summary, const Signature& signature, const Style& style) {
  const auto compared = endpoint_of(summary, signature).totals.compared();
  const auto weight =
      fmt::format("{} of {} ({})  {}", brief(signature.count), brief(compared),
                  percent(signature.count, compared), cut(harmless(signature.id), widest_id));
  auto text = row(endpoint_name(summary, signature.shadow, signature.endpoint), weight, style);
  for (const auto& line : acceptance_lines(signature)) text += paragraph("    ", line, style);
  const auto life = life_text(signature);
  if (!life.empty()) text += painted(paragraph("    ", life, style), Paint::quiet, style);
  return text;
}

std::string unseen_row(const UnseenAcceptance& unseen, const Style& style) {
  const auto& entry = unseen.acceptance;
  const auto name = entry.endpoint.empty() ? std::string("(no endpoint)") : entry.endpoint;
  return row(harmless(name), cut(harmless(entry.signature), widest_id), style) +
         paragraph("    ", reason_of(entry), style) +
         painted(paragraph("    ",
                           fmt::format("not seen in {} of its endpoint",
                                       counted(unseen.compared, "compared request")),
                           style),
                 Paint::quiet, style);
}

}  // namespace

std::string reason_of(const config::Acceptance& entry) {
  auto by = entry.author;
  if (!entry.until.empty()) by += fmt::format("{}until {}", by.empty() ? "" : ", ", entry.until);
  return harmless(by.empty() ? entry.reason : fmt::format("{} ({})", entry.reason, by));
}

std::vector<std::string> acceptance_lines(const Signature& signature) {
  std::vector<std::string> lines;
  for (const auto& entry : signature.acceptances) {
    if (!signature.is_accepted) {
      lines.push_back(fmt::format("no longer accepted: {}", reason_of(entry)));
    } else if (entry.signature == signature.id) {
      lines.push_back(reason_of(entry));
    } else {
      lines.push_back(fmt::format("as {}: {}", harmless(entry.signature), reason_of(entry)));
    }
  }
  return lines;
}

std::string accepted_section(const Summary& summary, const Style& style) {
  std::string text;
  std::size_t total = 0, shown = 0;
  const auto add = [&](const std::string& row) {
    ++total;
    if (!style.shows_all && shown >= limits::report_rows) return;
    ++shown;
    text += row;
  };
  for (const auto& signature : summary.signatures) {
    if (signature.is_accepted) add(accepted_row(summary, signature, style));
  }
  for (const auto& unseen : summary.unseen) add(unseen_row(unseen, style));
  if (total == 0) return {};
  return '\n' + painted("Accepted, not counted as different", Paint::title, style) + '\n' + text +
         more_line(total, shown, style);
}

std::string choice_line(const Signature& signature) {
  return fmt::format("{}  {}, {}", harmless(signature.id), harmless(signature.endpoint),
                     counted(signature.count, "time"));
}

std::string label(const config::Acceptance& entry) {
  return harmless(entry.endpoint.empty()
                      ? entry.signature
                      : fmt::format("{} of {}", entry.signature, entry.endpoint));
}

std::string render_acceptances(const Accepting& accepting) {
  std::string text;
  for (const auto& entry : accepting.entries) {
    text += fmt::format("{}{}\n    {}\n", label(entry),
                        entry.holds_on(accepting.today) ? "" : "  (over)", reason_of(entry));
  }
  return text;
}

}  // namespace understudy::report
