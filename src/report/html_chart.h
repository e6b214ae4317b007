#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/html.h"
#include "understudy/record/histogram.h"

namespace understudy::report {

// Two histograms over each other on one logarithmic axis, in bins of neighbouring buckets: the
// primary's as an area, the shadow's as a line, each with a mark at its median.
class LatencyChart {
 public:
  LatencyChart(const record::Histogram& primary, const record::Histogram& shadow);

  // With an axis of times; `label` says in words what is to be seen.
  void put_large(Html& page, const std::string& label) const;
  // Without, for a row of a table; not for those who cannot see it: the row says it in figures.
  void put_small(Html& page) const;

 private:
  struct Size {
    double width, height;
  };
  std::vector<double> shares(const record::Histogram& histogram) const;
  double place_of(std::int64_t us, Size size) const;
  std::string outline(const std::vector<double>& shares, Size size, bool is_closed) const;
  void put_curves(Html& page, Size size) const;
  void put_axis(Html& page, Size size) const;

  std::uint32_t first_ = 0;    // bucket
  std::uint32_t per_bin_ = 1;  // buckets
  std::size_t bins_ = 1;
  std::vector<double> primary_, shadow_;  // by bin, of the highest: 0 to 1
  std::int64_t primary_median_us_ = 0, shadow_median_us_ = 0;
};

}  // namespace understudy::report
