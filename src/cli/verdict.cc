#include "understudy/report/verdict.h"

#include <string>
#include <thread>

#include <fmt/format.h>

#include "accepted_file.h"
#include "reading.h"
#include "understudy/base/limits.h"
#include "understudy/cli/verbs.h"
#include "understudy/json/document.h"
#include "understudy/record/decode.h"

namespace understudy::cli {

namespace {

report::Rules rules_of(const VerdictOptions& options) {
  report::Rules rules;
  rules.min_requests = options.min_requests.value_or(rules.min_requests);
  rules.max_difference_rate = options.max_difference_rate.value_or(rules.max_difference_rate);
  rules.fail_on = record::severity_of(options.fail_on).value_or(rules.fail_on);
  if (options.max_latency_increase) rules.latency.max_ratio = 1 + *options.max_latency_increase;
  return rules;
}

int exit_code_of(report::Answer answer) {
  switch (answer) {
    case report::Answer::pass:
      return exit_pass;
    case report::Answer::fail:
      return exit_fail;
    case report::Answer::inconclusive:
      return exit_inconclusive;
  }
  return exit_inconclusive;
}

// Follows the log until more requests could not change the answer, or the time is over.
Result<void> wait_for_requests(const VerdictOptions& options, const report::Rules& rules,
                               const report::Range& range) {
  const auto deadline = system_clock().now() + options.wait;
  report::Follower follower(options.logs, report::Follower::Start::beginning);
  report::Merger merger;
  record::Window window;
  json::Document document;
  while (true) {
    const auto polled = follower.poll([&](const report::Line& line) {
      if (line.kind != report::LineKind::window) return;
      if (!record::read_window(line.text, window, document)) return;
      if (report::is_within(range, window.from, window.to)) merger.add(window);
    });
    if (!polled) return polled;
    auto summary = merger.summary();
    report::accept(summary, range.accepting);
    if (!report::judge(summary, rules).wants_more) return {};
    if (system_clock().now() >= deadline) return {};
    std::this_thread::sleep_for(limits::log_poll_period);
  }
}

std::string text_of(const VerdictOptions& options, const report::Summary& summary,
                    const report::Verdict& verdict) {
  if (options.output.json) return report::verdict_json(verdict);
  if (options.markdown) return report::verdict_markdown(summary, verdict);
  return report::render_verdict(summary, verdict, style_of(options.output));
}

}  // namespace

int verdict(const VerdictOptions& options) {
  const auto rules = rules_of(options);
  auto accepting = accepting_of(options.accepted);
  if (!accepting) return complain("verdict", accepting.error());
  report::Range range{options.since, options.until};
  range.examples = 0;
  range.accepting = *std::move(accepting);
  if (options.wait > Duration::zero()) {
    const auto waited = wait_for_requests(options, rules, range);
    if (!waited) return complain("verdict", waited.error());
  }
  ProgressLine progress;
  const auto loaded =
      report::load(options.logs, range,
                   [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
  if (!loaded) return complain("verdict", loaded.error());
  const auto verdict = report::judge(loaded->summary, rules);
  if (!options.junit.empty()) {
    const auto written = write_file(options.junit, report::verdict_junit(loaded->summary, verdict));
    if (!written) return complain("verdict", written.error());
  }
  return finish(text_of(options, loaded->summary, verdict), exit_code_of(verdict.answer));
}

}  // namespace understudy::cli
