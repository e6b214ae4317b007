#include "report/timeline.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

std::int64_t floor_half(std::int64_t number) {
  return number >= 0 ? number / 2 : (number - 1) / 2;
}

Timeline::Buckets coarser(const Timeline::Buckets& buckets) {
  Timeline::Buckets result;
  for (const auto& [number, count] : buckets) {
    const auto half = floor_half(number);
    if (result.empty() || result.back().first != half) result.emplace_back(half, 0);
    result.back().second += count;
  }
  return result;
}

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

void Timeline::add(WallTime at, std::uint64_t count) {
  if (count == 0) return;
  auto number = at.time_since_epoch() / limits::window_period;
  for (unsigned i = 0; i < scale_; ++i) number = floor_half(number);
  auto place = std::lower_bound(
      buckets_.begin(), buckets_.end(), number,
      [](const auto& bucket, std::int64_t wanted) { return bucket.first < wanted; });
  if (place == buckets_.end() || place->first != number) {
    place = buckets_.emplace(place, number, 0);
  }
  place->second += count;
  constexpr auto most = static_cast<std::int64_t>(limits::timeline_buckets);
  while (buckets_.back().first - buckets_.front().first >= most) {
    buckets_ = coarser(buckets_);
    ++scale_;
  }
}

Timeline::Buckets Timeline::at(unsigned scale) const {
  auto buckets = buckets_;
  for (auto i = scale_; i < scale; ++i) buckets = coarser(buckets);
  return buckets;
}

Life life_of(const Timeline& seen, const Timeline& compared) {
  const auto scale = std::max(seen.scale(), compared.scale());
  return Walk(seen.at(scale), compared.at(scale)).life();
}

}  // namespace understudy::report
