#include "diff/shared_text.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("shared text: what was learned of one stretch holds for its parts, shifted or not") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::string left;
    for (int i = 0; i < 60; ++i) left += static_cast<char>('a' + random() % 2);
    auto right = left;
    right[random() % right.size()] = 'c';
    right.insert(random() % 4, 2, 'a');
    diff::SharedText shared;

    for (int question = 0; question < 100; ++question) {
      const auto at = random() % left.size();
      const auto a = std::string_view(left).substr(at, 1 + random() % 40);
      const auto b = std::string_view(right).substr(at + random() % 3, a.size());
      CHECK(shared.is_same(a, b) == (a == b));
    }
  }
}
