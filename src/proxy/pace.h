#pragma once

#include <chrono>
#include <cstddef>

#include "understudy/base/clock.h"

namespace understudy::proxy {

// Whether a peer that sends is fast enough, judged over whole periods: a byte now and then would
// keep every wait between two reads short for ever.
//
// Owner: a session.
class Pace {
 public:
  void begin(Instant now) {
    since_ = now;
    bytes_ = 0;
  }

  // False when a whole period has brought less than `rate` bytes a second.
  bool add(std::size_t bytes, Instant now, Duration period, std::size_t rate) {
    bytes_ += bytes;
    if (now - since_ < period) return true;
    const auto seconds = std::chrono::duration<double>(now - since_).count();
    const bool is_fast_enough = static_cast<double>(bytes_) >= static_cast<double>(rate) * seconds;
    begin(now);
    return is_fast_enough;
  }

 private:
  Instant since_{};
  std::size_t bytes_ = 0;
};

}  // namespace understudy::proxy
