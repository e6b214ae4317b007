#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/diff/contract.h"
#include "understudy/diff/noise.h"
#include "understudy/record/record.h"

namespace understudy::mirror {

// Learns where answers differ without the shadow's doing, and says so of each difference.
//
// Owner:   a stage. Thread: its loop's.
// Bounded: limits::max_learnt_places; what comes later is judged by its own exchange alone. It
//          forgets when the configuration changes.
class Learner {
 public:
  // Which one it was: method, target, body and what else its answer may depend on, as a number; 0
  // if it is not known. Repeatable: the same one is to have the same answer.
  struct Request {
    std::uint64_t hash = 0;
    bool is_repeatable = false;
  };

  explicit Learner(diff::NoiseMode mode) : mode_(mode) {}

  // Takes in what an exchange says, fills its observations, weighs its differences, and marks those
  // that are noise. `reference`: how the reference differs from the primary; null: there is none.
  // `contract`: of the primary's answers; may be null.
  void take(record::Exchange& exchange, const std::vector<diff::Difference>* reference,
            const Request& request, const diff::Contract* contract);

  // By what was learnt so far, all differences of the exchange are noise, and are marked. Nothing
  // is learnt. True also if there are none.
  bool is_noise(record::Exchange& exchange, const std::vector<diff::Difference>* reference);

 private:
  // The request and the place in its answer, and what the primary had there.
  struct Seen {
    std::uint64_t where;
    std::uint64_t what;
    std::uint64_t steps;  // of the place, until then
  };
  // The primary's number there, when its answer was complete, and how often it rose or fell.
  struct Number {
    double value;
    WallTime until;
    std::uint64_t steps;
  };
  struct Place {
    diff::PlaceCounts counts;
    std::vector<Seen> seen;  // the newest last; at most limits::learnt_requests
    std::optional<Number> number;
    std::string last_text;                // of a value of no class
    std::optional<bool> is_alike;         // whether the last change was one within a class
    std::uint64_t before_any_change = 0;  // how often it was the same from the first on
  };
  struct Endpoint {
    diff::Exposure exposure;
    std::map<diff::PlaceKey, Place> places;
  };

  static void weigh(record::Exchange& exchange, diff::Observation& observation,
                    const diff::Contract* contract);
  bool mark_noise(record::Exchange& exchange, const std::vector<diff::Observation>& observations,
                  const Endpoint& endpoint) const;
  Endpoint& endpoint_of(const record::Exchange& exchange);
  Place* place_of(Endpoint& endpoint, const diff::PlaceKey& key);
  static void look_back(Place& place, const record::Exchange& exchange,
                        diff::Observation& observation, const Request& request);
  static void look_at_number(Place& place, const record::Exchange& exchange, std::string_view text,
                             diff::PlaceCounts& counts);
  static void look_at_form(Place& place, const diff::Difference& difference, WallTime now,
                           diff::PlaceCounts& counts);
  std::string_view why_noise(const Endpoint& endpoint, const diff::Observation& own) const;

  const diff::NoiseMode mode_;
  std::map<std::string, Endpoint, std::less<>> endpoints_;  // by shadow and name
  std::size_t places_ = 0;
  Endpoint passing_;  // the one at hand, when there are too many
};

}  // namespace understudy::mirror
