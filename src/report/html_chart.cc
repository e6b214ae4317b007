#include "report/html_chart.h"

#include <algorithm>

#include <fmt/format.h>

#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

constexpr double axis_height = 26;
constexpr double large_width = 720, large_height = 190;
constexpr double small_width = 132, small_height = 30;
// Names of times on the axis do not touch each other.
constexpr double least_gap = 52;

std::string number(double value) {
  return fmt::format("{:.1f}", value);
}

// A round time as it stands on an axis.
std::string axis_time(std::int64_t us) {
  if (us < 1'000) return fmt::format("{} us", us);
  if (us < 1'000'000) return fmt::format("{} ms", us / 1'000);
  return fmt::format("{} s", us / 1'000'000);
}

}  // namespace

LatencyChart::LatencyChart(const record::Histogram& primary, const record::Histogram& shadow)
    : primary_median_us_(primary.quantile_us(0.5)), shadow_median_us_(shadow.quantile_us(0.5)) {
  std::vector<std::uint32_t> ends;
  for (const auto* histogram : {&primary, &shadow}) {
    if (histogram->buckets().empty()) continue;
    ends.push_back(histogram->buckets().front().first);
    ends.push_back(histogram->buckets().back().first);
  }
  if (ends.empty()) return;
  // A bin on either side stays free, so that the curves come down to the axis.
  const auto [first, last] = std::minmax_element(ends.begin(), ends.end());
  const auto count = *last - *first + 1;
  per_bin_ = static_cast<std::uint32_t>((count + limits::page_bins - 1) / limits::page_bins);
  first_ = *first - std::min(*first, per_bin_);
  bins_ = (*last - first_) / per_bin_ + 2;
  primary_ = shares(primary);
  shadow_ = shares(shadow);
  const auto highest = std::max(*std::max_element(primary_.begin(), primary_.end()),
                                *std::max_element(shadow_.begin(), shadow_.end()));
  for (auto* values : {&primary_, &shadow_}) {
    for (auto& value : *values) value /= highest;
  }
}

std::vector<double> LatencyChart::shares(const record::Histogram& histogram) const {
  std::vector<double> result(bins_, 0);
  for (const auto& [index, count] : histogram.buckets()) {
    result[(index - first_) / per_bin_] +=
        static_cast<double>(count) / static_cast<double>(histogram.count());
  }
  return result;
}

double LatencyChart::place_of(std::int64_t us, Size size) const {
  const auto buckets = static_cast<double>(bins_) * per_bin_;
  const auto index = record::Histogram::index_of(us);
  const auto after = static_cast<double>(index) - static_cast<double>(first_);
  return std::clamp(after / buckets, 0.0, 1.0) * size.width;
}

std::string LatencyChart::outline(const std::vector<double>& shares, Size size,
                                  bool is_closed) const {
  const auto step = size.width / static_cast<double>(bins_);
  std::string path = "M0 " + number(size.height);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const auto top = size.height * (1 - 0.94 * shares[i]);
    path += fmt::format("V{}H{}", number(top), number(step * static_cast<double>(i + 1)));
  }
  path += fmt::format("V{}", number(size.height));
  return is_closed ? path + 'Z' : path;
}

void LatencyChart::put_curves(Html& page, Size size) const {
  page.empty("path", {{"class", "primary-area"}, {"d", outline(primary_, size, true)}});
  page.empty("path", {{"class", "shadow-line"}, {"d", outline(shadow_, size, false)}});
  const auto put_median = [&](std::string_view style, std::int64_t us) {
    const auto x = number(place_of(us, size));
    page.empty("path", {{"class", std::string(style)},
                        {"d", fmt::format("M{} 0V{}", x, number(size.height))}});
  };
  put_median("primary-median", primary_median_us_);
  put_median("shadow-median", shadow_median_us_);
}

void LatencyChart::put_axis(Html& page, Size size) const {
  page.empty("path", {{"class", "axis"},
                      {"d", fmt::format("M0 {0}H{1}", number(size.height), number(size.width))}});
  double last = -least_gap;
  const auto end_us =
      record::Histogram::lowest_us(first_ + static_cast<std::uint32_t>(bins_) * per_bin_);
  for (std::int64_t decade = 1; decade <= end_us; decade *= 10) {
    for (const std::int64_t step : {1, 2, 5}) {
      const auto us = decade * step;
      if (us < record::Histogram::lowest_us(first_) || us > end_us) continue;
      const auto x = place_of(us, size);
      if (x - last < least_gap || x < least_gap / 2 || x > size.width - least_gap / 2) continue;
      last = x;
      page.empty("path", {{"class", "axis"},
                          {"d", fmt::format("M{} {}v5", number(x), number(size.height))}});
      page.element("text", axis_time(us),
                   {{"x", number(x)}, {"y", number(size.height + 19)}, {"class", "tick"}});
    }
  }
}

void LatencyChart::put_large(Html& page, const std::string& label) const {
  const Size size{large_width, large_height - axis_height};
  page.begin("svg", {{"viewBox", fmt::format("0 0 {} {}", large_width, large_height)},
                     {"class", "chart"},
                     {"role", "img"},
                     {"aria-label", label}});
  put_curves(page, size);
  put_axis(page, size);
  page.end();
}

void LatencyChart::put_small(Html& page) const {
  page.begin("svg", {{"viewBox", fmt::format("0 0 {} {}", small_width, small_height)},
                     {"class", "small-chart"},
                     {"aria-hidden", "true"}});
  put_curves(page, {small_width, small_height});
  page.end();
}

}  // namespace understudy::report
