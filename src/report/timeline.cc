#include "report/timeline.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

// Steps of a signature's life, bucket by bucket.
class Walk {
 public:
  Walk(Timeline::Buckets seen, Timeline::Buckets compared)
      : seen_(std::move(seen)), compared_(std::move(compared)) {}

  Life life() const {
    if (seen_.empty()) return Life::known;
    const auto first = seen_.front().first, last = seen_.back().first;
    if (is_unlikely(first, last, after(last), limits::life_chance)) return Life::fixed;
    if (has_come_back()) return Life::back_again;
    const bool is_new = is_unlikely(first, last, before(first), limits::life_chance);
    return is_new ? Life::recent : Life::known;
  }

 private:
  // As many looks as there may be gaps: together they must not be wrong more often than one.
  bool has_come_back() const {
    constexpr double chance = limits::life_chance / limits::timeline_buckets;
    const auto first = seen_.front().first;
    for (auto next = std::next(seen_.begin()); next != seen_.end(); ++next) {
      const auto last = std::prev(next)->first;
      if (is_unlikely(first, last, after(last) - after(next->first - 1), chance)) return true;
    }
    return false;
  }

  // That it is not there in so many comparisons, at its rate from `first` to `last`.
  bool is_unlikely(std::int64_t first, std::int64_t last, std::uint64_t comparisons,
                   double chance) const {
    std::uint64_t times = 0, among = 0;
    for (const auto& [number, count] : seen_) {
      if (number >= first && number <= last) times += count;
    }
    for (const auto& [number, count] : compared_) {
      if (number >= first && number <= last) among += count;
    }
    if (times < 2) return false;
    const auto rate = static_cast<double>(times - 1) / static_cast<double>(std::max(times, among));
    return std::pow(1 - rate, static_cast<double>(comparisons)) < chance;
  }

  std::uint64_t before(std::int64_t first) const {
    std::uint64_t sum = 0;
    for (const auto& [number, count] : compared_) sum += number < first ? count : 0;
    return sum;
  }
  std::uint64_t after(std::int64_t last) const {
    std::uint64_t sum = 0;
    for (const auto& [number, count] : compared_) sum += number > last ? count : 0;
    return sum;
  }

  Timeline::Buckets seen_, compared_;
};

}  // namespace

Timeline::Buckets Timeline::at(unsigned scale) const {
  auto buckets = counts_.buckets();
  for (auto i = counts_.scale(); i < scale; ++i) {
    buckets = TimeBuckets<std::uint64_t>::coarser(std::move(buckets));
  }
  return buckets;
}

Life life_of(const Timeline& seen, const Timeline& compared) {
  const auto scale = std::max(seen.scale(), compared.scale());
  return Walk(seen.at(scale), compared.at(scale)).life();
}

}  // namespace understudy::report
