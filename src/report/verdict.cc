#include "understudy/report/verdict.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "report/severity.h"
#include "report/text.h"

namespace understudy::report {

namespace {

double rate(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// How often an exchange with the shadow may wait for our own backstage, which on a busy machine has
// to wait for a processor: until it is connected, sends, and reads the answer.
constexpr int own_waits = 3;

// What own waiting may add to all but one in a hundred latencies of the shadow: the chance that one
// of the waits is longer than a third of it is at most the sum of their chances. Also for medians:
// where some wait that long the backstage is behind, and then one wait follows the other.
std::int64_t own_share_us(const record::Histogram& delay) {
  constexpr double most = 0.99;
  return own_waits * delay.quantile_us(1 - (1 - most) / own_waits);
}

// A limit as people wrote it: 0.01 -> "1 %".
std::string percent_of(double limit) {
  return fmt::format("{:g} %", limit * 100);
}

// " (timed out 12, refused 3)", the most frequent first.
std::string by_reason(const Counts& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [reason, count] : sorted) {
    text += fmt::format("{}{} {}", text.empty() ? " (" : ", ", spelled(reason), grouped(count));
  }
  return text.empty() ? text : text + ")";
}

// "40 s", "12 min", "30 h", "5 d": rounded up.
std::string rough_time(double seconds) {
  constexpr double minute = 60, hour = 60 * minute, day = 24 * hour;
  if (seconds < 2 * minute) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 2 * hour) return fmt::format("{:.0f} min", std::ceil(seconds / minute));
  if (seconds < 2 * day) return fmt::format("{:.0f} h", std::ceil(seconds / hour));
  return fmt::format("{:.0f} d", std::ceil(seconds / day));
}

// The reasons of one shadow.
class Judge {
 public:
  Judge(const Summary& summary, const Shadow& shadow, const Rules& rules)
      : lasted_(summary.to - summary.from),
        endpoints_(summary.endpoints),
        shadow_(shadow),
        rules_(rules) {}

  void look() {
    look_at_differences();
    look_at_unconfirmed();
    if (!has_enough()) return want_more();
    look_at_failures();
    look_at_errors();
    look_at_latency();
    look_at_slow_endpoints();
    look_at_gaps();
  }

  std::vector<Reason> reasons;

 private:
  const Totals& totals() const { return shadow_.totals; }
  bool has_enough() const {
    return totals().compared() != 0 && totals().compared() >= rules_.min_requests;
  }

  void fail(std::string code, std::string text) {
    reasons.push_back({std::move(code), shadow_.name, std::move(text), true});
  }
  void doubt(std::string code, std::string text) {
    reasons.push_back({std::move(code), shadow_.name, std::move(text), false});
  }

  void look_at_differences() {
    const auto& by = totals().different_by;
    const auto different = by.at_least(rules_.fail_on), compared = totals().compared();
    if (rate(different, compared) <= rules_.max_difference_rate) return;
    // With a rate allowed, a few requests say little about it.
    if (rules_.max_difference_rate > 0 && !has_enough()) return;
    fail("differences",
         fmt::format("{} of {} differ ({}): {}, allowed {}", grouped(different),
                     counted(compared, "compared request"), by_severity(by, rules_.fail_on),
                     percent(different, compared), percent_of(rules_.max_difference_rate)));
  }

  void look_at_unconfirmed() {
    const auto count = totals().unconfirmed_by.at_least(rules_.fail_on);
    const auto compared = totals().compared();
    if (count == 0 || rate(count, compared) <= rules_.max_difference_rate) return;
    doubt("unconfirmed",
          fmt::format("{} of {} differ where it is not certain yet that the shadow is to blame",
                      grouped(count), counted(compared, "compared request")));
  }

  void want_more() {
    const auto needed = std::max<std::uint64_t>(rules_.min_requests, 1);
    doubt("too_few_requests",
          fmt::format("{} compared, {} needed{}", counted(totals().compared(), "request"),
                      grouped(needed), time_for(needed)));
    if (!totals().shadow_failed.empty()) {
      doubt("shadow_failed",
            fmt::format("the shadow failed {}{}", counted(sum(totals().shadow_failed), "time"),
                        by_reason(totals().shadow_failed)));
    }
  }

  // How long it takes until so many are compared, if they come as they did so far.
  std::string time_for(std::uint64_t needed) const {
    const auto compared = static_cast<double>(totals().compared());
    if (compared == 0 || lasted_ <= Duration::zero()) return {};
    const auto missing = static_cast<double>(needed) - compared;
    const auto lasted = std::chrono::duration<double>(lasted_).count();
    return fmt::format("; at this rate in {}", rough_time(lasted * missing / compared));
  }

  void look_at_failures() {
    const auto failed = sum(totals().shadow_failed);
    if (rate(failed, shadow_.mirrored) <= rules_.max_shadow_failed_rate) return;
    fail("shadow_failed",
         fmt::format("the shadow gave no whole answer to {} of {} mirrored: {}, allowed {}{}",
                     grouped(failed), grouped(shadow_.mirrored), percent(failed, shadow_.mirrored),
                     percent_of(rules_.max_shadow_failed_rate), by_reason(totals().shadow_failed)));
  }

  void look_at_errors() {
    if (totals().shadow_errors <= totals().primary_errors) return;
    fail("errors", fmt::format("the shadow answered 5xx to {} (of {} compared), the primary to {}",
                               counted(totals().shadow_errors, "request"),
                               grouped(totals().compared()), grouped(totals().primary_errors)));
  }

  void look_at_latency() {
    for (const auto& [label, q] : {std::pair("p99", 0.99), std::pair("p95", 0.95)}) {
      const auto primary = totals().latency.primary.quantile_us(q);
      const auto shadow = totals().latency.shadow.quantile_us(q);
      const auto allowed = allowed_us(primary);
      if (static_cast<double>(shadow) <= allowed) continue;
      const auto text = fmt::format("{} latency {}, the primary's is {}; allowed up to {}", label,
                                    duration(shadow), duration(primary),
                                    duration(static_cast<std::int64_t>(allowed)));
      const auto own = own_share_us(shadow_.backstage_delay);
      if (static_cast<double>(shadow - own) > allowed) {
        fail("latency", text);
      } else {
        doubt("latency", fmt::format("{}; not judged, as up to {} may be understudy's own", text,
                                     duration(own)));
      }
    }
  }

  // One of many endpoints that became slow does not show in the percentiles of all.
  void look_at_slow_endpoints() {
    constexpr std::size_t most_named = 3;
    std::size_t slow = 0;
    for (const auto& endpoint : endpoints_) {
      if (endpoint.shadow != shadow_.name) continue;
      const auto text = why_slow(endpoint);
      if (!text.empty() && ++slow <= most_named) fail("latency", text);
    }
    if (slow > most_named) {
      reasons.back().text += fmt::format("; and {}", counted(slow - most_named, "more endpoint"));
    }
  }

  // By its median; empty if it is not.
  std::string why_slow(const Endpoint& endpoint) const {
    constexpr double median = 0.5;
    const auto& totals = endpoint.totals;
    if (totals.latency.primary.count() < limits::verdict_min_endpoint_requests) return {};
    const auto primary = totals.latency.primary.quantile_us(median);
    const auto shadow = totals.latency.shadow.quantile_us(median);
    const auto allowed = allowed_us(primary);
    const auto own = own_share_us(shadow_.backstage_delay);
    if (static_cast<double>(shadow - own) <= allowed) return {};
    return fmt::format("{}: p50 latency {}, the primary's is {}; allowed up to {}", endpoint.name,
                       duration(shadow), duration(primary),
                       duration(static_cast<std::int64_t>(allowed)));
  }

  double allowed_us(std::int64_t primary_us) const {
    return std::max(static_cast<double>(primary_us) * rules_.max_latency_ratio,
                    static_cast<double>(primary_us + rules_.max_latency_excess.count()));
  }

  void look_at_gaps() {
    const auto missing = sum(totals().not_compared);
    if (rate(missing, shadow_.mirrored) <= rules_.max_not_compared_rate) return;
    doubt("not_compared",
          fmt::format("{} of {} mirrored could not be compared: {}, allowed {}{}", grouped(missing),
                      grouped(shadow_.mirrored), percent(missing, shadow_.mirrored),
                      percent_of(rules_.max_not_compared_rate), by_reason(totals().not_compared)));
  }

  const Duration lasted_;
  const std::vector<Endpoint>& endpoints_;
  const Shadow& shadow_;
  const Rules& rules_;
};

// Differences say more than how fast they came, and doubts come behind what is certain.
std::ptrdiff_t rank(const Reason& reason) {
  constexpr std::array order{"differences", "errors", "shadow_failed", "latency"};
  const auto last = std::ssize(order);
  if (!reason.fails) return last + 1;
  return std::find(order.begin(), order.end(), reason.code) - order.begin();
}

bool fails(const Reason& reason) {
  return reason.fails;
}

bool is_about_too_few(const Reason& reason) {
  return reason.code == "too_few_requests";
}

}  // namespace

std::string_view name(Answer answer) {
  switch (answer) {
    case Answer::pass:
      return "pass";
    case Answer::fail:
      return "fail";
    case Answer::inconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

Verdict judge(const Summary& summary, const Rules& rules) {
  Verdict verdict;
  verdict.fail_on = rules.fail_on;
  auto& reasons = verdict.reasons;
  for (const auto& shadow : summary.shadows) {
    verdict.compared += shadow.totals.compared();
    verdict.different += shadow.totals.different;
    verdict.different_by += shadow.totals.different_by;
    Judge judge(summary, shadow, rules);
    judge.look();
    std::move(judge.reasons.begin(), judge.reasons.end(), std::back_inserter(reasons));
  }
  if (summary.shadows.empty()) {
    reasons.push_back({"too_few_requests", "", "no shadow in the log", false});
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return rank(a) < rank(b); });
  const bool has_failed = std::any_of(reasons.begin(), reasons.end(), fails);
  verdict.answer = has_failed        ? Answer::fail
                   : reasons.empty() ? Answer::pass
                                     : Answer::inconclusive;
  verdict.wants_more = !has_failed && std::any_of(reasons.begin(), reasons.end(), is_about_too_few);
  return verdict;
}

}  // namespace understudy::report
