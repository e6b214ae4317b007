#pragma once

#include <string>

#include "understudy/record/record.h"

// Records as the tests of several rooms need them.
namespace understudy::record::samples {

// As the learner does it.
inline void weigh(Exchange& exchange) {
  for (auto& seen : exchange.observations) {
    for (const auto index : seen.differences) {
      auto& difference = exchange.differences[index];
      difference.severity = diff::severity_of(difference, seen.key.place, exchange.primary.status);
    }
    seen.counts.severity.add(exchange.differences[seen.differences.front()].severity, 1);
  }
}

inline Exchange exchange(Outcome outcome, const std::string& endpoint = "GET /orders/{id}") {
  Exchange result;
  result.id = "0123456789abcdef-1";
  result.time = WallTime(Duration(1'767'225'600'000'001));
  result.endpoint = endpoint;
  result.method = "GET";
  result.target = "/orders/7?q=\"x\"";
  result.shadow = "v2";
  result.outcome = outcome;
  result.primary = {200, 1500, 321, ""};
  result.shadow_leg = {200, 2500, 320, ""};
  if (outcome == Outcome::different || outcome == Outcome::tainted) {
    result.differences = {{"/items/3/price", diff::Kind::type, {"12", false}, {"\"12\"", false}},
                          {"header:ETag", diff::Kind::missing, {"abc", true}, {}},
                          {"/items/4/price", diff::Kind::type, {"13", false}, {"\"13\"", false}},
                          {"/new", diff::Kind::extra, {}, {"true", false}}};
  }
  if (outcome == Outcome::different) {
    result.signature = diff::signature(endpoint, result.differences);
    result.observations = diff::observe(result.differences, nullptr);
    weigh(result);
  }
  if (outcome == Outcome::tainted) result.reason = "percent";
  if (outcome == Outcome::shadow_failed) {
    result.reason = "timed_out";
    result.shadow_leg = {0, 5'000'000, 0, "timed_out"};
  }
  if (outcome == Outcome::not_compared) result.reason = "decode_limit";
  return result;
}

}  // namespace understudy::record::samples
