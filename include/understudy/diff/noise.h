#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "understudy/diff/finding.h"

// Which differences the shadow is to blame for. Pure functions of counts, which add up over
// windows, processes and machines.
namespace understudy::diff {

// What was seen at one place of one endpoint, of one kind and class: counts of exchanges.
struct PlaceCounts {
  std::uint64_t differed = 0;  // primary and shadow differ
  SeverityCounts severity;     // of these

  // Of exchanges that the reference answered, too: who differs from the primary.
  std::uint64_t only_shadow = 0;
  std::uint64_t only_reference = 0;
  std::uint64_t both = 0;
  std::uint64_t only_primary = 0;  // of both: shadow and reference say the same
  // Of `both`: the shadow's value lies above the primary's and the reference's below, or the other
  // way round.
  std::uint64_t shadow_above = 0;
  std::uint64_t shadow_below = 0;
  // Who differs at several more of the places that are one when generalized: elements of an array.
  std::uint64_t shadow_more = 0;
  std::uint64_t reference_more = 0;

  // To which side the shadow's value lies of the primary's; of what is missing or extra, where
  // nothing else there is the other in the same answer.
  std::uint64_t less = 0;
  std::uint64_t greater = 0;
  // Where it differed, and the same request was answered by the primary before: with the same value
  // there, or with another.
  std::uint64_t steady = 0;
  std::uint64_t varied = 0;
  // Where it differed in a number: the primary's was larger than the one seen there before,
  // whatever the request, or smaller.
  std::uint64_t rises = 0;
  std::uint64_t falls = 0;
  // Of `steady`: the number rose or fell meanwhile, by other requests.
  std::uint64_t stuck = 0;
  // Where it differed: the primary's value and the one seen there before are of one class.
  std::uint64_t alike = 0;

  // As if it had answered nothing.
  void leave_out_reference();
  PlaceCounts& operator+=(const PlaceCounts& other);
  bool operator==(const PlaceCounts&) const = default;
};

// What is counted apart: how one endpoint's answers differ at one place.
struct PlaceKey {
  std::string place;  // generalized
  Kind kind = Kind::value;
  ValueClass value_class = ValueClass::none;

  bool operator==(const PlaceKey&) const = default;
  bool operator<(const PlaceKey& other) const {
    return std::tie(place, kind, value_class) <
           std::tie(other.place, other.kind, other.value_class);
  }
};

// What one exchange adds to the counts of a place.
struct Observation {
  PlaceKey key;
  PlaceCounts counts;
  std::vector<std::size_t> differences;  // indices of the shadow's there, in order
};

// One of the two answers is an error (4xx, 5xx) and the other not of its class: what else differs
// follows from the status. What a redirect says beside it is its own.
bool tells_of_status_only(const std::vector<Difference>& differences);

// What an exchange says: the differences of primary and shadow and, if the reference answered, too,
// those of primary and reference. Each place once; what repeats and trends say is left out, and
// what follows from a status. Where shadow or reference alone has a status of another class than
// the primary's, nothing is told of who differs elsewhere. A reference that lacks a value differs
// from the primary in it as well.
std::vector<Observation> observe(const std::vector<Difference>& shadow,
                                 const std::vector<Difference>* reference);

// Whether what is counted under `other` says something of `key`: what is there at random is missing
// as often as it is extra, and a value that is new each time is of another class, type or length
// now and then.
bool is_beside(const PlaceKey& key, const PlaceKey& other);

// The sum of what is_beside(). A Counted has `counts`.
template <typename Counted>
PlaceCounts counts_beside(const std::map<PlaceKey, Counted>& places, const PlaceKey& key) {
  PlaceCounts sum;
  auto each = places.lower_bound({key.place, Kind{}, ValueClass{}});
  for (; each != places.end() && each->first.place == key.place; ++each) {
    if (is_beside(key, each->first)) sum += each->second.counts;
  }
  return sum;
}

// How many exchanges there were.
struct Exposure {
  std::uint64_t compared = 0;
  std::uint64_t referenced = 0;  // of them, with the reference's answer
};

// By which rules. `self`: as evidence, and the reference is the primary, asked again. What belongs
// to one server (its name, its load, how long it runs) is then the same kind of thing on both
// sides, not the same thing: a place where the primary seldom repeats itself is noise, however
// often the shadow differs there, and so is a number that wanders, to whichever side it lies.
enum class NoiseMode { evidence, self, diffy };
std::string_view name(NoiseMode mode);
// What is unknown is the usual mode.
NoiseMode noise_mode_of(std::string_view name);
// Of `mode` and `reference` in [noise].
NoiseMode noise_mode_of(std::string_view mode, std::string_view reference);

enum class Judgement {
  difference,   // the shadow's
  unconfirmed,  // the shadow's as far as can be seen; too little was
  noise,        // the primary differs so from itself
};
std::string_view name(Judgement judgement);

// A judgement and what it rests on.
struct Judged {
  Judgement judgement = Judgement::difference;
  // Static text: "reference", of which also "off to one side" and "more elements", "class",
  // "counter", "rising", "primary varies", "both ways", "primary steady", "one way", "other form",
  // "foreign words", "others instead", "no reference", "trifle", "diffy"; the report adds "among
  // tokens", "siblings" and "noise elsewhere".
  std::string_view why;
  double e_value = 0;        // of the paired test; 0: there is none
  std::uint64_t needed = 0;  // unconfirmed: about so many more exchanges
};

// `beside` are the counts_beside() it. `threshold` is what the e-value must reach;
// 1 / limits::noise_alpha for a single place.
Judged judge_place(const PlaceKey& key, const PlaceCounts& counts, const PlaceCounts& beside,
                   const Exposure& exposure, double threshold, NoiseMode mode);

// Evidence that of two counts of a coin's sides the first is too large: a mixture over all coins,
// with the prior Beta(1/2, 1/2), against the one that shows the first side with the chance
// `expected`. By Ville's inequality the chance that it ever reaches 1/alpha is at most alpha,
// however often one looks.
double evidence_against(double expected, std::uint64_t more, std::uint64_t less);

// The lower end of the 95 % interval of p1 - p2, p = hits of trials (Newcombe 1998, method 10).
double difference_at_least(std::uint64_t hits1, std::uint64_t trials1, std::uint64_t hits2,
                           std::uint64_t trials2);

// The chance that a fair coin shows one side in at most `fewer` of all tosses, or in as many as the
// other side shows: two-sided.
double fair_coin_p(std::uint64_t fewer, std::uint64_t more);

}  // namespace understudy::diff
