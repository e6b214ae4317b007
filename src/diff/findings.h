#pragma once

#include <string>
#include <utility>
#include <vector>

#include "diff/value_class.h"
#include "understudy/base/limits.h"
#include "understudy/diff/finding.h"

namespace understudy::diff {

// Collects the differences of one pair, up to the limit.
class Findings {
 public:
  // `now` is the moment of the pair's request.
  explicit Findings(WallTime now) : now_(now) {}
  WallTime now() const { return now_; }

  void add(std::string place, Kind kind, ShownValue primary, ShownValue shadow) {
    add(Difference{std::move(place), kind, std::move(primary), std::move(shadow)});
  }
  // Another value.
  void add(std::string place, ShownValue primary, ShownValue shadow, const Likeness& likeness) {
    add(Difference{std::move(place), Kind::value, std::move(primary), std::move(shadow),
                   likeness.value_class, likeness.lean});
  }
  void add(Difference difference) {
    is_truncated_ = is_truncated_ || list_.size() == limits::max_differences;
    if (!is_truncated_) list_.push_back(std::move(difference));
  }

  // Nothing more will be kept: whoever is still looking may stop.
  bool is_truncated() const { return is_truncated_; }
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  std::vector<Difference> take() { return std::move(list_); }

 private:
  const WallTime now_;
  std::vector<Difference> list_;
  bool is_truncated_ = false;
};

}  // namespace understudy::diff
