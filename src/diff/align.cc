#include "diff/align.h"

#include <algorithm>
#include <limits>

namespace understudy::diff {

namespace {

// A stretch of each side.
struct Range {
  std::size_t primary_begin, primary_end;
  std::size_t shadow_begin, shadow_end;

  std::size_t primary_size() const { return primary_end - primary_begin; }
  std::size_t shadow_size() const { return shadow_end - shadow_begin; }
};

struct Position {
  std::uint64_t hash;
  std::size_t index;
};

struct Anchor {
  std::size_t primary, shadow;
};

// A search for the fewest elements that are missing or extra between two stretches.
class EditSearch {
 public:
  EditSearch(const Hashes& primary, const Hashes& shadow, const Range& at)
      : primary_(primary), shadow_(shadow), at_(at) {}

  // False when it takes more than `allowed` steps; the last ones may be as many as the elements.
  bool run(std::size_t allowed) {
    while (!try_one_more(allowed)) {
      if (steps_ > allowed) return false;
    }
    return true;
  }
  std::size_t steps() const { return steps_; }

  // The pairs of equal elements that remain, in order. Requires: run() found them.
  std::vector<Anchor> equals() const;

 private:
  // How far one comes with a number of edits, as rows: for each diagonal, by twos from the lowest.
  using Reach = std::vector<std::size_t>;

  bool try_one_more(std::size_t allowed);
  // Where the last edit is an extra element, it comes from the i-th diagonal before, else from the
  // one below.
  static bool is_extra(const Reach& before, std::size_t i) {
    return i == 0 || (i < before.size() && before[i - 1] < before[i]);
  }
  // The row behind the last edit, on the i-th diagonal.
  std::size_t row_behind(std::size_t edits, std::size_t i) const {
    if (edits == 0) return 0;
    const auto& before = reaches_[edits - 1];
    return is_extra(before, i) ? before[i] : before[i - 1] + 1;
  }

  const Hashes& primary_;
  const Hashes& shadow_;
  const Range at_;
  std::vector<Reach> reaches_;
  std::size_t end_ = 0;  // the diagonal of the end
  std::size_t steps_ = 0;
};

bool EditSearch::try_one_more(std::size_t allowed) {
  const auto edits = reaches_.size();
  Reach reach(edits + 1);
  bool is_end = false;
  for (std::size_t i = 0; i <= edits && !is_end && steps_ <= allowed; ++i) {
    auto row = row_behind(edits, i);
    auto column = row + edits - 2 * i;
    const auto first = row;
    while (row < at_.primary_size() && column < at_.shadow_size() &&
           primary_[at_.primary_begin + row] == shadow_[at_.shadow_begin + column]) {
      ++row;
      ++column;
    }
    reach[i] = row;
    steps_ += row - first + 1;
    is_end = row >= at_.primary_size() && column >= at_.shadow_size();
    if (is_end) end_ = i;
  }
  reaches_.push_back(std::move(reach));
  return is_end;
}

std::vector<Anchor> EditSearch::equals() const {
  std::vector<Anchor> pairs;
  auto i = end_;
  for (auto edits = reaches_.size(); edits-- > 0;) {
    const auto first = row_behind(edits, i);
    for (auto row = reaches_[edits][i]; row-- > first;) {
      pairs.push_back({at_.primary_begin + row, at_.shadow_begin + row + edits - 2 * i});
    }
    if (edits > 0 && !is_extra(reaches_[edits - 1], i)) --i;
  }
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

// One run of align().
class Aligner {
 public:
  Aligner(const Hashes& primary, const Hashes& shadow, Budget& budget)
      : primary_(primary), shadow_(shadow), budget_(budget) {}

  std::vector<Edit> run() {
    range({0, primary_.size(), 0, shadow_.size()}, true);
    return std::move(edits_);
  }

 private:
  void range(Range at, bool may_anchor);
  void middle(const Range& at, bool may_anchor);
  void by_table(const Range& at);
  bool by_edits(const Range& at);
  void by_anchors(const Range& at);
  void along(const Range& at, const std::vector<Anchor>& anchors, bool aligns_gaps);
  void by_position(const Range& at);
  std::vector<Anchor> anchors(const Range& at) const;

  const Hashes& primary_;
  const Hashes& shadow_;
  Budget& budget_;
  std::vector<Edit> edits_;
};

void Aligner::range(Range at, bool may_anchor) {
  while (at.primary_size() > 0 && at.shadow_size() > 0 &&
         primary_[at.primary_begin] == shadow_[at.shadow_begin]) {
    edits_.push_back({Step::pair, at.primary_begin++, at.shadow_begin++});
  }
  std::size_t tail = 0;
  while (at.primary_size() > 0 && at.shadow_size() > 0 &&
         primary_[at.primary_end - 1] == shadow_[at.shadow_end - 1]) {
    --at.primary_end;
    --at.shadow_end;
    ++tail;
  }
  middle(at, may_anchor);
  for (std::size_t i = 0; i < tail; ++i) {
    edits_.push_back({Step::pair, at.primary_end + i, at.shadow_end + i});
  }
}

void Aligner::middle(const Range& at, bool may_anchor) {
  const bool is_one_sided = at.primary_size() == 0 || at.shadow_size() == 0;
  if (is_one_sided) return by_position(at);
  // The product cannot overflow: both sizes are far below 2^32.
  if (budget_.take((at.primary_size() + 1) * (at.shadow_size() + 1))) return by_table(at);
  if (by_edits(at)) return;
  return may_anchor ? by_anchors(at) : by_position(at);
}

// The longest common subsequence; what lies between two of its elements pairs by position.
void Aligner::by_table(const Range& at) {
  const auto rows = at.primary_size();
  const auto columns = at.shadow_size();
  const auto width = columns + 1;
  std::vector<std::uint32_t> longest((rows + 1) * width, 0);
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      const bool is_equal = primary_[at.primary_begin + i] == shadow_[at.shadow_begin + j];
      longest[i * width + j] =
          is_equal ? longest[(i + 1) * width + j + 1] + 1
                   : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  Range gap{at.primary_begin, at.primary_begin, at.shadow_begin, at.shadow_begin};
  while (gap.primary_end < at.primary_end && gap.shadow_end < at.shadow_end) {
    const auto i = gap.primary_end - at.primary_begin;
    const auto j = gap.shadow_end - at.shadow_begin;
    if (primary_[gap.primary_end] == shadow_[gap.shadow_end]) {
      by_position(gap);
      edits_.push_back({Step::pair, gap.primary_end, gap.shadow_end});
      gap = {gap.primary_end + 1, gap.primary_end + 1, gap.shadow_end + 1, gap.shadow_end + 1};
    } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
      ++gap.primary_end;
    } else {
      ++gap.shadow_end;
    }
  }
  by_position({gap.primary_begin, at.primary_end, gap.shadow_begin, at.shadow_end});
}

// False when it would take more than half of what the budget has left.
bool Aligner::by_edits(const Range& at) {
  const auto allowed = budget_.cells / 2;
  EditSearch search(primary_, shadow_, at);
  const bool is_found = search.run(allowed);
  budget_.take(std::min(search.steps(), allowed));
  if (is_found) along(at, search.equals(), false);
  return is_found;
}

void Aligner::by_anchors(const Range& at) {
  along(at, anchors(at), true);
}

// The anchors are pairs; what lies between them is aligned in turn, or pairs by position.
void Aligner::along(const Range& at, const std::vector<Anchor>& anchors, bool aligns_gaps) {
  const auto close = [&](const Range& gap) {
    return aligns_gaps ? range(gap, false) : by_position(gap);
  };
  Range gap{at.primary_begin, at.primary_begin, at.shadow_begin, at.shadow_begin};
  for (const auto& anchor : anchors) {
    gap.primary_end = anchor.primary;
    gap.shadow_end = anchor.shadow;
    close(gap);
    edits_.push_back({Step::pair, anchor.primary, anchor.shadow});
    gap = {anchor.primary + 1, anchor.primary + 1, anchor.shadow + 1, anchor.shadow + 1};
  }
  close({gap.primary_begin, at.primary_end, gap.shadow_begin, at.shadow_end});
}

void Aligner::by_position(const Range& at) {
  const auto shared = std::min(at.primary_size(), at.shadow_size());
  for (std::size_t i = 0; i < shared; ++i) {
    edits_.push_back({Step::pair, at.primary_begin + i, at.shadow_begin + i});
  }
  for (auto i = at.primary_begin + shared; i < at.primary_end; ++i) {
    edits_.push_back({Step::missing, i, 0});
  }
  for (auto j = at.shadow_begin + shared; j < at.shadow_end; ++j) {
    edits_.push_back({Step::extra, 0, j});
  }
}

// The positions of a stretch, sorted by hash, equal ones in order.
std::vector<Position> sorted(const Hashes& hashes, std::size_t begin, std::size_t end) {
  std::vector<Position> positions;
  positions.reserve(end - begin);
  for (auto i = begin; i < end; ++i) positions.push_back({hashes[i], i});
  std::sort(positions.begin(), positions.end(), [](const Position& a, const Position& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.index < b.index;
  });
  return positions;
}

std::vector<Position> only_once(const Hashes& hashes, std::size_t begin, std::size_t end) {
  const auto all = sorted(hashes, begin, end);
  std::vector<Position> once;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool repeats = (i > 0 && all[i - 1].hash == all[i].hash) ||
                         (i + 1 < all.size() && all[i + 1].hash == all[i].hash);
    if (!repeats) once.push_back(all[i]);
  }
  return once;
}

// The longest run of anchors that rises on both sides. Requires: sorted by `primary`.
std::vector<Anchor> rising(const std::vector<Anchor>& all) {
  constexpr auto none = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> ends;  // ends[k]: the anchor that ends the best run of k + 1
  std::vector<std::size_t> before(all.size(), none);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto at = std::lower_bound(
        ends.begin(), ends.end(), all[i].shadow,
        [&](std::size_t end, std::size_t shadow) { return all[end].shadow < shadow; });
    if (at != ends.begin()) before[i] = *(at - 1);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<Anchor> run;
  for (auto i = ends.empty() ? none : ends.back(); i != none; i = before[i]) run.push_back(all[i]);
  std::reverse(run.begin(), run.end());
  return run;
}

std::vector<Anchor> Aligner::anchors(const Range& at) const {
  const auto left = only_once(primary_, at.primary_begin, at.primary_end);
  const auto right = only_once(shadow_, at.shadow_begin, at.shadow_end);
  std::vector<Anchor> shared;
  for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    if (left[i].hash == right[j].hash) {
      shared.push_back({left[i++].index, right[j++].index});
    } else {
      left[i].hash < right[j].hash ? ++i : ++j;
    }
  }
  std::sort(shared.begin(), shared.end(),
            [](const Anchor& a, const Anchor& b) { return a.primary < b.primary; });
  budget_.steps += at.primary_size() + at.shadow_size();
  return rising(shared);
}

// The usual case: nothing has moved.
Matching match_in_place(std::size_t size) {
  Matching matching;
  matching.pairs = size;
  matching.edits.reserve(size);
  for (std::size_t i = 0; i < size; ++i) matching.edits.push_back({Step::pair, i, i});
  return matching;
}

}  // namespace

std::vector<Edit> align(const Hashes& primary, const Hashes& shadow, Budget& budget) {
  return Aligner(primary, shadow, budget).run();
}

bool are_in_order(const std::vector<Edit>& edits) {
  std::size_t next = 0;
  return std::all_of(edits.begin(), edits.end(), [&next](const Edit& edit) {
    if (edit.what != Step::pair) return true;
    const bool is_next = edit.shadow >= next;
    next = edit.shadow;
    return is_next;
  });
}

void put_in_order(Matching& matching) {
  const auto place = [](const Edit& edit) {
    const bool is_extra = edit.what == Step::extra;
    return std::pair(is_extra, is_extra ? edit.shadow : edit.primary);
  };
  std::sort(matching.edits.begin(), matching.edits.end(),
            [&](const Edit& a, const Edit& b) { return place(a) < place(b); });
  matching.is_reordered = !are_in_order(matching.edits);
}

Matching match_anywhere(const Hashes& primary, const Hashes& shadow, Budget& budget) {
  budget.steps += primary.size() + shadow.size();
  if (primary == shadow) return match_in_place(primary.size());
  const auto left = sorted(primary, 0, primary.size());
  const auto right = sorted(shadow, 0, shadow.size());
  Matching matching;
  for (std::size_t i = 0, j = 0; i < left.size() || j < right.size();) {
    if (j == right.size() || (i < left.size() && left[i].hash < right[j].hash)) {
      matching.edits.push_back({Step::missing, left[i++].index, 0});
    } else if (i == left.size() || right[j].hash < left[i].hash) {
      matching.edits.push_back({Step::extra, 0, right[j++].index});
    } else {
      matching.edits.push_back({Step::pair, left[i++].index, right[j++].index});
      ++matching.pairs;
    }
  }
  put_in_order(matching);
  return matching;
}

std::size_t moves_of(const std::vector<Edit>& edits) {
  std::vector<Anchor> pairs;
  for (const auto& edit : edits) {
    if (edit.what == Step::pair) pairs.push_back({edit.primary, edit.shadow});
  }
  return pairs.size() - rising(pairs).size();
}

}  // namespace understudy::diff
