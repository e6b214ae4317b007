#include "understudy/report/verdict.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/severity.h"
#include "report/text.h"

namespace understudy::report {

namespace {

double rate(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Of so many shadows that fail no oftener than the primary one may be said to, however often one
// looks.
constexpr double errors_alpha = 0.01;
// From here on evidence that is none yet may be doubted; the chance of that is one in five.
constexpr double doubtful = 5;
// How far ahead it is worth saying what is needed.
constexpr std::uint64_t most_times = 64;

// Exchanges in which one leg alone answered with an error.
struct Errors {
  std::uint64_t only_shadow = 0, only_primary = 0;
  double evidence = 0;  // that the shadow does so oftener
};

// Old logs do not know what is the same exchange's; then nothing is.
Errors errors_of(const Totals& totals) {
  const auto both = std::min({totals.both_errors, totals.shadow_errors, totals.primary_errors});
  Errors errors{totals.shadow_errors - both, totals.primary_errors - both};
  if (errors.only_shadow <= errors.only_primary) return errors;
  errors.evidence = diff::evidence_against(0.5, errors.only_shadow, errors.only_primary);
  return errors;
}

// A limit as people wrote it: 0.01 -> "1 %".
std::string percent_of(double limit) {
  return fmt::format("{:g} %", limit * 100);
}

// " (timed out 12, refused 3)", the most frequent first.
std::string by_reason(const Counts& counts) {
  std::string text;
  for (const auto& [reason, count] : by_frequency(counts)) {
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

// What would clear a doubt.
struct Needed {
  std::uint64_t requests = 0;  // more than there were; 0: not known
  std::string text;
};

// The reasons of one shadow.
class Judge {
 public:
  Judge(const Summary& summary, const Shadow& shadow, const Rules& rules, const Timings& timings)
      : lasted_(summary.to - summary.from),
        endpoints_(summary.endpoints),
        signatures_(summary.signatures),
        shadow_(shadow),
        rules_(rules),
        timings_(timings),
        timing_(timings.shadows[static_cast<std::size_t>(&shadow - summary.shadows.data())]) {}

  void look() {
    look_at_differences();
    look_at_unconfirmed();
    if (!has_enough()) return want_more();
    look_at_failures();
    look_at_errors();
    look_at_latency();
    look_at_gaps();
    look_at_tainted();
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
    reasons.push_back({std::move(code), shadow_.name, std::move(text)});
  }
  void doubt(std::string code, const std::string& text, const Needed& needed) {
    reasons.push_back(
        {std::move(code), shadow_.name, text + needed.text, false, true, needed.requests});
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
    look_at_fixed();
  }

  // An earlier build may be to blame, when nothing of it is seen any more: still, only what came
  // after says that.
  void look_at_fixed() {
    WallTime last{};
    for (const auto& signature : signatures_) {
      const bool counts = signature.shadow == shadow_.name && !signature.is_accepted &&
                          signature.judgement == diff::Judgement::difference &&
                          signature.severity.at_least(rules_.fail_on) != 0;
      if (!counts) continue;
      if (signature.life != Life::fixed) return;
      last = std::max(last, signature.last_seen);
    }
    if (last == WallTime{}) return;
    const auto since = seconds_of(std::chrono::ceil<std::chrono::seconds>(last));
    doubt("fixed",
          fmt::format("all of them are fixed: to judge what came after, add --since {}", since));
  }

  void look_at_unconfirmed() {
    const auto count = totals().unconfirmed_by.at_least(rules_.fail_on);
    const auto compared = totals().compared();
    if (count == 0 || rate(count, compared) <= rules_.max_difference_rate) return;
    const auto text =
        fmt::format("{} of {} differ where it is not certain yet that the shadow is to blame",
                    grouped(count), counted(compared, "compared request"));
    const auto needed = needed_for_certainty();
    if (!needed) return doubt("unconfirmed", text);
    doubt("unconfirmed", text, *needed);
  }

  // What takes longest; nothing where more requests would not help.
  std::optional<Needed> needed_for_certainty() const {
    const Endpoint* slowest = nullptr;
    std::uint64_t needed = 0;
    double most_times = 0;  // what there was until now
    for (const auto& endpoint : endpoints_) {
      if (endpoint.shadow != shadow_.name) continue;
      for (const auto& place : endpoint.places) {
        if (place.judged.judgement != diff::Judgement::unconfirmed) continue;
        const auto times = rate(place.judged.needed, endpoint.totals.compared());
        if (times <= most_times) continue;
        slowest = &endpoint;
        needed = place.judged.needed;
        most_times = times;
      }
    }
    if (slowest == nullptr) return std::nullopt;
    return Needed{needed, fmt::format("; about {} of {} needed{}", counted(needed, "more request"),
                                      slowest->name, at_this_rate(most_times))};
  }

  void want_more() {
    const auto all = std::max<std::uint64_t>(rules_.min_requests, 1);
    doubt("too_few_requests",
          fmt::format("{} compared, {} needed", counted(totals().compared(), "request"),
                      grouped(all)),
          until(all));
    if (!totals().shadow_failed.empty()) {
      doubt("shadow_failed",
            fmt::format("the shadow failed {}{}", counted(sum(totals().shadow_failed), "time"),
                        by_reason(totals().shadow_failed)));
    }
  }

  // How long it takes until so many are compared in all, if they come as they did so far.
  Needed until(std::uint64_t all) const {
    const auto more = all - std::min(all, totals().compared());
    if (totals().compared() == 0) return {more, {}};
    return {more, at_this_rate(rate(more, totals().compared()))};
  }
  // So many times as many more as there were until now.
  std::string at_this_rate(double times) const {
    if (lasted_ <= Duration::zero()) return {};
    const auto lasted = std::chrono::duration<double>(lasted_).count();
    return fmt::format("; at this rate in {}", rough_time(lasted * times));
  }

  void look_at_failures() {
    const auto failed = sum(totals().shadow_failed);
    if (rate(failed, shadow_.mirrored) <= rules_.max_shadow_failed_rate) return;
    fail("shadow_failed",
         fmt::format("the shadow gave no whole answer to {} of {} mirrored: {}, allowed {}{}",
                     grouped(failed), grouped(shadow_.mirrored), percent(failed, shadow_.mirrored),
                     percent_of(rules_.max_shadow_failed_rate), by_reason(totals().shadow_failed)));
  }

  // Of exchanges in which one of the two answered with an error it is as often the one as the
  // other, if nothing is wrong; so a primary without any is no special case.
  void look_at_errors() {
    const auto all = errors_of(totals());
    if (all.evidence >= 1 / errors_alpha) {
      return fail("errors", errors_text(totals(), {}));
    }
    if (look_at_errors_of_endpoints() || !may_be_errors(all)) return;
    doubt("errors", errors_text(totals(), {}) + "; too few to be certain", until_certain(all));
  }

  // Evidence of one of many has to be as many times stronger.
  bool look_at_errors_of_endpoints() {
    const auto looks = std::count_if(endpoints_.begin(), endpoints_.end(), [&](const auto& each) {
      return each.shadow == shadow_.name && each.totals.compared() != 0;
    });
    const auto* const worst = most_failing_endpoint();
    if (worst == nullptr ||
        errors_of(worst->totals).evidence * errors_alpha < static_cast<double>(looks)) {
      return false;
    }
    fail("errors", errors_text(worst->totals, worst->name + ": "));
    return true;
  }

  const Endpoint* most_failing_endpoint() const {
    const Endpoint* worst = nullptr;
    for (const auto& endpoint : endpoints_) {
      if (endpoint.shadow != shadow_.name) continue;
      const auto evidence = errors_of(endpoint.totals).evidence;
      if (evidence > 0 && (worst == nullptr || evidence > errors_of(worst->totals).evidence)) {
        worst = &endpoint;
      }
    }
    return worst;
  }

  // Too few for a judgement, and too many to be passed over.
  bool may_be_errors(const Errors& errors) const {
    return errors.evidence > 0 && (errors.only_primary == 0 || errors.evidence >= doubtful) &&
           rate(errors.only_shadow, totals().compared()) > limits::noise_effect_floor;
  }

  // If they go on in the same way.
  Needed until_certain(const Errors& errors) const {
    for (std::uint64_t times = 2; times <= most_times; ++times) {
      const auto evidence =
          diff::evidence_against(0.5, errors.only_shadow * times, errors.only_primary * times);
      if (evidence * errors_alpha >= 1) return until(totals().compared() * times);
    }
    return {};
  }

  static std::string errors_text(const Totals& totals, const std::string& where) {
    return fmt::format("{}the shadow answered 5xx to {} (of {} compared), the primary to {}", where,
                       counted(totals.shadow_errors, "request"), grouped(totals.compared()),
                       grouped(totals.primary_errors));
  }

  void look_at_latency() {
    const auto& percentiles = timing_.percentiles;
    // The highest says most; the shift is told of endpoints where it is seen there.
    for (auto i = percentiles.size() - 1; i > 0; --i) tell(percentiles.at(i), {});
    if (!look_at_slow_endpoints()) tell_shift(timing_, {});
  }

  // One of many endpoints that became slow does not show in the percentiles of all.
  bool look_at_slow_endpoints() {
    bool has_told = false;
    for (const auto slowness : {Slowness::certain, Slowness::suspected, Slowness::own}) {
      const std::size_t most_named = slowness == Slowness::own ? 1 : 3;
      std::size_t slow = 0;
      if (slowness == Slowness::own && is_own_told_) break;
      for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        const auto& timing = timings_.endpoints[i];
        if (endpoints_[i].shadow != shadow_.name) continue;
        if (timing.percentiles[0].slowness != slowness) continue;
        if (++slow <= most_named) tell_shift(timing, endpoints_[i].name + ": ");
      }
      has_told |= slow != 0;
      if (slow <= most_named) continue;
      reasons.back().text += fmt::format("; and {}", counted(slow - most_named, "more endpoint"));
    }
    return has_told;
  }

  void tell_shift(const Timing& timing, const std::string& where) {
    const auto& shift = timing.shift;
    const auto limits = shift.low_us && shift.high_us
                            ? fmt::format("; {}{} to {} more", timing.pairs == 0 ? "" : "in pairs ",
                                          duration(*shift.low_us), duration(*shift.high_us))
                            : std::string();
    tell(timing.percentiles[0], where, limits);
  }

  void tell(const Percentile& percentile, const std::string& where, const std::string& more = {}) {
    const auto text =
        fmt::format("{}p{:g} latency {}, the primary's is {}; allowed up to {}{}", where,
                    percentile.q * 100, duration(percentile.shadow.value_us),
                    duration(percentile.primary.value_us), duration(percentile.allowed_us), more);
    switch (percentile.slowness) {
      case Slowness::none:
        return;
      case Slowness::certain:
        return fail("latency", text);
      case Slowness::own:
        if (is_own_told_) return;
        is_own_told_ = true;
        return doubt("latency", fmt::format("{}; not judged, as up to {} may be understudy's own",
                                            text, duration(percentile.own_us)));
      case Slowness::suspected:
        return doubt("latency", text + "; not certain yet", until_certain(percentile));
    }
  }

  Needed until_certain(const Percentile& percentile) const {
    if (percentile.needed_times == 0) return {};
    return until(totals().compared() * percentile.needed_times);
  }

  void look_at_gaps() {
    const auto missing = sum(totals().not_compared);
    if (rate(missing, shadow_.mirrored) <= rules_.max_not_compared_rate) return;
    doubt("not_compared",
          fmt::format("{} of {} mirrored could not be compared: {}, allowed {}{}", grouped(missing),
                      grouped(shadow_.mirrored), percent(missing, shadow_.mirrored),
                      percent_of(rules_.max_not_compared_rate), by_reason(totals().not_compared)));
  }

  // They may hide what the shadow is to blame for.
  void look_at_tainted() {
    const auto count = sum(totals().tainted);
    if (rate(count, shadow_.mirrored) <= rules_.max_not_compared_rate) return;
    doubt("tainted",
          fmt::format("{} of {} mirrored differ in sessions of which the shadow lacks a write: {}, "
                      "allowed {}{}; mirror the writes, too, or whole sessions: sample_key as "
                      "[session] key",
                      grouped(count), grouped(shadow_.mirrored), percent(count, shadow_.mirrored),
                      percent_of(rules_.max_not_compared_rate), by_reason(totals().tainted)));
  }

  const Duration lasted_;
  const std::vector<Endpoint>& endpoints_;
  const std::vector<Signature>& signatures_;
  const Shadow& shadow_;
  const Rules& rules_;
  const Timings& timings_;
  const Timing& timing_;
  bool is_own_told_ = false;  // one latency that our own waiting may explain speaks for all
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

bool wants_more(const Reason& reason) {
  return reason.wants_more;
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
  verdict.timings = time(summary, rules.latency);
  auto& reasons = verdict.reasons;
  for (const auto& shadow : summary.shadows) {
    verdict.compared += shadow.totals.compared();
    verdict.different += shadow.totals.different;
    verdict.different_by += shadow.totals.different_by;
    verdict.accepted += shadow.totals.accepted;
    Judge judge(summary, shadow, rules, verdict.timings);
    judge.look();
    std::move(judge.reasons.begin(), judge.reasons.end(), std::back_inserter(reasons));
  }
  if (summary.shadows.empty()) {
    reasons.push_back({"too_few_requests", "", "no shadow in the log", false, true});
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return rank(a) < rank(b); });
  const bool has_failed = std::any_of(reasons.begin(), reasons.end(), fails);
  verdict.answer = has_failed        ? Answer::fail
                   : reasons.empty() ? Answer::pass
                                     : Answer::inconclusive;
  verdict.wants_more = !has_failed && std::any_of(reasons.begin(), reasons.end(), wants_more);
  return verdict;
}

}  // namespace understudy::report
