#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/selftest_load.h"

namespace understudy::cli {

// What live clients saw beside one kind of shadow: a sample of each round.
struct SelftestKind {
  std::string name;
  std::string description;
  std::vector<LiveSample> rounds;
};

// What that comes to.
struct SelftestRow {
  std::string name;
  std::string description;
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  std::uint64_t changed = 0;
  std::int64_t p50_us = 0;
  std::int64_t p99_us = 0;
  std::int64_t p999_us = 0;
  bool has_passed = false;
  std::string reason;  // why not
};

// The whole selftest. Inconclusive when the machine is so busy that even without a shadow nothing
// could be told from noise.
struct SelftestResult {
  std::vector<SelftestRow> rows;  // the first one is the one without a shadow
  bool is_inconclusive = false;
  bool has_passed() const;
};

// Judges each kind against the first one, the one without a shadow. A kind fails when a live
// request failed, when an answer had other bytes, or when its rounds were slower as a rule: the
// median over the rounds of their p50, p99 or worst latency is beyond twice the upper quartile of
// the rounds without a shadow, and some milliseconds. Rounds of all kinds take turns, so whatever
// else the machine does hits a minority of each kind's rounds or the measure itself.
SelftestResult judge(const std::vector<SelftestKind>& kinds);

// The value that a share of the others does not exceed; 0 of none. Sorts them.
std::int64_t percentile(std::vector<std::int64_t>& values, double share);

}  // namespace understudy::cli
