#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/config/accepted.h"
#include "understudy/record/record.h"

namespace understudy::report {

using Counts = std::map<std::string, std::uint64_t>;  // by reason
std::uint64_t sum(const Counts& counts);

// What became of mirrored exchanges.
struct Totals {
  std::uint64_t same = 0, different = 0, noise = 0;
  std::uint64_t unconfirmed = 0;      // differ where it is not certain that the shadow is to blame
  std::uint64_t referenced = 0;       // of the compared ones, with the reference's answer
  std::uint64_t accepted = 0;         // differ as people said that they may: see accept.h
  diff::SeverityCounts different_by;  // their sum is `different`
  diff::SeverityCounts unconfirmed_by;  // and of this `unconfirmed`
  Counts tainted;  // differ in sessions of which the shadow lacks a write; not compared() as others
  Counts shadow_failed;
  Counts not_compared;
  std::uint64_t primary_errors = 0;  // 5xx of compared answers
  std::uint64_t shadow_errors = 0;
  std::uint64_t both_errors = 0;  // of these, exchanges in which both legs answered so
  // Apart, exchanges for which a leg opened its connection.
  record::Latencies latency;
  record::Latencies cold_latency;

  std::uint64_t compared() const { return same + different + accepted + unconfirmed + noise; }
  std::uint64_t with_outcome() const {
    return compared() + sum(tainted) + sum(shadow_failed) + sum(not_compared);
  }
};

// One place of one endpoint, and who is to blame.
struct Place {
  diff::PlaceKey key;
  diff::PlaceCounts counts;
  diff::Judged judged;
  diff::Severity severity = diff::Severity::suspicious;
  bool is_accepted = false;  // by accept(), with every signature that has it
};

// One endpoint of one shadow.
struct Endpoint {
  std::string name;
  std::string shadow;
  Totals totals;
  // Differences, then what is not certain, then noise; gravest, most frequent first.
  std::vector<Place> places;
  bool is_reference_cached = false;  // it says nothing here: see report/shared_cache.h
};

// Whether a signature came, went, or was always there. `recent`: its endpoint was compared often
// enough without it before. `fixed`: often enough since. `back_again`: between two times.
enum class Life { known, recent, fixed, back_again };
std::string_view name(Life life);  // "known", "new", "fixed", "back_again"

// One of the signatures that are shown as one.
struct Variant {
  std::string id;
  std::uint64_t count = 0;
};

// One way in which answers of one endpoint differ, noise left out. Where load() put several of one
// cause together, the most frequent one with the sums of all.
struct Signature {
  std::string endpoint;
  std::string shadow;
  std::string id;
  std::vector<std::pair<std::string, diff::Kind>> places;
  // Of examples from before its endpoint had its name; at most limits::max_earlier_ids.
  std::vector<std::string> earlier_ids = {};
  std::uint64_t count = 0;
  // Of a group, the most frequent first, with itself; else none. Their counts add up to `count`.
  std::vector<Variant> variants;
  std::vector<std::uint64_t> place_counts;  // of a group, how often it differs at each of `places`
  diff::Judgement judgement = diff::Judgement::difference;  // or unconfirmed
  diff::SeverityCounts severity;                            // of `count`
  record::RecheckCounts rechecks = {};
  Life life = Life::known;
  WallTime first_seen{}, last_seen{};  // begin and end of windows; not known where both are 0
  // What accept() found of it: by name, or several that make it up. Those that are over accept
  // nothing.
  std::vector<config::Acceptance> acceptances;
  bool is_accepted = false;
  std::optional<record::Exchange> example;  // none when no record of it was kept

  // Whether it is one of its places, of whatever class.
  bool has(const diff::PlaceKey& key) const;
  // How often it differs at places[index].
  std::uint64_t count_at(std::size_t index) const;
};

// An acceptance whose signature is not in the log.
struct UnseenAcceptance {
  config::Acceptance acceptance;
  std::uint64_t compared = 0;  // of its endpoint
};

// What became of the exchanges that were counted in one stretch of time, and how long they took.
struct Stretch {
  WallTime from{};
  Totals totals;
};

// One shadow, with the accounting: received = mirrored + sum(not_mirrored), and
// mirrored = totals.with_outcome() + in_flight.
struct Shadow {
  std::string name;
  std::uint64_t received = 0;
  std::uint64_t mirrored = 0;
  Counts not_mirrored;
  std::uint64_t in_flight = 0;  // at the last window of each process
  record::Histogram backstage_delay;
  Totals totals;
  // From the first to the last window, without a gap: at most limits::timeline_buckets, each as
  // long as the others. None for shadows beyond limits::max_shadows.
  std::vector<Stretch> history;
  Duration stretch_length{};

  // What the sums leave open: 0 unless windows were lost, with a segment or a torn line.
  std::int64_t unaccounted_received() const;
  std::int64_t unaccounted_mirrored() const;
};

// Everything that windows say, merged.
struct Summary {
  WallTime from{}, to{};
  std::uint64_t windows = 0;
  std::uint64_t processes = 0;
  std::uint64_t unfinished = 0;  // processes without a final window: running still, or killed
  std::uint64_t live_requests = 0;
  Counts live_failures;
  std::vector<Shadow> shadows;      // by name
  std::vector<Endpoint> endpoints;  // most telling first
  // What is not accepted first, then what is certain, then the gravest, the most frequent.
  std::vector<Signature> signatures;
  std::vector<UnseenAcceptance> unseen;
  std::uint64_t records_dropped = 0;
  std::uint64_t segments_removed = 0;
};

// Merges windows, of any number of processes and machines, in any order.
//
// Bounded: endpoints, places and signatures beyond limits::max_report_entries are summed as
// "(other)".
class Merger {
 public:
  Merger();
  ~Merger();
  Merger(Merger&&) noexcept;
  Merger& operator=(Merger&&) noexcept;

  void add(const record::Window& window);
  // What was added so far.
  Summary summary() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::report
