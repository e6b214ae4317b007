#include "report/marked.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

using Words = std::vector<std::string_view>;

bool is_of_word(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || ascii::is_digit(c) || ascii::is_alpha(c) ||
         c == '_';
}

// Words, and every other character by itself.
Words words_of(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const auto end = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_of_word) - text.begin());
    const auto size = std::max<std::size_t>(end, 1);
    words.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return words;
}

// For each word of both sides, between a common beginning and end, whether it is in the longest
// common subsequence.
class Common {
 public:
  Common(const Words& a, const Words& b) : is_common_a(a.size()), is_common_b(b.size()) {
    const auto shorter = std::min(a.size(), b.size());
    std::size_t head = 0, tail = 0;
    while (head < shorter && a[head] == b[head]) ++head;
    while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
    for (std::size_t i = 0; i < head; ++i) is_common_a[i] = is_common_b[i] = true;
    for (std::size_t i = 1; i <= tail; ++i) {
      is_common_a[a.size() - i] = is_common_b[b.size() - i] = true;
    }
    rows_ = a.size() - head - tail;
    columns_ = b.size() - head - tail;
    if (std::max(rows_, columns_) > limits::max_marked_words) return;
    fill(a, b, head);
    follow(a, b, head);
  }

  std::vector<bool> is_common_a, is_common_b;

 private:
  std::uint16_t& at(std::size_t row, std::size_t column) {
    return lengths_[row * (columns_ + 1) + column];
  }

  // The length of the longest common subsequence of what is left of both sides.
  void fill(const Words& a, const Words& b, std::size_t head) {
    lengths_.assign((rows_ + 1) * (columns_ + 1), 0);
    for (auto i = rows_; i-- > 0;) {
      for (auto j = columns_; j-- > 0;) {
        at(i, j) = a[head + i] == b[head + j] ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1)
                                              : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }

  void follow(const Words& a, const Words& b, std::size_t head) {
    for (std::size_t i = 0, j = 0; i < rows_ && j < columns_;) {
      if (a[head + i] == b[head + j]) {
        is_common_a[head + i++] = is_common_b[head + j++] = true;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        ++i;
      } else {
        ++j;
      }
    }
  }

  std::size_t rows_ = 0, columns_ = 0;
  std::vector<std::uint16_t> lengths_;
};

// A sign between two marked words is marked with them: confetti is hard to read.
void close_gaps(std::vector<bool>& is_common, const Words& words) {
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i].size() == 1 && !is_common[i - 1] && !is_common[i + 1]) is_common[i] = false;
  }
}

std::vector<Piece> pieces_of(std::vector<bool> is_common, const Words& words) {
  close_gaps(is_common, words);
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!pieces.empty() && pieces.back().is_marked != is_common[i]) {
      auto& text = pieces.back().text;
      text = {text.data(), text.size() + words[i].size()};
    } else {
      pieces.push_back({words[i], !is_common[i]});
    }
  }
  return pieces;
}

}  // namespace

MarkedPair mark_difference(std::string_view primary, std::string_view shadow) {
  const auto a = words_of(primary), b = words_of(shadow);
  const Common common(a, b);
  return {pieces_of(common.is_common_a, a), pieces_of(common.is_common_b, b)};
}

}  // namespace understudy::report
