#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "understudy/base/clock.h"

namespace understudy::mirror {

// So many events in a second, and no more than a second's worth at once.
//
// Owner: a sampler. Thread: its owner's.
class TokenBucket {
 public:
  explicit TokenBucket(std::uint32_t per_second) : most_(per_second), tokens_(per_second) {}

  // False: too many came before.
  bool take(Instant now) {
    const auto passed = std::chrono::duration<double>(now - filled_at_).count();
    filled_at_ = now;
    tokens_ = std::min(most_, tokens_ + passed * most_);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  const double most_;
  double tokens_;
  Instant filled_at_{};
};

}  // namespace understudy::mirror
