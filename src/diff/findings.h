#pragma once

#include <string>
#include <utility>
#include <vector>

#include "understudy/base/limits.h"
#include "understudy/diff/finding.h"

namespace understudy::diff {

// Collects the differences of one pair, up to the limit.
class Findings {
 public:
  void add(std::string place, Kind kind, ShownValue primary, ShownValue shadow) {
    if (list_.size() == limits::max_differences) {
      is_truncated_ = true;
      return;
    }
    list_.push_back({std::move(place), kind, std::move(primary), std::move(shadow)});
  }

  // Nothing more will be kept: whoever is still looking may stop.
  bool is_truncated() const { return is_truncated_; }
  bool empty() const { return list_.empty(); }
  std::vector<Difference> take() { return std::move(list_); }

 private:
  std::vector<Difference> list_;
  bool is_truncated_ = false;
};

}  // namespace understudy::diff
