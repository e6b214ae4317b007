#include "report/timeline.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "logs.h"

using namespace understudy;
using namespace understudy::report;

namespace {

WallTime at(std::int64_t window) {
  return WallTime(Duration(1'767'225'600'000'000) + limits::window_period * window);
}

// A window each: 100 compared, and of these so many with the signature.
Life life(const std::vector<std::uint64_t>& seen_by_window, std::uint64_t compared_each = 100) {
  Timeline seen, compared;
  for (std::size_t i = 0; i < seen_by_window.size(); ++i) {
    compared.add(at(static_cast<std::int64_t>(i)), compared_each);
    seen.add(at(static_cast<std::int64_t>(i)), seen_by_window[i]);
  }
  return life_of(seen, compared);
}

}  // namespace

TEST_CASE("timeline: what comes in any order is kept in few stretches, and nothing is lost") {
  std::vector<std::int64_t> windows;
  for (std::int64_t i = -500; i < 1000; ++i) windows.push_back(i * 37 % 1000);
  Timeline forwards, backwards;
  for (const auto window : windows) forwards.add(at(window), 1);
  std::reverse(windows.begin(), windows.end());
  for (const auto window : windows) backwards.add(at(window), 1);

  CHECK(forwards.scale() == backwards.scale());
  const auto buckets = forwards.at(forwards.scale());
  CHECK(buckets == backwards.at(forwards.scale()));
  CHECK(buckets.size() <= limits::timeline_buckets);
  std::uint64_t sum = 0;
  for (const auto& [number, count] : buckets) sum += count;
  CHECK(sum == windows.size());
}

TEST_CASE("timeline: moments far apart are two stretches") {
  Timeline timeline;
  timeline.add(WallTime(), 1);
  timeline.add(WallTime(std::chrono::hours(24 * 365 * 1000)), 2);
  CHECK(timeline.at(timeline.scale()).size() == 2);
}

TEST_CASE("life: what is there all the time is known") {
  CHECK(life({5, 4, 6, 5, 5, 4}) == Life::known);
  CHECK(life({5}) == Life::known);
  CHECK(life({0, 0, 0}) == Life::known);
}

TEST_CASE("life: what begins after enough comparisons is new") {
  CHECK(life({0, 0, 0, 10, 11, 9}) == Life::recent);
  CHECK(life({0, 10, 11, 9}, 40) == Life::recent);
}

TEST_CASE("life: what ends before enough comparisons is fixed, even if it was new") {
  CHECK(life({10, 11, 0, 0}) == Life::fixed);
  CHECK(life({0, 0, 10, 11, 0, 0}) == Life::fixed);
}

TEST_CASE("life: what was fixed and comes is back again") {
  CHECK(life({10, 11, 0, 0, 0, 9, 10}) == Life::back_again);
  CHECK(life({10, 11, 0, 0, 0, 9, 10, 0, 0}) == Life::fixed);
}

TEST_CASE("life: what is rare says nothing by being away for a while") {
  CHECK(life({1, 0, 0, 0, 0, 0}) == Life::known);
  CHECK(life({0, 0, 0, 0, 0, 1}) == Life::known);
  CHECK(life({1, 0, 1, 0, 0, 1, 0, 0}) == Life::known);
}
