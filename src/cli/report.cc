#include "understudy/report/report.h"

#include <cstdio>

#include <fmt/format.h>

#include "accepted_file.h"
#include "reading.h"
#include "understudy/cli/verbs.h"

namespace understudy::cli {

namespace {

int exit_code_of(const report::Verdict& verdict) {
  if (verdict.different != 0) return exit_fail;
  return verdict.compared == 0 ? exit_inconclusive : exit_pass;
}

int write_html(const std::string& file, const report::Report& report,
               const report::Verdict& verdict, const report::Style& style) {
  const auto written = write_file(file, report::report_html(report, verdict, style));
  if (!written) return complain("report", written.error());
  fmt::print(stderr, "understudy report: {}, written to {}\n", report::name(verdict.answer), file);
  return exit_code_of(verdict);
}

// " DIR" for each log, unless it is the one that is read when none is named.
std::string log_arguments(const std::vector<std::string>& logs) {
  if (logs == ReportOptions{}.logs) return {};
  std::string text;
  for (const auto& log : logs) text.append(" ").append(log);
  return text;
}

}  // namespace

int report(const ReportOptions& options) {
  auto style = style_of(options.output);
  style.log_arguments = log_arguments(options.logs);
  report::Range range{options.since, options.until};
  auto accepting = accepting_of(options.accepted);
  if (!accepting) return complain("report", accepting.error());
  range.accepting = *std::move(accepting);
  if (options.output.json || style.shows_all || !options.html.empty()) {
    range.examples = limits::report_examples;
  }
  ProgressLine progress;
  const auto loaded =
      report::load(options.logs, range,
                   [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
  if (!loaded) return complain("report", loaded.error());
  const auto verdict = report::judge(loaded->summary, report::Rules{});
  if (!options.html.empty()) return write_html(options.html, *loaded, verdict, style);
  const auto text = options.output.json ? report::report_json(*loaded, verdict)
                                        : report::render_report(*loaded, verdict, style);
  return finish(text, exit_code_of(verdict));
}

}  // namespace understudy::cli
