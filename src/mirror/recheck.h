#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "mirror/captured_call.h"
#include "mirror/token_bucket.h"
#include "understudy/config/config.h"
#include "understudy/handoff/parcel.h"
#include "understudy/net/deadline.h"
#include "understudy/net/loop.h"
#include "understudy/record/record.h"

namespace understudy::mirror {

// Says which differences are looked at again: those of safe requests whose signature was not for a
// while; the oftener it was, the longer that is. No more in a second than the primary is to feel.
//
// Owner:   a stage. Thread: its loop's.
// Bounded: limits::max_rechecked_signatures.
class RecheckSampler {
 public:
  explicit RecheckSampler(const config::Config& config)
      : is_on_(config.rechecks()), tokens_(config.recheck.max_per_second) {}

  // `exchange`: what the request came to.
  bool wants(const record::Exchange& exchange, const handoff::Begin& request, Instant now);

 private:
  struct Known {
    Instant next_at{};
    Duration pause = limits::recheck_pause;
  };

  const bool is_on_;
  TokenBucket tokens_;
  std::unordered_map<std::uint64_t, Known> known_;  // by shadow and signature
};

class Recheck;

// Whoever keeps the re-checks.
class RecheckOwner {
 public:
  // Told once, possibly within the re-check's own callback: retire it, do not destroy it.
  virtual void on_recheck_over(Recheck& recheck) = 0;

 protected:
  ~RecheckOwner() = default;
};

// A request whose answers differed, asked again of both sides after a while.
//
//   waiting --> asking --> over
//
// Owner:   the stage.
// Thread:  its stage's loop.
// Promise: it holds the slot and the bytes of the copy that it looks at again, so the shadow's
//          limits bound it, too. Its answers enter no count but that of re-checks.
class Recheck final : public net::Retirable, private AnswerOwner {
 public:
  // All of it outlives the re-check.
  struct Scene {
    RecheckOwner& owner;
    const config::Config& config;
    upstream::Upstream& primary;  // or the reference in its place
    upstream::Upstream& shadow;
    handoff::Budget& budget;
  };
  // `begin` holds a Begin that is complete; `first` is what it came to.
  Recheck(const Scene& scene, handoff::Parcel begin, const record::Exchange& first);

  // Requires: not started yet.
  void start();
  // The owner is not told. Before its death, while not over.
  void give_up();

  const record::Exchange& first() const { return first_; }
  // Null: there is none. Require: over.
  const handoff::CapturedAnswer* primary_answer() const { return primary_.answer(); }
  const handoff::CapturedAnswer* shadow_answer() const { return shadow_.answer(); }

 private:
  void on_delayed();
  void on_answer_done() override;

  const Scene scene_;
  const handoff::Parcel begin_parcel_;
  const handoff::Begin& begin_;
  const record::Exchange first_;
  net::Deadline delay_;
  CapturedCall primary_, shadow_;
  bool is_asking_ = false;
};

}  // namespace understudy::mirror
