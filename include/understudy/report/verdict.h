#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/limits.h"
#include "understudy/report/latency.h"
#include "understudy/report/summary.h"

namespace understudy::report {

// Can this version go live?
enum class Answer { pass, fail, inconclusive };
std::string_view name(Answer answer);

// What a shadow must hold to pass. Rates are 0 to 1.
struct Rules {
  std::uint64_t min_requests = limits::verdict_min_requests;  // compared, of each shadow
  diff::Severity fail_on = diff::Severity::additive;  // what is less grave is shown, but allowed
  double max_difference_rate = 0.0;                   // of compared; 0: none at all
  double max_shadow_failed_rate = limits::verdict_max_shadow_failed;  // of mirrored
  double max_not_compared_rate = limits::verdict_max_not_compared;    // of mirrored; tainted, too
  LatencyRules latency;
};

// One thing that speaks for the answer.
struct Reason {
  // Stable, for programs: too_few_requests, not_compared, differences, fixed, unconfirmed, tainted,
  // shadow_failed, errors, latency.
  std::string code;
  std::string shadow;
  std::string text;         // a sentence fragment for people
  bool fails = false;       // else it is only a doubt
  bool wants_more = false;  // a doubt that more requests could clear
  // About how many more, of all or of the endpoint that is named, if they go on in the same way;
  // 0: not known.
  std::uint64_t more_requests = 0;
};

// The answer and what it rests on.
struct Verdict {
  Answer answer = Answer::inconclusive;
  std::vector<Reason> reasons;  // what makes it fail or inconclusive, weightiest first
  std::uint64_t compared = 0;
  std::uint64_t different = 0;
  diff::SeverityCounts different_by;                  // their sum is `different`
  diff::Severity fail_on = diff::Severity::additive;  // as the rules said
  std::uint64_t accepted = 0;                         // not among `different`
  // More requests could change the answer.
  bool wants_more = true;
  Timings timings;  // what its reasons about latency rest on
};

// One failing shadow fails all; a difference where none is allowed fails however few requests were
// compared; everything else needs Rules::min_requests.
Verdict judge(const Summary& summary, const Rules& rules);

}  // namespace understudy::report
