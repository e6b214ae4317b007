#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/diff/finding.h"
#include "understudy/diff/noise.h"
#include "understudy/record/histogram.h"
#include "understudy/record/latencies.h"

// The log's records; the published schema is conf/log.schema.json.
namespace understudy::record {

// Readers refuse newer logs; a change that old readers would misread raises it.
constexpr int schema_version = 1;

enum class Outcome { same, different, noise, tainted, shadow_failed, not_compared, not_mirrored };
std::string_view name(Outcome outcome);

// One side of a mirrored exchange.
struct Leg {
  int status = 0;                // 0: no answer
  std::int64_t duration_us = 0;  // request's last byte to answer's last byte
  std::uint64_t body_bytes = 0;
  std::string error;  // why there is no complete answer; empty if there is one
  // The connection was opened for it, which makes both ends slower. For the window alone.
  bool is_cold = false;
};

// RFC 9110, section 15.6.
constexpr bool is_server_error(int status) {
  return status >= 500;
}

// "kind":"exchange": one mirrored exchange worth keeping.
struct Exchange {
  std::string id;   // unique over restarts and machines
  WallTime time{};  // when the request arrived
  std::string endpoint;
  std::string method;
  std::string target;  // redacted
  std::string shadow;  // the shadow's name
  Outcome outcome = Outcome::same;
  std::string reason;  // for tainted, shadow_failed and not_compared
  std::string note;    // diff::Comparison::note
  Leg primary;
  Leg shadow_leg;
  std::vector<diff::Difference> differences;
  bool is_truncated = false;
  std::string signature;  // of the differences that are no noise

  // For the window alone, not for the record of the exchange.
  bool is_referenced = false;  // the reference answered, too
  std::vector<diff::Observation> observations;
};

// What came of it when a request whose answers differed was asked again, of both sides.
enum class Recheck {
  persistent,  // the same signature again
  transient,   // no difference
  unstable,    // another one, or no answer
};

// How often each.
struct RecheckCounts {
  std::uint64_t persistent = 0, transient = 0, unstable = 0;

  std::uint64_t total() const { return persistent + transient + unstable; }
  void add(Recheck result);
  RecheckCounts& operator+=(const RecheckCounts& other);
};

// The counts of one (endpoint, shadow) in one window.
struct EndpointCounts {
  std::string endpoint;
  std::string shadow;
  std::uint64_t same = 0, different = 0, noise = 0;
  std::uint64_t referenced = 0;  // of these, with the reference's answer
  // By reason: differ, in sessions of which the shadow lacks a write. No evidence: neither places
  // nor signatures of them are here.
  std::map<std::string, std::uint64_t> tainted;
  std::map<std::string, std::uint64_t> shadow_failed;  // by reason
  std::map<std::string, std::uint64_t> not_compared;   // by reason
  std::uint64_t primary_errors = 0;  // answers with status 5xx, of compared exchanges
  std::uint64_t shadow_errors = 0;
  std::uint64_t both_errors = 0;  // of these, exchanges in which both legs answered so
  struct Place {
    diff::PlaceKey key;
    diff::PlaceCounts counts;
  };
  std::vector<Place> places;
  struct Signature {
    std::string id;
    std::vector<std::pair<std::string, diff::Kind>> places;  // generalized, sorted
    std::uint64_t count = 0;  // 0: differed in an earlier window, but was re-checked in this one
    diff::SeverityCounts severity = {};  // the worst of each exchange
    RecheckCounts rechecks = {};
  };
  std::vector<Signature> signatures;
  // Of exchanges in which both legs answered; apart, those for which a leg opened its connection.
  Latencies latency;
  Latencies cold_latency;
};

// What the live path decided about one shadow in one window.
struct ShadowCounts {
  std::string shadow;
  std::uint64_t received = 0;
  std::uint64_t mirrored = 0;
  std::map<std::string, std::uint64_t> not_mirrored;  // by reason
  std::uint64_t in_flight = 0;  // gauge at the window's end: mirrored, no outcome yet
  // How long what the live path handed over waited for the backstage. The shadow's answers waited
  // as long, so its latencies contain it.
  Histogram backstage_delay;
};

// The live path itself in one window.
struct LiveCounts {
  std::uint64_t requests = 0;
  std::map<std::string, std::uint64_t>
      failures;  // refused requests, 502, 504, aborted ... by reason
};

// An endpoint that turned out to be one of several that are one: counted as `from` up to this
// window, and as `to` from then on.
struct RenamedEndpoint {
  std::string from;
  std::string to;
};

// "kind":"window": all counts since the previous window of the same instance and stage. All figures
// of a report come from windows alone.
struct Window {
  std::string instance;     // one process run
  std::uint32_t stage = 0;  // backstage loop
  WallTime from{}, to{};
  bool is_final = false;  // the last one before a clean exit
  LiveCounts live;
  std::vector<ShadowCounts> shadows;
  std::vector<EndpointCounts> endpoints;
  std::uint64_t records_dropped = 0;   // by the writer: queue or disk full
  std::uint64_t segments_removed = 0;  // oldest segments that went to stay under log.keep
  diff::NoiseMode noise_mode = diff::NoiseMode::evidence;
  std::vector<RenamedEndpoint> renamed;
};

// What is summed up as one because a window was full stands under this name: an endpoint, a place,
// a signature.
constexpr std::string_view other = "(other)";

// One line each, without the newline. `schema_version` and `kind` always come first, in an exchange
// followed by id, time, outcome, reason, signature, shadow and endpoint, so that a reader can pass
// over a line without parsing.
std::string encode(const Exchange& exchange);
std::string encode(const Window& window);

// True for what encode(Window) made.
bool is_window_line(std::string_view line);

}  // namespace understudy::record
