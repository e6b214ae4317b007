#include "mirror/recheck.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

#include "mirror/reference.h"
#include "mirror/shadow_head.h"
#include "understudy/base/hash.h"

namespace understudy::mirror {

bool RecheckSampler::wants(const record::Exchange& exchange, const handoff::Begin& request,
                           Instant now) {
  if (!is_on_ || exchange.outcome != record::Outcome::different) return false;
  if (request.is_streamed || !http::is_safe(request.head.method)) return false;
  const auto key = hash64(exchange.signature, hash64(exchange.shadow));
  const auto found = known_.find(key);
  if (found != known_.end() && now < found->second.next_at) return false;
  if (!tokens_.take(now)) return false;
  if (found == known_.end() && known_.size() >= limits::max_rechecked_signatures) known_.clear();
  auto& known = known_[key];
  known.next_at = now + known.pause;
  known.pause = std::min(2 * known.pause, limits::recheck_longest_pause);
  return true;
}

Recheck::Recheck(const Scene& scene, handoff::Parcel begin, const record::Exchange& first)
    : scene_(scene),
      begin_parcel_(std::move(begin)),
      begin_(std::get<handoff::Begin>(*begin_parcel_)),
      first_(first),
      delay_(net::Deadline::calling<&Recheck::on_delayed>(scene.shadow.loop(), *this)),
      primary_({*this, scene.primary, scene.budget, scene.config.diff.max_body_bytes}),
      shadow_({*this, scene.shadow, scene.budget, scene.config.diff.max_body_bytes}) {
  assert(!begin_.is_streamed);
}

void Recheck::start() {
  assert(!is_asking_);
  delay_.arm(scene_.config.recheck.delay);
}

void Recheck::on_delayed() {
  assert(!is_asking_);
  is_asking_ = true;
  const auto& shadow = scene_.config.shadows[begin_.shadow];
  primary_.start(for_reference(scene_.config, begin_), begin_, shadow.timeout);
  shadow_.start({begin_.prologue, shadow_head(scene_.config, begin_)}, begin_, shadow.timeout);
}

void Recheck::give_up() {
  delay_.disarm();
  for (auto* const call : {&primary_, &shadow_}) {
    if (call->is_waiting()) call->give_up();
  }
}

void Recheck::on_answer_done() {
  if (!primary_.is_waiting() && !shadow_.is_waiting()) scene_.owner.on_recheck_over(*this);
}

}  // namespace understudy::mirror
