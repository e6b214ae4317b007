#include "understudy/report/render.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/page.h"
#include "report/sections.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

std::string label(Answer answer, const Style& style) {
  switch (answer) {
    case Answer::pass:
      return painted("PASS", Paint::good, style);
    case Answer::fail:
      return painted("FAIL", Paint::bad, style);
    case Answer::inconclusive:
      return painted("INCONCLUSIVE", Paint::warning, style);
  }
  return {};
}

std::string verdict_line(const Summary& summary, const Verdict& verdict, const Style& style) {
  // The paint takes no column, so that the indent is counted without it.
  const auto plain = label(verdict.answer, Style{});
  auto text = paragraph(plain + "  ", finding(summary, verdict), style);
  return text.replace(0, plain.size(), label(verdict.answer, style));
}

std::string reason_lines(const Summary& summary, const Verdict& verdict, const Style& style) {
  std::string text;
  for (const auto& reason : verdict.reasons) {
    const auto of = summary.shadows.size() > 1 ? harmless(reason.shadow) + ": " : std::string();
    text += paragraph("  - ", of + reason.text, style);
  }
  return text;
}

}  // namespace

std::string render_verdict(const Summary& summary, const Verdict& verdict, const Style& style) {
  return verdict_line(summary, verdict, style) + reason_lines(summary, verdict, style);
}

std::string render_report(const Report& report, const Verdict& verdict, const Style& asked) {
  auto style = asked;
  style.width = std::clamp(style.width, limits::min_report_width, limits::max_report_width);
  const auto& summary = report.summary;
  auto text = verdict_line(summary, verdict, style);
  auto others = verdict;
  others.reasons = other_reasons(summary, verdict);
  text += reason_lines(summary, others, style);
  text += painted(paragraph("  ", period(summary), style), Paint::quiet, style);
  text += endpoints_section(summary, style);
  text += signatures_section(summary, style);
  text += accepted_section(summary, style);
  text += noise_section(summary, style);
  text += latency_section(summary, verdict.timings, style);
  text += accounting_section(report, style);
  return text;
}

}  // namespace understudy::report
