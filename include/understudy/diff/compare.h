#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "understudy/base/clock.h"
#include "understudy/base/hash.h"
#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/diff/finding.h"
#include "understudy/diff/outline.h"
#include "understudy/http/head.h"

namespace understudy::diff {

class Contract;

// One complete answer, seen. Borrowed: valid while its owner lives.
struct Answer {
  int status = 0;
  const http::Fields* fields = nullptr;
  const http::Fields* trailers = nullptr;  // may be null
  std::string_view body;                // as received (content codings not undone); the kept part
  std::uint64_t total_bytes = 0;        // of the whole body as received
  const BlockHashes* hashes = nullptr;  // of the whole body; set exactly when it was not kept whole
};

// Whether two different values, as differences show them, are of one class (ValueClass); `now` as
// for Comparer::compare().
bool are_alike(std::string_view a, std::string_view b, WallTime now);

// Compares pairs of answers under one configuration. The cheap question first: same status, same
// fields, same bytes is decided without parsing.
//
// Owner:   a backstage stage. Thread: its own; keeps scratch memory between calls.
// Pure:    no clock, no I/O. A pair's cost is bounded by limits in base/limits.h.
class Comparer {
 public:
  // `privacy_key` makes pseudonyms of secrets; equal values stay equal under one key.
  // Errors: bad_config for a rule that cannot be compiled (pattern, pointer).
  static Result<std::unique_ptr<Comparer>> create(const config::Diff& diff,
                                                  const config::Privacy& privacy,
                                                  std::string privacy_key);
  ~Comparer();

  // `now` is the moment of the request: what a server makes anew for each answer is near it.
  Comparison compare(std::string_view endpoint, const Answer& primary, const Answer& shadow,
                     WallTime now);

  // Shows an answer of the primary to what is known of such answers, which may learn so many places
  // more.
  void describe(const Answer& primary, Contract& contract, std::size_t room);

  // What an answer looks like.
  Outline outline(const Answer& answer);

  // A request target as it may stand in the log: detected secrets replaced.
  std::string redact_target(std::string_view target) const;

 private:
  struct Impl;
  explicit Comparer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::diff
