#include "report/noise.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "report/endpoints.h"
#include "report/shared_cache.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

using diff::Judgement;

// Evidence that nobody argues about; what is enough to be reported is only likely.
constexpr double certain_evidence = 1000;

bool rests_on_reference(const diff::Judged& judged) {
  return judged.why == "reference" || judged.why == "off to one side" ||
         judged.why == "more elements" || judged.why == "diffy";
}

diff::Exposure exposure_of(const Endpoint& endpoint) {
  return {endpoint.totals.compared(), endpoint.totals.referenced};
}

void judge(Endpoint& endpoint, double threshold, diff::NoiseMode mode) {
  struct Counted {
    const diff::PlaceCounts& counts;
  };
  std::map<diff::PlaceKey, Counted> places;
  for (const auto& place : endpoint.places) places.emplace(place.key, Counted{place.counts});
  for (auto& place : endpoint.places) {
    const auto beside = diff::counts_beside(places, place.key);
    place.judged =
        diff::judge_place(place.key, place.counts, beside, exposure_of(endpoint), threshold, mode);
  }
}

// Tokens that are not seen as such: now and then one looks like a word.
constexpr std::uint64_t tokens_for_one_word = 4;

void judge_words_among_tokens(Endpoint& endpoint) {
  for (auto& place : endpoint.places) {
    if (place.key.value_class != diff::ValueClass::none || place.key.kind != diff::Kind::value) {
      continue;
    }
    const diff::PlaceKey tokens{place.key.place, diff::Kind::value, diff::ValueClass::token};
    const auto found = std::find_if(endpoint.places.begin(), endpoint.places.end(),
                                    [&](const Place& each) { return each.key == tokens; });
    if (found == endpoint.places.end() || found->judged.judgement != Judgement::noise) continue;
    if (found->counts.differed < tokens_for_one_word * place.counts.differed) continue;
    // The reference has no such words.
    if (place.judged.judgement == Judgement::difference && rests_on_reference(place.judged)) {
      continue;
    }
    place.judged = {Judgement::noise, "among tokens", 0, 0};
  }
}

// "GET /articles/oak-table" -> "GET /articles/": endpoints whose names differ in the last step only
// are often one, named by words that do not look like identifiers.
std::string siblings_of(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.rfind('/') + 1);
}

// Where an endpoint differed so often, or its reference answered so often and never differed, its
// own answers say what is noise there.
constexpr std::uint64_t speaks_for_itself = 8;

bool speaks(const Place& place, const Totals& totals) {
  const auto& counts = place.counts;
  const bool is_quiet = counts.only_reference + counts.both == 0;
  return counts.differed >= speaks_for_itself ||
         (is_quiet && totals.referenced >= speaks_for_itself);
}

// What is open is judged together with the same place of the endpoint's siblings, which may show it
// to be noise: where the endpoint itself was hardly seen, as each of many articles is. That it is
// the shadow's they cannot show: all endpoints below /api/ are siblings, and one that lost a header
// says nothing of the next one's single error page.
void judge_with_siblings(Summary& summary, diff::NoiseMode mode) {
  struct Pool {
    diff::PlaceCounts counts;
    diff::Exposure exposure;
    std::size_t endpoints = 0;
  };
  using Pools = std::map<diff::PlaceKey, Pool>;
  std::map<std::pair<std::string, std::string>, Pools> families;
  for (const auto& endpoint : summary.endpoints) {
    auto& pools = families[{endpoint.shadow, siblings_of(endpoint.name)}];
    for (const auto& place : endpoint.places) {
      auto& pool = pools[place.key];
      pool.counts += place.counts;
      pool.exposure.compared += endpoint.totals.compared();
      pool.exposure.referenced += endpoint.totals.referenced;
      ++pool.endpoints;
    }
  }
  for (auto& endpoint : summary.endpoints) {
    const auto& pools = families[{endpoint.shadow, siblings_of(endpoint.name)}];
    for (auto& place : endpoint.places) {
      const bool is_open = place.judged.judgement == Judgement::unconfirmed ||
                           place.judged.why == "no reference" || place.judged.why == "one way";
      if (!is_open || speaks(place, endpoint.totals)) continue;
      const auto& pool = pools.at(place.key);
      if (pool.endpoints < 2) continue;
      const auto beside = diff::counts_beside(pools, place.key);
      const auto judged = diff::judge_place(place.key, pool.counts, beside, pool.exposure,
                                            1 / limits::noise_alpha, mode);
      if (judged.judgement == Judgement::noise) place.judged = {Judgement::noise, "siblings", 0, 0};
      const bool is_doubted =
          judged.judgement == Judgement::unconfirmed && judged.why == "both ways";
      if (is_doubted && place.judged.judgement == Judgement::difference) place.judged = judged;
    }
  }
}

// "/order/served_by" -> "served_by": what services call by one name is one kind of thing. Empty for
// what is no field of theirs: every endpoint has a status, and every page links.
std::string field_of(const diff::PlaceKey& key) {
  if (key.kind != diff::Kind::value) return {};
  if (key.place.starts_with("header:")) return key.place;
  const auto slash = key.place.rfind('/');
  if (slash == std::string::npos || key.place.starts_with("/html")) return {};
  const auto name = key.place.substr(slash + 1);
  const bool is_general = name == "*" || name.starts_with('@') || name.starts_with('#');
  return is_general ? std::string() : name;
}

// Of an endpoint that is not asked again, as one that writes, little is known: what the reference
// shows to be noise under the same name elsewhere is not certain there.
void doubt_what_is_noise_elsewhere(Summary& summary) {
  std::set<std::pair<std::string, std::string>> noisy;  // shadow and field
  for (const auto& endpoint : summary.endpoints) {
    for (const auto& place : endpoint.places) {
      const bool is_shown = place.judged.judgement == Judgement::noise &&
                            place.judged.why == "reference" && place.counts.differed != 0;
      if (is_shown) noisy.emplace(endpoint.shadow, field_of(place.key));
    }
  }
  for (auto& endpoint : summary.endpoints) {
    if (endpoint.totals.referenced != 0) continue;
    for (auto& place : endpoint.places) {
      const auto& judged = place.judged;
      const bool is_weak = judged.judgement == Judgement::difference &&
                           (judged.why == "no reference" || judged.why == "one way");
      const auto field = field_of(place.key);
      if (!is_weak || field.empty() || !noisy.contains({endpoint.shadow, field})) continue;
      place.judged = {Judgement::unconfirmed, "noise elsewhere", 0, 0};
    }
  }
}

// False discoveries among many places: of `m` places, the k with the most evidence are reported if
// the k-th has at least m / (k alpha) (Benjamini and Hochberg for e-values: Wang and Ramdas 2022).
double threshold_of(std::vector<double> evidence) {
  std::sort(evidence.begin(), evidence.end(), std::greater<>());
  const auto m = static_cast<double>(evidence.size());
  auto threshold = std::max(m, 1.0) / limits::noise_alpha;
  for (std::size_t k = 1; k <= evidence.size(); ++k) {
    const auto needed = m / (static_cast<double>(k) * limits::noise_alpha);
    if (evidence[k - 1] >= needed) threshold = needed;
  }
  return threshold;
}

// The places of one shadow that the reference can speak about at all.
double threshold_for(Summary& summary, const std::string& shadow, diff::NoiseMode mode) {
  std::vector<double> evidence;
  for (auto& endpoint : summary.endpoints) {
    if (endpoint.shadow != shadow) continue;
    judge(endpoint, std::numeric_limits<double>::infinity(), mode);
    for (const auto& place : endpoint.places) {
      const auto& counts = place.counts;
      const bool is_tested =
          2 * counts.only_shadow > counts.only_reference + counts.only_primary ||
          counts.shadow_above + counts.shadow_below != 0 ||
          (mode == diff::NoiseMode::evidence && counts.shadow_more + counts.reference_more != 0);
      const auto& judged = place.judged;
      const bool has_evidence =
          judged.why == "reference" || (judged.why == "primary steady" && judged.e_value != 0);
      if (is_tested && has_evidence) evidence.push_back(judged.e_value);
    }
  }
  return threshold_of(std::move(evidence));
}

void move(std::uint64_t& from, std::uint64_t& to, std::uint64_t count) {
  const auto moved = std::min(from, count);
  from -= moved;
  to += moved;
}

// What came so much oftener than it was looked for again comes back: one in fifty is not there when
// asked once more.
constexpr std::uint64_t most_for_one_recheck = 8;

// One endpoint's signatures.
class Signatures {
 public:
  explicit Signatures(Endpoint& endpoint) : endpoint_(endpoint) {}

  void judge(Signature& signature) {
    signature.judgement = signature.places.empty() ? Judgement::difference : Judgement::noise;
    for (const auto& [place, kind] : signature.places) {
      const auto judgement = judgement_of(endpoint_, place, kind);
      signature.judgement = std::min(signature.judgement, judgement);
      if (judgement != Judgement::difference) continue;
      auto& known = counted_[{place, kind}];
      known.count += signature.count;
      if (known.first == nullptr) known.first = &signature;
    }
    if (signature.judgement == Judgement::difference && has_gone(signature)) {
      signature.judgement = Judgement::unconfirmed;
    }
    auto& totals = endpoint_.totals;
    if (signature.judgement == Judgement::noise) {
      move(totals.different, totals.noise, signature.count);
    } else if (signature.judgement == Judgement::unconfirmed) {
      move(totals.different, totals.unconfirmed, signature.count);
    }
  }

  // What was taken for noise when it was counted belongs to the first signature of its place, or to
  // one of its own behind `signatures`.
  void add_late_ones(std::vector<Signature>& signatures) {
    for (const auto& place : endpoint_.places) {
      if (place.judged.judgement != Judgement::difference || place.counts.differed == 0) continue;
      auto& known = counted_[{place.key.place, place.key.kind}];
      if (place.counts.differed <= known.count) continue;
      const auto late = place.counts.differed - known.count;
      known.count = place.counts.differed;
      const bool is_certain =
          known.first == nullptr || known.first->judgement == Judgement::difference;
      auto& totals = endpoint_.totals;
      move(totals.noise, is_certain ? totals.different : totals.unconfirmed, late);
      if (known.first != nullptr) {
        known.first->count += late;
        continue;
      }
      signatures.push_back(signature_of(place, late));
    }
  }

 private:
  // The exchanges of signatures with that place.
  struct Counted {
    std::uint64_t count = 0;
    Signature* first = nullptr;
  };

  // Whenever it was asked again there was no difference, and no reference says that it is the
  // shadow's all the same, as one that comes and goes may be.
  bool has_gone(const Signature& signature) const {
    const auto& rechecks = signature.rechecks;
    if (rechecks.transient == 0 || rechecks.transient != rechecks.total()) return false;
    if (signature.count > most_for_one_recheck * rechecks.transient) return false;
    const auto is_proven = [&](const Place& place) {
      return place.judged.judgement == Judgement::difference && rests_on_reference(place.judged) &&
             signature.has(place.key);
    };
    return std::none_of(endpoint_.places.begin(), endpoint_.places.end(), is_proven);
  }

  Signature signature_of(const Place& place, std::uint64_t count) const {
    Signature made;
    made.endpoint = endpoint_.name;
    made.shadow = endpoint_.shadow;
    made.id = diff::signature(endpoint_.name, {{place.key.place, place.key.kind, {}, {}}});
    made.places = {{place.key.place, place.key.kind}};
    made.count = count;
    return made;
  }

  Endpoint& endpoint_;
  std::map<std::pair<std::string, diff::Kind>, Counted> counted_;
};

void sort_places(Endpoint& endpoint) {
  std::erase_if(endpoint.places, [](const Place& place) { return place.counts.differed == 0; });
  std::stable_sort(endpoint.places.begin(), endpoint.places.end(),
                   [](const Place& a, const Place& b) {
                     if (a.judged.judgement != b.judged.judgement) {
                       return a.judged.judgement < b.judged.judgement;
                     }
                     return a.counts.differed > b.counts.differed;
                   });
}

}  // namespace

Judgement judgement_of(const Endpoint& endpoint, const std::string& name, diff::Kind kind) {
  auto gravest = Judgement::noise;
  bool is_known = false;
  for (const auto& place : endpoint.places) {
    if (place.key.place != name || place.key.kind != kind || place.counts.differed == 0) continue;
    is_known = true;
    gravest = std::min(gravest, place.judged.judgement);
  }
  return is_known ? gravest : Judgement::difference;
}

void judge_noise(Summary& summary, diff::NoiseMode mode) {
  if (mode != diff::NoiseMode::diffy) leave_out_cached_references(summary);
  std::map<std::string, double> thresholds;
  for (const auto& shadow : summary.shadows) {
    thresholds[shadow.name] = threshold_for(summary, shadow.name, mode);
  }
  for (auto& endpoint : summary.endpoints) {
    judge(endpoint, thresholds[endpoint.shadow], mode);
    if (mode != diff::NoiseMode::diffy) judge_words_among_tokens(endpoint);
  }
  if (mode != diff::NoiseMode::diffy) {
    judge_with_siblings(summary, mode);
    doubt_what_is_noise_elsewhere(summary);
  }
  auto own = signatures_by_endpoint(summary);
  std::vector<Signature> late;
  for (auto& endpoint : summary.endpoints) {
    Signatures signatures(endpoint);
    for (auto* const signature : own[{endpoint.shadow, endpoint.name}]) {
      signatures.judge(*signature);
    }
    signatures.add_late_ones(late);
    sort_places(endpoint);
  }
  std::erase_if(summary.signatures,
                [](const Signature& signature) { return signature.judgement == Judgement::noise; });
  std::move(late.begin(), late.end(), std::back_inserter(summary.signatures));
}

namespace {

// What speaks against a difference, and what it takes to be certain.
std::string doubt(const Place& place, const std::string& reference) {
  const auto& judged = place.judged;
  const auto needed =
      judged.needed == 0 ? ""
                         : fmt::format("; about {} needed", counted(judged.needed, "more request"));
  if (judged.why == "class") {
    return fmt::format("looks like a new {} each time, but {} (stored, or one cache?)",
                       name(place.key.value_class), reference);
  }
  if (judged.why == "noise elsewhere") {
    return "noise by this name at other endpoints, and this one has no reference";
  }
  if (judged.why == "rising") return "only rose or fell so far, as a counter does" + needed;
  if (judged.why == "both ways" && place.counts.steady != 0) {
    return "as often more as less, but the primary repeats its own";
  }
  const std::string_view unknown =
      "and too few requests came twice to see whether the primary varies";
  if (judged.why == "both ways") return fmt::format("as often more as less, {}", unknown);
  if (judged.why == "others instead") return fmt::format("others are there instead, {}", unknown);
  return reference + needed;
}

}  // namespace

std::string evidence(const Place& place, const Endpoint& endpoint) {
  const auto exposure = exposure_of(endpoint);
  const auto& counts = place.counts;
  const auto& judged = place.judged;
  const auto reference =
      fmt::format("the reference differs in {} of {}", grouped(counts.only_reference + counts.both),
                  grouped(exposure.referenced));
  const std::string how = judged.e_value >= certain_evidence ? "certain: " : "likely: ";
  if (judged.judgement == Judgement::unconfirmed) return "not certain: " + doubt(place, reference);
  if (judged.why == "reference" || judged.why == "diffy") {
    if (judged.judgement == Judgement::noise) {
      return fmt::format("reference too, {} of {}", grouped(counts.only_reference + counts.both),
                         grouped(exposure.referenced));
    }
    return how + reference;
  }
  if (judged.why == "off to one side") return how + "off to one side, the reference is not";
  if (judged.why == "more elements") {
    return fmt::format("{}at more elements than the reference {} of {} times, at fewer {}", how,
                       grouped(counts.shadow_more), grouped(exposure.referenced),
                       grouped(counts.reference_more));
  }
  if (judged.why == "class" && place.key.value_class == diff::ValueClass::delivery) {
    return "tells of the delivery";
  }
  if (judged.why == "class")
    return fmt::format("volatile: new {} each time", name(place.key.value_class));
  if (judged.why == "trifle") {
    return fmt::format("reference too, {} of {}; too little more to matter",
                       grouped(counts.only_reference + counts.both), grouped(exposure.referenced));
  }
  if (judged.why == "siblings") return "noise at endpoints beside it";
  if (judged.why == "among tokens") return "volatile: new token most times";
  if (judged.why == "counter") return "a counter";
  if (judged.why == "primary varies") return "the primary varies, too";
  if (judged.why == "both ways") return "as often more as less";
  if (judged.why == "foreign words") return "likely: the primary never says so";
  if (judged.why == "other form") return "likely: the primary keeps to another form";
  if (judged.why == "primary steady") return "likely: the primary repeats its own";
  if (judged.why == "one way" && place.key.kind == diff::Kind::missing) {
    return "likely: always missing, never extra";
  }
  if (judged.why == "one way" && place.key.kind == diff::Kind::extra) {
    return "likely: always extra, never missing";
  }
  if (judged.why == "one way") return "likely: always to the same side";
  return endpoint.is_reference_cached
             ? "likely: the reference cannot tell, it repeats the primary's answers (one cache?)"
             : "likely: nothing says that it is noise";
}

}  // namespace understudy::report
