#include "understudy/diff/noise.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/dice.h"
#include "understudy/base/limits.h"

namespace {

using namespace understudy;
using namespace understudy::diff;

constexpr double usual = 20;  // 1 / 0.05

PlaceKey place(ValueClass value_class = ValueClass::none, Kind kind = Kind::value) {
  return {"/a", kind, value_class};
}

Judgement judged(const PlaceCounts& counts, Exposure exposure,
                 ValueClass value_class = ValueClass::none) {
  return judge_place(place(value_class), counts, {}, exposure, usual, NoiseMode::evidence)
      .judgement;
}

// Differences of `n` exchanges that the reference answered, too.
PlaceCounts paired(std::uint64_t only_shadow, std::uint64_t only_reference,
                   std::uint64_t both = 0) {
  PlaceCounts counts;
  counts.differed = only_shadow + both;
  counts.only_shadow = only_shadow;
  counts.only_reference = only_reference;
  counts.both = both;
  return counts;
}

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

// How many of so many places of noise are called a difference at least once, when each is looked at
// after every one of 300 exchanges. A Place takes part in one, and says whether it is called so.
template <typename Place>
int alarms_among(int places, support::Dice dice) {
  int alarms = 0;
  for (int i = 0; i < places; ++i) {
    Place place;
    bool has_alarm = false;
    for (std::uint64_t exchange = 1; exchange <= 300; ++exchange) {
      has_alarm |= place.is_difference_after(exchange, dice);
    }
    alarms += has_alarm ? 1 : 0;
  }
  return alarms;
}

// One of three servers is the odd one out.
struct TakingTurns {
  PlaceCounts counts;

  bool is_difference_after(std::uint64_t exchange, support::Dice& dice) {
    const auto odd = dice.below(3);
    counts.only_shadow += odd == 0 ? 1 : 0;
    counts.only_reference += odd == 1 ? 1 : 0;
    counts.both += odd == 2 ? 1 : 0;
    counts.only_primary += odd == 2 ? 1 : 0;
    counts.differed += odd != 1 ? 1 : 0;
    return judged(counts, {exchange, exchange}) == Judgement::difference;
  }
};

// A field that each of three servers has in four answers of five: told as missing or as extra.
struct Optional {
  PlaceCounts missing, extra;

  bool is_difference_after(std::uint64_t exchange, support::Dice& dice) {
    const bool primary = dice.below(5) != 0, shadow = dice.below(5) != 0;
    const bool reference = dice.below(5) != 0;
    auto& counts = primary ? missing : extra;
    counts.differed += shadow != primary ? 1 : 0;
    counts.only_shadow += shadow != primary && reference == primary ? 1 : 0;
    counts.only_reference += shadow == primary && reference != primary ? 1 : 0;
    counts.both += shadow != primary && reference != primary ? 1 : 0;
    counts.only_primary = counts.both;
    return is_difference(Kind::missing, missing, extra, exchange) ||
           is_difference(Kind::extra, extra, missing, exchange);
  }
  static bool is_difference(Kind kind, const PlaceCounts& counts, const PlaceCounts& other,
                            std::uint64_t exchange) {
    return counts.differed != 0 && judge_place(place(ValueClass::none, kind), counts, other,
                                               {exchange, exchange}, usual, NoiseMode::evidence)
                                           .judgement == Judgement::difference;
  }
};

// Values that are new in each answer; four pairs of five look like tokens, and are counted there.
struct NeverAgreeing {
  PlaceCounts counts, tokens;

  bool is_difference_after(std::uint64_t exchange, support::Dice& dice) {
    const bool shadow = dice.below(5) == 0, reference = dice.below(5) == 0;
    add(counts, shadow, reference);
    add(tokens, !shadow, !reference);
    return counts.differed != 0 &&
           judge_place(place(), counts, tokens, {exchange, exchange}, usual, NoiseMode::evidence)
                   .judgement == Judgement::difference;
  }
  static void add(PlaceCounts& counts, bool shadow, bool reference) {
    counts.differed += shadow ? 1 : 0;
    counts.only_shadow += shadow && !reference ? 1 : 0;
    counts.only_reference += reference && !shadow ? 1 : 0;
    counts.both += shadow && reference ? 1 : 0;
  }
};

// An array of which each server has another word at one element in twenty, the shadow at
// all of them in so many answers of a hundred.
struct SomeElements {
  PlaceCounts counts;

  bool is_difference_after(std::uint64_t exchange, support::Dice& dice,
                           std::size_t everywhere = 0) {
    const bool is_everywhere = dice.below(100) < everywhere;
    std::vector<Difference> shadow, reference;
    for (int i = 0; i < 25; ++i) {
      const bool primary = dice.below(20) == 0;
      const auto tell = [&](bool other, std::vector<Difference>& differences) {
        if (other == primary || differences.size() == limits::max_differences_of_a_sort) return;
        const auto word = [](bool is_rare) { return is_rare ? "stand-by" : "active"; };
        differences.push_back(
            {"/states/" + std::to_string(i), Kind::value, {word(primary)}, {word(other)}});
      };
      tell(is_everywhere || dice.below(20) == 0, shadow);
      tell(dice.below(20) == 0, reference);
    }
    for (const auto& seen : observe(shadow, &reference)) counts += seen.counts;
    const PlaceKey key{"/states/*", Kind::value, ValueClass::none};
    return counts.differed != 0 &&
           judge_place(key, counts, {}, {exchange, exchange}, usual, NoiseMode::evidence)
                   .judgement == Judgement::difference;
  }
};

// All that three servers say, counted and judged as the program does it; asked for one kind, since
// each has a chance of its own.
struct Judge {
  struct Counted {
    PlaceCounts counts;
  };
  std::map<PlaceKey, Counted> places;

  bool is_difference_with(const std::vector<Difference>& shadow,
                          const std::vector<Difference>& reference, std::uint64_t exchange,
                          Kind kind) {
    for (const auto& seen : observe(shadow, &reference)) places[seen.key].counts += seen.counts;
    return std::any_of(places.begin(), places.end(), [&](const auto& each) {
      const auto& [key, counted] = each;
      return key.kind == kind && counted.counts.differed != 0 &&
             judge_place(key, counted.counts, counts_beside(places, key), {exchange, exchange},
                         usual, NoiseMode::evidence)
                     .judgement == Judgement::difference;
    });
  }
};

// A field that each server has in some answers of a hundred, with a value that is new each time:
// told as missing, as extra, or as another value.
template <Kind Asked, std::size_t Percent>
struct OptionalAndNew {
  Judge judge;

  bool is_difference_after(std::uint64_t exchange, support::Dice& dice) {
    const auto value = [&dice] {
      return dice.below(100) < Percent ? std::to_string(dice.below(1'000'000)) : std::string();
    };
    const auto primary = value();
    const auto compared = [&](const std::string& other) {
      std::vector<Difference> found;
      if (primary == other) return found;
      const auto kind = other.empty() ? Kind::missing : primary.empty() ? Kind::extra : Kind::value;
      found.push_back({"/seen", kind, {primary, false}, {other, false}});
      return found;
    };
    const auto shadow = compared(value()), reference = compared(value());
    return judge.is_difference_with(shadow, reference, exchange, Asked);
  }
};

// A list to which each server adds up to two of a few words, one that is there already as well as
// another: told as missing, extra or duplicate, as elements and as an end.
template <Kind Asked>
struct Repeating {
  Judge judge;

  bool is_difference_after(std::uint64_t exchange, support::Dice& dice) {
    const auto more = [&dice] {
      std::vector<std::string> words;
      for (auto i = dice.below(3); i-- > 0;) words.push_back(std::to_string(dice.below(4)));
      return words;
    };
    const auto primary = more();
    const auto compared = [&](const std::vector<std::string>& other) {
      std::vector<Difference> found;
      const auto tell = [&](const std::vector<std::string>& from,
                            const std::vector<std::string>& to, bool is_missing) {
        for (const auto& word : from) {
          if (std::find(to.begin(), to.end(), word) != to.end()) continue;
          const auto kind = is_missing ? Kind::missing : word < "2" ? Kind::duplicate : Kind::extra;
          found.push_back(
              {"/words/2", kind, {is_missing ? word : "", false}, {is_missing ? "" : word, false}});
        }
      };
      tell(primary, other, true);
      tell(other, primary, false);
      return found;
    };
    const auto shadow = compared(more()), reference = compared(more());
    return judge.is_difference_with(shadow, reference, exchange, Asked);
  }
};

TEST_CASE("evidence: an optional field with a new value each time is noise") {
  constexpr int places = 400;
  constexpr double most = places * 0.05;
  CHECK(alarms_among<OptionalAndNew<Kind::missing, 50>>(places, support::Dice(23)) <= most);
  CHECK(alarms_among<OptionalAndNew<Kind::extra, 50>>(places, support::Dice(29)) <= most);
  CHECK(alarms_among<OptionalAndNew<Kind::value, 50>>(places, support::Dice(31)) <= most);
  CHECK(alarms_among<OptionalAndNew<Kind::missing, 20>>(places, support::Dice(37)) <= most);
  CHECK(alarms_among<OptionalAndNew<Kind::value, 20>>(places, support::Dice(41)) <= most);
}

TEST_CASE("evidence: a list that repeats some of its elements at random is noise") {
  constexpr int places = 300;
  constexpr double most = places * 0.05;
  CHECK(alarms_among<Repeating<Kind::missing>>(places, support::Dice(43)) <= most);
  CHECK(alarms_among<Repeating<Kind::extra>>(places, support::Dice(47)) <= most);
  CHECK(alarms_among<Repeating<Kind::duplicate>>(places, support::Dice(53)) <= most);
}

TEST_CASE("evidence: an array whose elements differ at random is noise") {
  constexpr int places = 200;
  CHECK(alarms_among<SomeElements>(places, support::Dice(17)) <= places * 0.05);
}

TEST_CASE(
    "evidence: of an answer that differs at many places it is not known at how many elements") {
  std::vector<Difference> shadow, reference;
  for (std::size_t i = 0; i < limits::max_differences_of_a_sort; ++i) {
    shadow.push_back({"/a/" + std::to_string(i), Kind::value, {"1"}, {"2"}});
  }
  reference.push_back(shadow.front());
  CHECK(observe(shadow, &reference).front().counts.shadow_more == 1);
  for (std::size_t i = 0; i < limits::crowded_differences; ++i) {
    reference.push_back({"/z" + std::string(i, 'z'), Kind::value, {"1"}, {"2"}});
  }
  CHECK(observe(shadow, &reference).front().counts.shadow_more == 0);
}

TEST_CASE("evidence: more elements that differ than the reference's are the shadow's") {
  support::Dice dice(19);
  SomeElements elements;
  bool is_difference = false;
  for (std::uint64_t exchange = 1; exchange <= 80; ++exchange) {
    is_difference = elements.is_difference_after(exchange, dice, 30);
  }

  CHECK(is_difference);
}

TEST_CASE("evidence: noise is called a difference no more often than agreed") {
  constexpr int places = 2000;
  const auto alarms = alarms_among<TakingTurns>(places, support::Dice(7));

  CHECK(alarms <= places * 0.05);
  CHECK(alarms > 0);
}

TEST_CASE("evidence: what is optional is called a difference no more often than agreed") {
  constexpr int places = 1000;
  CHECK(alarms_among<Optional>(places, support::Dice(11)) <= places * 0.05);
}

// It looks as if shadow and reference took turns with a primary that is never odd; but of another
// class all three differ at once.
TEST_CASE("evidence: values that never agree are called a difference no more often than agreed") {
  constexpr int places = 1000;
  CHECK(alarms_among<NeverAgreeing>(places, support::Dice(13)) <= places * 0.05);
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

TEST_CASE("judgement: what a cache gives primary and reference alike stays noise by its class") {
  const auto counts = paired(100, 0);
  CHECK(judged(counts, {100, 100}, ValueClass::time) == Judgement::noise);
  CHECK(judged(counts, {100, 100}) == Judgement::difference);
}

TEST_CASE("judgement: differences to both sides are noise, to one side they are not") {
  PlaceCounts counts;
  counts.differed = 20;
  counts.less = 9;
  counts.greater = 11;
  CHECK(judged(counts, {20, 0}) == Judgement::noise);

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
  CHECK(judged(paired(300, 100), {1'000'000, 1'000'000}) == Judgement::noise);
  CHECK(judged(paired(300, 100), {100'000, 100'000}) == Judgement::difference);
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
