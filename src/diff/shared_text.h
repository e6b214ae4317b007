#pragma once

#include <string_view>

namespace understudy::diff {

// Whether stretches of two texts are the same bytes. Of two that are not it remembers where they
// begin to differ, so asking for what they hold, again and again down a tree, reads nothing twice.
//
// Lives: for one pair of texts.
class SharedText {
 public:
  // Requires: `a` is always of one text, `b` of the other.
  bool is_same(std::string_view a, std::string_view b);

 private:
  // The last two that were not the same: where they begin, and the first byte that differs.
  const char* begin_ = nullptr;
  const char* a_ = nullptr;
  const char* b_ = nullptr;
};

}  // namespace understudy::diff
