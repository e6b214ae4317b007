#include "understudy/record/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "count.h"
#include "understudy/base/limits.h"

namespace understudy::record {

namespace {

constexpr unsigned sub_bits = 5;  // 2^5 buckets to each power of two
constexpr std::uint32_t sub_count = 1U << sub_bits;

std::int64_t width_us(std::uint32_t index) {
  return index < sub_count ? 1 : std::int64_t{1} << (index / sub_count - 1);
}

}  // namespace

std::uint32_t Histogram::index_of(std::int64_t value_us) {
  constexpr std::int64_t longest_us = limits::longest_latency.count();
  const auto value = static_cast<std::uint64_t>(std::clamp<std::int64_t>(value_us, 0, longest_us));
  if (value < sub_count) return static_cast<std::uint32_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bits;
  return sub_count * shift + static_cast<std::uint32_t>(value >> shift);
}

std::int64_t Histogram::lowest_us(std::uint32_t index) {
  if (index < sub_count) return index;
  return std::int64_t{sub_count + index % sub_count} * width_us(index);
}

void Histogram::add(std::int64_t value_us) {
  add_bucket(index_of(value_us), 1);
}

void Histogram::add_bucket(std::uint32_t index, std::uint64_t count) {
  if (count == 0) return;
  add_count(count_, count);
  if (buckets_.empty() || buckets_.back().first < index) {
    buckets_.emplace_back(index, count);
    return;
  }
  const auto at =
      std::lower_bound(buckets_.begin(), buckets_.end(), index,
                       [](const auto& bucket, std::uint32_t key) { return bucket.first < key; });
  if (at->first == index) {
    add_count(at->second, count);
  } else {
    buckets_.emplace(at, index, count);
  }
}

void Histogram::merge(const Histogram& other) {
  for (const auto& [index, count] : other.buckets_) add_bucket(index, count);
}

void Histogram::clear() {
  buckets_.clear();
  count_ = 0;
}

std::int64_t Histogram::quantile_us(double q) const {
  const auto exact = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact), 1,
                                              std::max<std::uint64_t>(count_, 1));
  std::uint64_t seen = 0;
  for (const auto& [index, count] : buckets_) {
    add_count(seen, count);
    if (seen >= rank) return lowest_us(index) + width_us(index) / 2;
  }
  return 0;
}

}  // namespace understudy::record
