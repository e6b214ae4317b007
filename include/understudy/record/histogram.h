#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace understudy::record {

// Latencies in microseconds, mergeable: log-linear buckets, 32 to each power of two, so a value is
// known to within 3.2 % (the layout of HdrHistogram, with 5 significant bits). Sparse.
class Histogram {
 public:
  // Negative values count as 0, longer ones as limits::longest_latency.
  void add(std::int64_t value_us);
  void add_bucket(std::uint32_t index, std::uint64_t count);
  void merge(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  // The value at quantile `q` in [0, 1]: the middle of its bucket; 0 when empty.
  std::int64_t quantile_us(double q) const;
  // (index, count) of each bucket that has one, by index.
  using Buckets = std::vector<std::pair<std::uint32_t, std::uint64_t>>;
  const Buckets& buckets() const { return buckets_; }

  // The layout: below 32 us each value has its own bucket; above, bucket `index` begins at
  // lowest_us.
  static std::uint32_t index_of(std::int64_t value_us);
  static std::int64_t lowest_us(std::uint32_t index);

 private:
  Buckets buckets_;
  std::uint64_t count_ = 0;
};

}  // namespace understudy::record
