#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "understudy/config/config.h"
#include "understudy/handoff/lane.h"
#include "understudy/record/record.h"

namespace understudy::mirror {

// What the live path counted, as windows tell it: the lanes' counters only grow, so this remembers
// what they said last.
//
// Owner: a stage. Thread: its loop's.
class Accounts {
 public:
  // `lanes` outlive it.
  Accounts(const config::Config& config, std::vector<handoff::Lane*> lanes);

  // A copy for that shadow has its outcome.
  void ended(std::uint32_t shadow) { ++ended_[shadow]; }
  // What the live path handed over for that shadow waited so long until it was looked at.
  void delayed(std::uint32_t shadow, Duration delay) { delays_[shadow].add(delay.count()); }

  // Since the last call; the gauges are as of now.
  struct Since {
    record::LiveCounts live;
    std::vector<record::ShadowCounts> shadows;
    bool is_empty = true;  // nothing was counted
  };
  Since take();

 private:
  struct ShadowTotals {
    std::uint64_t received = 0, mirrored = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(handoff::NotMirrored::count_)>
        not_mirrored{};
  };
  struct Totals {
    std::uint64_t requests = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(handoff::LiveFailure::count_)> failures{};
    std::vector<ShadowTotals> shadows;
  };
  Totals read() const;
  record::ShadowCounts since(std::size_t shadow, const ShadowTotals& now) const;

  const config::Config& config_;
  const std::vector<handoff::Lane*> lanes_;
  Totals last_;
  std::vector<std::uint64_t> ended_;
  std::vector<record::Histogram> delays_;
};

}  // namespace understudy::mirror
