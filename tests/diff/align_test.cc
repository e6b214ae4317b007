#include "diff/align.h"

#include <algorithm>
#include <numeric>
#include <string>

#include <doctest/doctest.h>

using namespace understudy;
using diff::Step;

namespace {

// One character an element: "=" a pair of equals, "~" of unequals, "-" missing, "+" extra.
std::string picture(const diff::Hashes& primary, const diff::Hashes& shadow, diff::Budget& budget) {
  std::string out;
  for (const auto& edit : diff::align(primary, shadow, budget)) {
    if (edit.what == Step::missing) out += '-';
    if (edit.what == Step::extra) out += '+';
    if (edit.what == Step::pair) out += primary[edit.primary] == shadow[edit.shadow] ? '=' : '~';
  }
  return out;
}

std::string picture(std::string_view primary, std::string_view shadow) {
  diff::Budget budget;
  return picture(diff::Hashes(primary.begin(), primary.end()),
                 diff::Hashes(shadow.begin(), shadow.end()), budget);
}

std::size_t count(const std::string& text, char c) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
}

}  // namespace

TEST_CASE("align: what was inserted, removed or replaced is that and nothing else") {
  CHECK(picture("", "").empty());
  CHECK(picture("abc", "abc") == "===");
  CHECK(picture("abc", "axbc") == "=+==");
  CHECK(picture("abcd", "acd") == "=-==");
  CHECK(picture("abc", "axc") == "=~=");
  CHECK(picture("", "ab") == "++");
  CHECK(picture("ab", "") == "--");
  CHECK(picture("xabcdy", "abcd") == "-====-");
  CHECK(picture("aXbYc", "aZbc") == "=~=-=");
}

TEST_CASE("align: far apart changes in long sequences stay single beyond the table") {
  diff::Hashes primary(20'000);
  std::iota(primary.begin(), primary.end(), 1);
  auto shadow = primary;
  shadow.erase(shadow.begin() + 15'000);
  shadow.insert(shadow.begin() + 100, 999'999);

  diff::Budget budget;
  const auto edits = picture(primary, shadow, budget);

  CHECK(count(edits, '+') == 1);
  CHECK(count(edits, '-') == 1);
  CHECK(count(edits, '~') == 0);
}

TEST_CASE("align: few changes are found beyond the table where nothing occurs once") {
  diff::Hashes primary(20'000);
  for (std::size_t i = 0; i < primary.size(); ++i) primary[i] = i % 7;
  auto shadow = primary;
  shadow.insert(shadow.begin() + 15'000, 99);
  shadow.erase(shadow.begin() + 9'000);
  shadow.insert(shadow.begin() + 100, 98);

  diff::Budget budget;
  const auto edits = picture(primary, shadow, budget);

  CHECK(count(edits, '+') == 2);
  CHECK(count(edits, '-') == 1);
  CHECK(count(edits, '~') == 0);
}

TEST_CASE("align: the cost is bounded whatever the sequences are") {
  // Nothing occurs once, so there are no anchors, and the table would have 10^10 cells.
  diff::Hashes primary(100'000);
  diff::Hashes shadow(100'000);
  for (std::size_t i = 0; i < primary.size(); ++i) {
    primary[i] = i % 7;
    shadow[i] = i % 5 + 1;
  }

  diff::Budget budget;
  const auto edits = picture(primary, shadow, budget);

  CHECK(edits.size() >= primary.size());
  CHECK(budget.steps <= limits::max_alignment_cells + primary.size() + shadow.size());
}

TEST_CASE("matching: equal elements pair wherever they stand") {
  diff::Budget budget;
  const auto moved = diff::match_anywhere({1, 2, 3}, {3, 1, 2}, budget);
  CHECK(moved.pairs == 3);
  CHECK(moved.is_reordered);

  const auto fewer = diff::match_anywhere({1, 1, 2}, {1, 2, 4}, budget);
  CHECK(fewer.pairs == 2);
  CHECK_FALSE(fewer.is_reordered);
  REQUIRE(fewer.edits.size() == 4);
  CHECK(fewer.edits[1].what == Step::missing);
  CHECK(fewer.edits[1].primary == 1);
  CHECK(fewer.edits[3].what == Step::extra);
  CHECK(fewer.edits[3].shadow == 2);
}
