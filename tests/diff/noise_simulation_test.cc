// Noise as servers make it, many times over: how often it is called a difference.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "noise_support.h"
#include "support/dice.h"
#include "understudy/base/limits.h"

namespace {

using namespace understudy;
using namespace understudy::diff;

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

}  // namespace
