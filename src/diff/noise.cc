#include "understudy/diff/noise.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "diff/kinds.h"
#include "understudy/base/limits.h"

namespace understudy::diff {

namespace {

// What is known of the primary by asking the same twice counts from here on.
constexpr std::uint64_t least_repeats = 3;
// Of the repeats, where the primary has something new; fewer may be changes of its data.
constexpr double varying_share = 0.1;
// Differences that say to which side they lean, from here on and with that chance; and where all
// but one in ten lie on one side, it is no coin's.
constexpr std::uint64_t least_leaning = 8;
constexpr double leaning_p = 0.02;
constexpr std::uint64_t least_one_way = 5;
constexpr double one_way_share = 0.9;
// A number that rises so often is a counter, if it falls, and stays the same, that seldom.
constexpr std::uint64_t least_rises = 12;
constexpr std::uint64_t rises_alone = 30;  // where no request came twice
constexpr std::uint64_t least_steps = 2;   // from here on it may become one
constexpr double falling_share = 0.1;
// So often the shadow alone has another token before one may doubt that it is a new one each time.
constexpr std::uint64_t least_never_new = 30;
// References after which one may be believed that never differed.
constexpr std::uint64_t least_referenced = 8;
// With fewer references, all of which agreed with the primary, among so many exchanges the others
// say more.
constexpr std::uint64_t most_exchanges_for_one_reference = 4;
// Tosses of a coin that are summed up exactly; of more, the normal distribution says the same.
constexpr double exact_tosses = 1000;
// Evidence beyond it is as good as certain, and JSON has no infinity.
constexpr double most_evidence = 1e12;
// At a noisy place, the evidence from which on one may doubt that all of it is noise.
constexpr double doubtful_evidence = 5;
// Diffy's thresholds, in percent (twitter-archive/diffy, JoinedDifferences.scala).
constexpr double diffy_relative = 20.0;
constexpr double diffy_absolute = 0.03;
// 97.5 % of a normal distribution lie below.
constexpr double z95 = 1.959963984540054;
// How far ahead it is worth saying what is needed.
constexpr std::uint64_t most_needed_factor = 64;

double as_double(std::uint64_t count) {
  return static_cast<double>(count);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : as_double(part) / as_double(whole);
}

double log_beta(double a, double b) {
  return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

struct Interval {
  double low, high;
};

// Wilson's score interval.
Interval wilson(std::uint64_t hits, std::uint64_t trials) {
  if (trials == 0) return {0, 1};
  const auto n = as_double(trials);
  const auto p = as_double(hits) / n;
  const auto z2 = z95 * z95;
  const auto middle = p + z2 / (2 * n);
  const auto reach = z95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {(middle - reach) / (1 + z2 / n), (middle + reach) / (1 + z2 / n)};
}

bool has_one_way(const PlaceCounts& counts) {
  const auto leaning = counts.less + counts.greater;
  return leaning >= least_one_way &&
         as_double(std::max(counts.less, counts.greater)) >= one_way_share * as_double(leaning);
}

bool goes_both_ways(const PlaceCounts& counts) {
  if (counts.less + counts.greater < least_leaning) return false;
  return !has_one_way(counts) && fair_coin_p(std::min(counts.less, counts.greater),
                                             std::max(counts.less, counts.greater)) > leaning_p;
}

bool is_steady(const PlaceCounts& counts) {
  return counts.varied == 0 && counts.steady >= least_repeats;
}

bool is_varying(const PlaceCounts& counts) {
  const auto repeats = counts.steady + counts.varied;
  return repeats >= least_repeats && share(counts.varied, repeats) >= varying_share;
}

// The primary has a new one each time, but always of the same form; the shadow's has another.
bool has_other_form(const PlaceCounts& counts) {
  return counts.alike >= least_one_way &&
         as_double(counts.alike) >= one_way_share * as_double(counts.differed - 1);
}

// Upwards, or downwards as what is left of something.
std::uint64_t steps_on(const PlaceCounts& counts) {
  return std::max(counts.rises, counts.falls);
}
std::uint64_t steps_back(const PlaceCounts& counts) {
  return std::min(counts.rises, counts.falls);
}

// It moves not by the order of the requests: the same one finds it further on, too.
bool is_counter(const PlaceCounts& counts) {
  const bool is_moving = counts.varied >= least_repeats ||
                         (counts.steady == 0 && counts.rises + counts.falls >= rises_alone);
  const auto on = steps_on(counts);
  return is_moving && on >= least_rises &&
         as_double(steps_back(counts)) <= falling_share * as_double(on) &&
         as_double(counts.stuck) <= falling_share * as_double(counts.varied);
}

// It went one way so far, for the same request, too: so begins what counts seconds.
bool may_be_counter(const PlaceCounts& counts) {
  const auto on = steps_on(counts);
  return on >= least_steps && on < least_rises && steps_back(counts) == 0 && counts.varied != 0 &&
         counts.stuck == 0;
}

// A number that goes up and down. One that does not may always be ahead on one server: it counts
// from another start.
bool is_wandering(const PlaceCounts& counts) {
  const auto steps = counts.rises + counts.falls;
  return steps >= least_rises && as_double(steps_back(counts)) > falling_share * as_double(steps);
}

// One of a few words each time, and the shadow has others: of values inside of a body nothing else
// is breaking (Contract).
bool is_foreign(const PlaceKey& key, const PlaceCounts& counts) {
  return key.kind == Kind::value && key.place.starts_with('/') &&
         counts.severity.breaking >= least_one_way &&
         as_double(counts.severity.breaking) >= one_way_share * as_double(counts.differed);
}

// Mostly there were others in the same answer.
bool has_mostly_others(const PlaceKey& key, const PlaceCounts& counts) {
  return is_of_presence(key.kind) && holds_elements(key.place) &&
         2 * (counts.less + counts.greater) < counts.differed;
}

// What the pair of primary and shadow says by itself, of what is no counter and of no class.
Judged judge_alone(const PlaceKey& key, const PlaceCounts& counts) {
  if (is_steady(counts)) return {Judgement::difference, "primary steady", 0, 0};
  if (has_other_form(counts)) return {Judgement::difference, "other form", 0, 0};
  // Texts of two servers lean to one side for little: by their lengths. What is lost, or new, may
  // have something of its own each time.
  const bool is_number = counts.rises + counts.falls != 0;
  const bool is_lost = is_of_presence(key.kind) && !has_mostly_others(key, counts);
  if ((is_number || is_lost) && has_one_way(counts)) {
    return {Judgement::difference, "one way", 0, 0};
  }
  if (is_varying(counts)) return {Judgement::noise, "primary varies", 0, 0};
  // So does what the shadow mixes up: two values that change places are balanced.
  if (goes_both_ways(counts)) {
    return {counts.varied != 0 ? Judgement::noise : Judgement::unconfirmed, "both ways", 0, 0};
  }
  if (has_one_way(counts)) return {Judgement::difference, "one way", 0, 0};
  if (has_mostly_others(key, counts)) return {Judgement::unconfirmed, "others instead", 0, 0};
  return {Judgement::difference, "no reference", 0, 0};
}

// What is known of a place beside its own counts.
struct Beside {
  PlaceCounts opposite;  // of what is missing: extra, or the other way round
  bool all_differ;    // where shadow and reference differ from the primary, they do so themselves
  bool has_elements;  // several in one answer

  Beside(const PlaceKey& key, const PlaceCounts& own, const PlaceCounts& other)
      : opposite(is_of_presence(key.kind) ? other : PlaceCounts{}),
        all_differ(own.both + other.both > own.only_primary + other.only_primary),
        has_elements(is_many(key.place)) {}
};

struct Evidence {
  double value = 0;
  std::string_view why = "reference";  // the look that says most
};

// Three servers that are alike take turns in being the odd one out: missing there, or extra. Where
// all three differ the primary's turns are not seen, and two classes of values share them; what
// holds then is that shadow and reference are odd equally often. Of elements, some of which may
// differ each time, also that each is as often the one with more of them. Looks at the same data
// share the evidence that is asked for.
Evidence evidence_of(const PlaceCounts& counts, const Beside& beside, std::uint64_t factor = 1) {
  constexpr double one_of_three = 1.0 / 3;
  const auto& opposite = beside.opposite;
  const auto odd_shadow = counts.only_shadow + opposite.only_shadow;
  const auto odd_others =
      counts.only_reference + counts.only_primary + opposite.only_reference + opposite.only_primary;
  const bool is_more = counts.only_shadow > counts.only_reference && 2 * odd_shadow > odd_others;
  auto odd =
      is_more ? evidence_against(one_of_three, odd_shadow * factor, odd_others * factor) : 0.0;
  if (beside.all_differ) {
    odd = std::min(
        odd, evidence_against(0.5, counts.only_shadow * factor, counts.only_reference * factor));
  }
  Evidence sum{odd};
  auto most = odd;
  auto looks = 1.0;
  const auto add = [&](std::string_view why, double value) {
    sum.value += value;
    ++looks;
    if (value <= most) return;
    most = value;
    sum.why = why;
  };
  if (counts.shadow_above + counts.shadow_below != 0 && is_wandering(counts)) {
    add("off to one side",
        evidence_against(0.5, counts.shadow_above * factor, counts.shadow_below * factor));
  }
  if (beside.has_elements) {
    const auto more = counts.shadow_more, fewer = counts.reference_more;
    add("more elements",
        more >= fewer ? evidence_against(0.5, more * factor, fewer * factor) : 0.0);
  }
  sum.value /= looks;
  return sum;
}

std::uint64_t still_needed(const PlaceCounts& counts, const Beside& beside,
                           const Exposure& exposure, double threshold) {
  for (std::uint64_t factor = 2; factor <= most_needed_factor; ++factor) {
    const auto evidence = evidence_of(counts, beside, factor).value;
    if (evidence >= threshold) return (factor - 1) * exposure.compared;
  }
  return 0;
}

// Where the reference differs about as often, a surplus that is as small as that is nobody's
// concern, however certain it is. Where it hardly ever does, one in a hundred thousand may be the
// one that fails.
bool is_trifle(const PlaceCounts& counts, const Exposure& exposure) {
  const auto noisy = counts.both + counts.only_reference;
  const auto surplus = share(counts.only_shadow, exposure.referenced) -
                       share(counts.only_reference, exposure.referenced);
  return counts.only_shadow <= 2 * noisy && surplus <= limits::noise_effect_floor;
}

Judged judge_pairs(const PlaceCounts& counts, const Beside& beside, const Exposure& exposure,
                   double threshold) {
  const auto [evidence, why] = evidence_of(counts, beside);
  const auto noisy = counts.both + counts.only_reference;
  if (evidence >= threshold) {
    if (why == "reference" && is_trifle(counts, exposure)) {
      return {Judgement::noise, "trifle", evidence, 0};
    }
    return {Judgement::difference, why, evidence, 0};
  }
  if (noisy == 0 && is_steady(counts)) {
    return {Judgement::difference, "primary steady", evidence, 0};
  }
  // Where most exchanges have no reference, they too say whether the shadow differs more often.
  const bool is_oftener = exposure.compared >= 2 * exposure.referenced &&
                          difference_at_least(counts.differed, exposure.compared, noisy,
                                              exposure.referenced) > limits::noise_effect_floor;
  const bool is_quiet = noisy + beside.opposite.both + beside.opposite.only_reference == 0;
  if (is_quiet ? counts.differed != 0 : evidence >= doubtful_evidence || is_oftener) {
    return {Judgement::unconfirmed, "reference", evidence,
            still_needed(counts, beside, exposure, threshold)};
  }
  return {Judgement::noise, "reference", evidence, 0};
}

// A second primary has it exactly as the first one, whenever the shadow has another.
bool is_never_new(const PlaceCounts& counts, const Exposure& exposure) {
  return counts.both + counts.only_reference == 0 && counts.only_shadow >= least_never_new &&
         2 * exposure.referenced >= exposure.compared;
}

// Asked again at once, the primary says something else there more often than not.
bool seldom_repeats(const PlaceKey& key, const PlaceCounts& counts, const Exposure& exposure) {
  return key.kind == Kind::value && !is_many(key.place) &&
         wilson(counts.both + counts.only_reference, exposure.referenced).low >= 0.5;
}

// Asked twice at once, a server says the same of what counts seconds.
Judged rising(const PlaceCounts& counts, const Exposure& exposure) {
  const auto times = as_double(least_rises - steps_on(counts)) / as_double(steps_on(counts));
  return {Judgement::unconfirmed, "rising", 0,
          static_cast<std::uint64_t>(std::ceil(times * as_double(exposure.compared)))};
}

// Where shadow and reference are not servers of the same kind.
PlaceCounts without_sides(PlaceCounts counts) {
  counts.shadow_above = counts.shadow_below = 0;
  counts.shadow_more = counts.reference_more = 0;
  return counts;
}

Judged judge_as_diffy(const PlaceCounts& counts, const Exposure& exposure) {
  const auto raw = as_double(counts.only_shadow + counts.both);
  const auto noise = as_double(counts.only_reference + counts.both);
  const auto relative = raw + noise == 0 ? 0 : std::abs(raw - noise) / (raw + noise) * 100;
  const auto absolute =
      exposure.referenced == 0 ? 0 : std::abs(raw - noise) / as_double(exposure.referenced) * 100;
  const bool is_shown = raw > noise && relative > diffy_relative && absolute > diffy_absolute;
  return {is_shown ? Judgement::difference : Judgement::noise, "diffy", 0, 0};
}

}  // namespace

void PlaceCounts::leave_out_reference() {
  only_shadow = only_reference = both = only_primary = 0;
  shadow_above = shadow_below = 0;
  shadow_more = reference_more = 0;
}

PlaceCounts& PlaceCounts::operator+=(const PlaceCounts& other) {
  differed += other.differed;
  severity += other.severity;
  only_shadow += other.only_shadow;
  only_reference += other.only_reference;
  both += other.both;
  only_primary += other.only_primary;
  shadow_above += other.shadow_above;
  shadow_below += other.shadow_below;
  shadow_more += other.shadow_more;
  reference_more += other.reference_more;
  less += other.less;
  greater += other.greater;
  steady += other.steady;
  varied += other.varied;
  rises += other.rises;
  falls += other.falls;
  stuck += other.stuck;
  alike += other.alike;
  return *this;
}

bool is_beside(const PlaceKey& key, const PlaceKey& other) {
  if (key.place != other.place) return false;
  if (is_of_presence(key.kind)) {
    return is_of_presence(other.kind) && is_missing(key.kind) != is_missing(other.kind);
  }
  return !is_of_presence(other.kind) && key != other;
}

std::string_view name(Judgement judgement) {
  switch (judgement) {
    case Judgement::difference:
      return "difference";
    case Judgement::unconfirmed:
      return "unconfirmed";
    case Judgement::noise:
      return "noise";
  }
  return "difference";
}

std::string_view name(NoiseMode mode) {
  switch (mode) {
    case NoiseMode::evidence:
      return "evidence";
    case NoiseMode::self:
      return "self";
    case NoiseMode::diffy:
      return "diffy";
  }
  return "evidence";
}

NoiseMode noise_mode_of(std::string_view wanted) {
  for (const auto mode : {NoiseMode::self, NoiseMode::diffy}) {
    if (wanted == name(mode)) return mode;
  }
  return NoiseMode::evidence;
}

NoiseMode noise_mode_of(std::string_view mode, std::string_view reference) {
  return mode == name(NoiseMode::evidence) && reference == "self" ? NoiseMode::self
                                                                  : noise_mode_of(mode);
}

double evidence_against(double expected, std::uint64_t more, std::uint64_t less) {
  const auto b = as_double(more);
  const auto c = as_double(less);
  const auto log = log_beta(b + 0.5, c + 0.5) - log_beta(0.5, 0.5) - b * std::log(expected) -
                   c * std::log(1 - expected);
  return std::min(most_evidence, std::exp(log));
}

double difference_at_least(std::uint64_t hits1, std::uint64_t trials1, std::uint64_t hits2,
                           std::uint64_t trials2) {
  if (trials1 == 0 || trials2 == 0) return -1;
  const auto p1 = share(hits1, trials1);
  const auto p2 = share(hits2, trials2);
  const auto down = p1 - wilson(hits1, trials1).low;
  const auto up = wilson(hits2, trials2).high - p2;
  return p1 - p2 - std::sqrt(down * down + up * up);
}

double fair_coin_p(std::uint64_t fewer, std::uint64_t more) {
  const auto n = as_double(fewer + more);
  if (n > exact_tosses) {
    return std::erfc((as_double(more) - n / 2 - 0.5) / std::sqrt(n / 4) / std::sqrt(2.0));
  }
  double tail = 0;
  for (std::uint64_t k = 0; k <= fewer; ++k) {
    const auto hits = as_double(k);
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(hits + 1) - std::lgamma(n - hits + 1) -
                     n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

// What has a class and may be cached is not believed to be the shadow's because the reference has
// the primary's: both may stand behind one cache, or what they have is stored. That the primary has
// the same again and again shows that it is no value made anew.
Judged judge_place(const PlaceKey& key, const PlaceCounts& own, const PlaceCounts& other,
                   const Exposure& exposure, double threshold, NoiseMode mode) {
  // Without an answer of the reference Diffy's formulas would take all for noise.
  if (mode == NoiseMode::diffy && exposure.referenced != 0) return judge_as_diffy(own, exposure);
  const auto value_class = key.value_class;
  if (value_class == ValueClass::delivery) return {Judgement::noise, "class", 0, 0};
  if (value_class != ValueClass::none && !is_steady(own)) {
    const bool is_open = mode == NoiseMode::evidence && is_never_new(own, exposure);
    return {is_open ? Judgement::unconfirmed : Judgement::noise, "class", 0, 0};
  }
  // A counter of its own has every server, also the one that is the reference itself. What the
  // primary counts in moments, and the shadow not, is no counter.
  if (value_class == ValueClass::none && is_counter(own) && !has_other_form(own)) {
    return {Judgement::noise, "counter", 0, 0};
  }
  if (is_foreign(key, own)) return {Judgement::difference, "foreign words", 0, 0};
  auto counts = own;
  if (is_of_presence(key.kind)) {  // the two kinds are its sides
    counts.less += other.less;
    counts.greater += other.greater;
    counts.steady += other.steady;
    counts.varied += other.varied;
  }
  const bool may_rise =
      value_class == ValueClass::none && may_be_counter(own) && !has_other_form(own);
  const auto noisy = counts.only_reference + counts.both;
  const bool has_few = exposure.referenced < least_referenced &&
                       exposure.compared >= most_exchanges_for_one_reference * exposure.referenced;
  if (noisy == 0 && (counts.only_shadow == 0 ? exposure.referenced < least_referenced : has_few)) {
    return may_rise ? rising(counts, exposure) : judge_alone(key, counts);
  }
  const Beside beside(key, own, other);
  if (mode == NoiseMode::evidence) return judge_pairs(counts, beside, exposure, threshold);
  if (seldom_repeats(key, counts, exposure)) {
    return {Judgement::noise, "reference", 0, 0};
  }
  if (may_rise) return rising(counts, exposure);
  return judge_pairs(without_sides(counts), beside, exposure, threshold);
}

}  // namespace understudy::diff
