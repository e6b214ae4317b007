#include "understudy/diff/noise.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "noise_support.h"
#include "understudy/base/limits.h"

namespace {

using namespace understudy;
using namespace understudy::diff;

TEST_CASE("noise: what belongs to one server is no regression of another one") {
  const auto as = [](NoiseMode mode, const PlaceCounts& counts, Kind kind = Kind::value) {
    return judge_place(place(ValueClass::none, kind), counts, {}, {200, 200}, usual, mode)
        .judgement;
  };
  // The name of one of four processes: the primary's own differ in three of four cases.
  const auto name = paired(50, 0, 150);
  CHECK(as(NoiseMode::self, name) == Judgement::noise);
  CHECK(as(NoiseMode::evidence, name) == Judgement::difference);
  CHECK(as(NoiseMode::self, name, Kind::missing) == Judgement::difference);
  CHECK(as(NoiseMode::self, paired(95, 0, 105)) == Judgement::difference);
  const PlaceKey one_of_many{"/items/*/name", Kind::value, ValueClass::none};
  CHECK(judge_place(one_of_many, name, {}, {200, 200}, usual, NoiseMode::self).judgement ==
        Judgement::difference);
  // How long they run, to one side of all of the primary's.
  auto uptime = paired(0, 0, 90);
  uptime.rises = 50;
  uptime.falls = 40;
  uptime.shadow_above = 60;
  CHECK(as(NoiseMode::self, uptime) == Judgement::noise);
  CHECK(as(NoiseMode::evidence, uptime) == Judgement::difference);

  CHECK(noise_mode_of("evidence", "self") == NoiseMode::self);
  CHECK(noise_mode_of("evidence", "http://b") == NoiseMode::evidence);
  CHECK(noise_mode_of("diffy", "self") == NoiseMode::diffy);
  for (const auto mode : {NoiseMode::evidence, NoiseMode::self, NoiseMode::diffy}) {
    CHECK(noise_mode_of(diff::name(mode)) == mode);
  }
}

TEST_CASE("noise: a reference that has no value there differs, too, if not by another value") {
  const Difference other{"/a", Kind::value, {"1", false}, {"2", false}};
  const Difference gone{"/a", Kind::missing, {"1", false}, {}};
  const auto counts_of = [](const std::vector<Observation>& seen, Kind kind) {
    const auto found = std::find_if(seen.begin(), seen.end(),
                                    [&](const Observation& each) { return each.key.kind == kind; });
    return found == seen.end() ? PlaceCounts{} : found->counts;
  };
  const std::vector<Difference> lost{gone}, changed{other};

  const auto of_shadow = observe(changed, &lost);
  CHECK(counts_of(of_shadow, Kind::value).both == 1);
  CHECK(counts_of(of_shadow, Kind::value).only_primary == 0);
  CHECK(counts_of(of_shadow, Kind::missing).only_reference == 1);

  const auto of_reference = observe(lost, &changed);
  CHECK(counts_of(of_reference, Kind::value).only_reference == 0);
  CHECK(counts_of(of_reference, Kind::missing).only_shadow == 1);
}

TEST_CASE("noise: a reference that failed tells of its status only") {
  const auto value = [](std::string place, std::string primary, std::string other) {
    return Difference{std::move(place), Kind::value, {std::move(primary)}, {std::move(other)}};
  };
  const std::vector<Difference> shadow = {value("/cost", "3", "4")};
  const auto only_shadow_of = [](const std::vector<Observation>& all, std::string_view place) {
    std::uint64_t count = 0;
    for (const auto& each : all) {
      if (each.key.place == place) count += each.counts.only_shadow;
    }
    return count;
  };
  const std::vector<Difference> failed = {value("status", "200", "503")};
  CHECK(only_shadow_of(observe(shadow, &failed), "/cost") == 0);
  CHECK(observe(shadow, &failed).back().counts.only_reference == 1);
  CHECK(observe(failed, &shadow).size() == 1);
  CHECK(observe(failed, &shadow).back().key.place == "status");
  const std::vector<Difference> created = {value("status", "200", "201")};
  CHECK(only_shadow_of(observe(shadow, &created), "/cost") == 1);
  const std::vector<Difference> both = {value("/cost", "3", "4"), value("status", "200", "500")};
  CHECK(only_shadow_of(observe(both, &failed), "/cost") == 0);
  CHECK(observe(both, nullptr).size() == 1);
}

TEST_CASE("evidence: the mixture over coins has its check values") {
  CHECK(evidence_against(0.5, 7, 0) == doctest::Approx(26.8).epsilon(0.01));
  CHECK(evidence_against(0.5, 8, 0) == doctest::Approx(50.3).epsilon(0.01));
  CHECK(evidence_against(0.5, 20, 5) == doctest::Approx(19.5).epsilon(0.01));
  CHECK(evidence_against(0.5, 30, 30) == doctest::Approx(0.10).epsilon(0.05));
  CHECK(evidence_against(0.5, 60, 30) == doctest::Approx(13.7).epsilon(0.01));
  CHECK(evidence_against(0.5, 0, 0) == doctest::Approx(1));
  CHECK(evidence_against(1.0 / 3, 4, 0) == doctest::Approx(81 * 0.2734375).epsilon(0.001));
  CHECK(evidence_against(0.5, 1'000'000'000'000, 0) < 1e13);
}

// Newcombe 1998, table II, contrasts (a) and (c), method 10.
TEST_CASE("difference of proportions: Newcombe's interval has its published ends") {
  CHECK(difference_at_least(56, 70, 48, 80) == doctest::Approx(0.0524).epsilon(0.01));
  CHECK(difference_at_least(6, 7, 2, 7) == doctest::Approx(0.0582).epsilon(0.01));
  CHECK(difference_at_least(1, 1, 0, 0) < 0);
}

TEST_CASE("fair coin: exact and approximate chances agree") {
  CHECK(fair_coin_p(0, 5) == doctest::Approx(0.0625));
  CHECK(fair_coin_p(5, 5) == doctest::Approx(1.0));
  CHECK(fair_coin_p(480, 520) == doctest::Approx(fair_coin_p(481, 521)).epsilon(0.05));
  CHECK(fair_coin_p(1'000'000'000, 2'000'000'000) < 1e-9);
}

TEST_CASE("judgement: without anything else a difference is one") {
  PlaceCounts counts;
  counts.differed = 1;
  CHECK(judged(counts, {1, 0}) == Judgement::difference);
}

TEST_CASE("judgement: values of one class are noise unless the primary repeats its own") {
  PlaceCounts counts;
  counts.differed = 10;
  CHECK(judged(counts, {10, 0}, ValueClass::uuid) == Judgement::noise);

  counts.steady = 4;
  CHECK(judged(counts, {10, 0}, ValueClass::uuid) == Judgement::difference);

  counts.varied = 1;
  CHECK(judged(counts, {10, 0}, ValueClass::uuid) == Judgement::noise);
}

TEST_CASE("judgement: what a cache gives primary and reference alike, or what is stored, is open") {
  CHECK(judged(paired(20, 0), {100, 100}, ValueClass::uuid) == Judgement::noise);
  CHECK(judged(paired(100, 0), {100, 100}, ValueClass::uuid) == Judgement::unconfirmed);
  CHECK(judged(paired(100, 1), {101, 101}, ValueClass::uuid) == Judgement::noise);
  CHECK(judged(paired(100, 0), {500, 100}, ValueClass::uuid) == Judgement::noise);
  CHECK(judge_place(place(ValueClass::uuid), paired(100, 0), {}, {100, 100}, usual, NoiseMode::self)
            .judgement == Judgement::noise);
  CHECK(judged(paired(100, 0), {100, 100}) == Judgement::difference);
}

TEST_CASE("judgement: Diffy's formulas without an answer of the reference call nothing noise") {
  PlaceCounts counts;
  counts.differed = 100;
  CHECK(judge_place(place(), counts, {}, {100, 0}, usual, NoiseMode::diffy).judgement ==
        Judgement::difference);
}

TEST_CASE("judgement: what went one way so far may be a counter, asked twice at once") {
  auto counts = paired(50, 0);
  counts.less = 50;
  counts.rises = 3;
  counts.steady = 46;
  counts.varied = 3;
  const auto judged_by = [&](NoiseMode mode, std::uint64_t referenced) {
    return judge_place(place(), counts, {}, {100, referenced}, usual, mode);
  };
  CHECK(judged_by(NoiseMode::self, 100).judgement == Judgement::unconfirmed);
  CHECK(judged_by(NoiseMode::self, 100).needed == 300);
  CHECK(judged_by(NoiseMode::evidence, 0).why == "rising");
  CHECK(judged_by(NoiseMode::evidence, 100).judgement == Judgement::difference);
  counts.stuck = 1;
  CHECK(judged_by(NoiseMode::self, 100).judgement == Judgement::difference);

  counts.rises = counts.varied = 30;
  counts.stuck = 0;
  CHECK(judged_by(NoiseMode::self, 100).why == "counter");
}

TEST_CASE("judgement: other elements instead say nothing, unless the primary repeats its own") {
  auto counts = paired(0, 0);
  counts.differed = 40;
  const auto judged_at = [&](const std::string& where, const PlaceCounts& extra) {
    return judge_place({where, Kind::missing, ValueClass::none}, counts, extra, {100, 0}, usual,
                       NoiseMode::evidence);
  };
  CHECK(judged_at("/items/*", {}).why == "others instead");
  CHECK(judged_at("/items/*/a", {}).judgement == Judgement::difference);
  counts.steady = 5;
  CHECK(judged_at("/items/*", {}).why == "primary steady");
  counts.varied = 5;
  CHECK(judged_at("/items/*", {}).judgement == Judgement::noise);
  counts.less = 40;
  CHECK(judged_at("/items/*", {}).why == "one way");
}

TEST_CASE("judgement: differences to both sides are noise, to one side they are not") {
  PlaceCounts counts;
  counts.differed = 20;
  counts.less = 9;
  counts.greater = 11;
  CHECK(judged(counts, {20, 0}) == Judgement::unconfirmed);
  counts.steady = 2;
  CHECK(judged(counts, {20, 0}) == Judgement::unconfirmed);
  counts.varied = 1;
  CHECK(judged(counts, {20, 0}) == Judgement::noise);

  counts.steady = counts.varied = 0;
  counts.less = 1;
  counts.greater = 19;
  CHECK(judged(counts, {20, 0}) == Judgement::difference);
}

TEST_CASE("judgement: where the primary itself answers otherwise each time it is noise") {
  PlaceCounts counts;
  counts.differed = 20;
  counts.varied = 6;
  counts.steady = 1;
  CHECK(judged(counts, {20, 0}) == Judgement::noise);

  counts.greater = 20;
  CHECK(judged(counts, {20, 0}) == Judgement::noise);

  counts.rises = counts.falls = 7;
  CHECK(judged(counts, {20, 0}) == Judgement::difference);
}

TEST_CASE("judgement: a counter is noise though the shadow's always lags behind") {
  PlaceCounts counts;
  counts.differed = counts.less = 20;
  counts.rises = 18;
  counts.falls = 1;
  counts.varied = 5;
  CHECK(judged(counts, {20, 0}) == Judgement::noise);

  counts.falls = 9;
  CHECK(judged(counts, {20, 0}) == Judgement::difference);
}

TEST_CASE("judgement: the reference tells noise from what is the shadow's") {
  CHECK(judged(paired(30, 0), {100, 100}) == Judgement::difference);
  CHECK(judged(paired(30, 0, 60), {100, 100}) == Judgement::difference);
  CHECK(judged(paired(3, 0), {100, 100}) == Judgement::unconfirmed);
  CHECK(judged(paired(10, 12), {100, 100}) == Judgement::noise);
  CHECK(judged(paired(0, 0, 100), {100, 100}) == Judgement::noise);
}

TEST_CASE("judgement: what is certain at a noisy place may still be too little to matter") {
  CHECK(judged(paired(300, 150), {1'000'000, 1'000'000}) == Judgement::noise);
  CHECK(judged(paired(300, 0, 1), {10'000'000, 10'000'000}) == Judgement::difference);
  CHECK(judged(paired(300, 150), {100'000, 100'000}) == Judgement::difference);
  CHECK(judged(paired(30, 0), {1'000'000, 1'000'000}) == Judgement::difference);
}

TEST_CASE("judgement: what is there twice is weighed against what is missing") {
  const PlaceKey missing{"/items/*", Kind::missing, {}};
  const PlaceKey duplicate{"/items/*", Kind::duplicate, {}};
  const PlaceKey extra{"/items/*", Kind::extra, {}};
  CHECK(is_beside(duplicate, missing));
  CHECK(is_beside(missing, duplicate));
  CHECK(is_beside(missing, extra));
  CHECK_FALSE(is_beside(duplicate, extra));
  CHECK_FALSE(is_beside(duplicate, duplicate));
}

TEST_CASE("judgement: words that the primary never says are the shadow's, wherever it varies") {
  PlaceCounts counts;
  counts.differed = 20;
  counts.steady = 8;
  counts.varied = 12;
  counts.severity.suspicious = 20;
  CHECK(judged(counts, {40, 0}) == Judgement::noise);
  counts.severity = {0, 1, 19};
  CHECK(judged(counts, {40, 0}) == Judgement::difference);
}

TEST_CASE("judgement: few references that agree do not outweigh many exchanges") {
  auto counts = paired(3, 0);
  counts.differed = 200;
  CHECK(judged(counts, {200, 3}) == Judgement::difference);
  CHECK(judged(paired(3, 0), {5, 3}) == Judgement::unconfirmed);
  counts.only_reference = 1;
  CHECK(judged(counts, {200, 3}) != Judgement::difference);
}

TEST_CASE("judgement: a value that is always noisy and always too high is a difference") {
  auto counts = paired(0, 0, 100);
  counts.rises = counts.falls = 45;
  counts.shadow_above = 45;
  counts.shadow_below = 2;
  CHECK(judged(counts, {100, 100}) == Judgement::difference);

  counts.shadow_below = 45;
  CHECK(judged(counts, {100, 100}) == Judgement::noise);
}

TEST_CASE("judgement: what is unconfirmed says how much more it takes") {
  const auto few = judge_place(place(), paired(3, 0), {}, {40, 40}, usual, NoiseMode::evidence);

  CHECK(few.judgement == Judgement::unconfirmed);
  CHECK(few.needed > 0);
}

TEST_CASE("judgement: Diffy's formulas are there for those who know them") {
  const auto diffy = [](const PlaceCounts& counts, std::uint64_t total) {
    return judge_place(place(), counts, {}, {total, total}, usual, NoiseMode::diffy).judgement;
  };
  CHECK(diffy(paired(1, 0), 1000) == Judgement::difference);
  CHECK(diffy(paired(60, 30), 200'000) == Judgement::noise);
  CHECK(diffy(paired(1200, 1000), 100'000) == Judgement::noise);
}

}  // namespace
