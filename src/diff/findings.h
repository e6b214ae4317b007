#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "diff/value_class.h"
#include "understudy/diff/finding.h"

namespace understudy::diff {

// Collects the differences of one pair. Of one sort (generalized place, kind, class) the first few
// are kept; once limits::crowded_differences are, only what is of a new sort. So a hundred
// timestamps leave room for what stands behind them.
//
// Whoever makes places and values of many differences asks first: wants(), then keep().
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
  void add(Difference difference);

  // Counts one more, and says whether it is to be kept. `place` is the same number for places that
  // have one generalized place.
  bool wants(std::uint64_t place, Kind kind, ValueClass value_class = ValueClass::none);
  void keep(Difference difference) { list_.push_back(std::move(difference)); }

  // Nothing more will be kept: whoever is still looking may stop.
  bool is_full() const { return is_full_; }
  // Not all were kept.
  bool is_truncated() const { return seen_ > list_.size(); }
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  std::vector<Difference> take() { return std::move(list_); }

 private:
  struct Sort {
    std::uint64_t hash;
    std::size_t count;
  };

  const WallTime now_;
  std::vector<Difference> list_;
  std::vector<Sort> sorts_;  // of all that were kept
  std::size_t seen_ = 0;
  bool is_full_ = false;
};

}  // namespace understudy::diff
