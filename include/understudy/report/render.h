#pragma once

#include <cstddef>
#include <string>

#include "understudy/record/record.h"
#include "understudy/report/report.h"
#include "understudy/report/verdict.h"

// What people and programs see. Everything that came out of a log is made harmless for terminals;
// no line of a report is wider than Style::width, within limits::min_report_width and
// max_report_width.
namespace understudy::report {

// How to write for people.
struct Style {
  std::size_t width = 80;
  bool has_color = false;
  bool shows_all = false;  // every row instead of the weightiest
  // What commands that we suggest must name to read the same log: "" or " DIR ...".
  std::string log_arguments = {};
};

// Verdict line, endpoints, differences with an example each, latency, accounting.
std::string render_report(const Report& report, const Verdict& verdict, const Style& style);

// The verdict line and every reason.
std::string render_verdict(const Summary& summary, const Verdict& verdict, const Style& style);

// One exchange side by side, with all its differences.
std::string render_exchange(const record::Exchange& exchange, const Style& style);

// One exchange in one line, for list and tail.
std::string render_row(const record::Exchange& exchange, const Style& style);

// One JSON object and a newline. Members are only ever added while schema_version stays the same.
//
//   report:  schema_version, kind "report", verdict, log, live, shadows, endpoints, signatures,
//            unseen_acceptances
//   verdict: schema_version, kind "verdict", answer, reasons, compared, different, accepted,
//            difference_rate, different_by, fail_on; inside a report without the first two
std::string report_json(const Report& report, const Verdict& verdict);
std::string verdict_json(const Verdict& verdict);

// The report as one HTML document that needs nothing else: no network, no other file, no script to
// be read. It shows limits::page_rows of each list and says what it leaves out. Of the style only
// `log_arguments` counts.
std::string report_html(const Report& report, const Verdict& verdict, const Style& style);

// For continuous integration: JUnit's XML, as Jenkins and GitLab read it. A suite for each shadow,
// in it a case for each rule of the verdict, skipped where it is in doubt, and for each endpoint.
std::string verdict_junit(const Summary& summary, const Verdict& verdict);

// For a pull request: GitHub's Markdown. The verdict, its reasons, and the weightiest endpoints
// that differ.
std::string verdict_markdown(const Summary& summary, const Verdict& verdict);

}  // namespace understudy::report
