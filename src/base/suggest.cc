#include "understudy/base/suggest.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy {
namespace {

// Optimal string alignment: insertions, deletions, changes and swaps of neighbours, each costs 1.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  if (word.size() > limits::max_suggestion_bytes) return best;
  const std::string wanted = ascii::to_lower(word);
  std::size_t best_distance = (std::max<std::size_t>(word.size(), 3) + 2) / 3 + 1;
  for (const auto candidate : candidates) {
    const auto distance = edit_distance(wanted, ascii::to_lower(candidate));
    if (distance >= best_distance || distance >= candidate.size()) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const auto best = closest(word, candidates);
  return best.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", best);
}

}  // namespace understudy
