#pragma once

#include <string_view>
#include <vector>

namespace understudy::report {

// A part of a value: what the other side has as well, or not.
struct Piece {
  std::string_view text;
  bool is_marked = false;
};

// Two values in pieces, each in its order.
struct MarkedPair {
  std::vector<Piece> primary, shadow;
};

// Marks the words and signs of both texts that a longest common subsequence leaves out; where there
// are more than limits::max_marked_words, all between the common beginning and end. The pieces look
// into the texts.
MarkedPair mark_difference(std::string_view primary, std::string_view shadow);

}  // namespace understudy::report
