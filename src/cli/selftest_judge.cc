#include "cli/selftest_judge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace understudy::cli {
namespace {

// A figure of one round, and what it may be worse by before we believe that somebody waits.
struct Figure {
  std::string_view name;
  double share;
  std::int64_t slack_us;
};
constexpr std::array<Figure, 3> figures = {
    {{"p50", 0.5, 3'000}, {"p99", 0.99, 20'000}, {"worst", 1.0, 60'000}}};

// With such a p99 of its own a machine says nothing: a shadow that everybody waits for a moment
// would not stand out.
constexpr std::int64_t busy_us = 200'000;

std::vector<std::int64_t> over_rounds(const SelftestKind& kind, double share) {
  std::vector<std::int64_t> values;
  for (auto round : kind.rounds) values.push_back(percentile(round.latencies_us, share));
  return values;
}

std::string why_failed(const SelftestKind& kind, const SelftestKind& base, const SelftestRow& row) {
  if (row.failed != 0) return fmt::format("{} live requests failed", row.failed);
  if (row.changed != 0) return fmt::format("{} answers changed", row.changed);
  for (const auto& figure : figures) {
    auto usual = over_rounds(base, figure.share);
    auto seen = over_rounds(kind, figure.share);
    const auto limit = 2 * percentile(usual, 0.75) + figure.slack_us;
    const auto median = percentile(seen, 0.5);
    if (median > limit) {
      return fmt::format("{} of most rounds is {:.1f} ms, more than {:.1f} ms", figure.name,
                         static_cast<double>(median) / 1000, static_cast<double>(limit) / 1000);
    }
  }
  return {};
}

SelftestRow row_of(const SelftestKind& kind, const SelftestKind& base) {
  SelftestRow row;
  row.name = kind.name;
  row.description = kind.description;
  std::vector<std::int64_t> all;
  for (const auto& round : kind.rounds) {
    row.failed += round.failed;
    row.changed += round.changed;
    all.insert(all.end(), round.latencies_us.begin(), round.latencies_us.end());
  }
  row.requests = all.size() + row.failed;
  row.p50_us = percentile(all, 0.5);
  row.p99_us = percentile(all, 0.99);
  row.p999_us = percentile(all, 0.999);
  row.reason = why_failed(kind, base, row);
  row.has_passed = row.reason.empty();
  return row;
}

}  // namespace

std::int64_t percentile(std::vector<std::int64_t>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

bool SelftestResult::has_passed() const {
  return std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.has_passed; });
}

SelftestResult judge(const std::vector<SelftestKind>& kinds) {
  SelftestResult result;
  for (const auto& kind : kinds) result.rows.push_back(row_of(kind, kinds.front()));
  auto usual = over_rounds(kinds.front(), 0.99);
  result.is_inconclusive = percentile(usual, 0.75) > busy_us;
  return result;
}

}  // namespace understudy::cli
