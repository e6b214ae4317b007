#include "mirror/reference.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "understudy/base/hash.h"
#include "understudy/net/proxy_header.h"

namespace understudy::mirror {

namespace {

// RFC 9110, section 9.2.1; TRACE goes to nobody.
bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// A number that looks random, the same for the same copy.
double chance_of(handoff::CopyId id) {
  const std::string_view bytes(reinterpret_cast<const char*>(&id), sizeof id);
  constexpr double all = 18446744073709551616.0;  // 2^64
  return static_cast<double>(hash64(bytes)) / all;
}

// The primary may want to know for whom we speak: for ourselves.
std::string own_prologue(const config::Config& config) {
  if (!config.noise.asks_primary() || config.primary.proxy_protocol == "off") return {};
  return net::proxy_header(config.primary.proxy_protocol == "v1" ? 1 : 2, {});
}

}  // namespace

bool ReferenceSampler::wants(const handoff::Begin& begin, Instant now) {
  if (!noise_.is_on() || begin.is_streamed) return false;
  if (noise_.asks_primary() && !is_safe(begin.head.method)) return false;
  if (chance_of(begin.id) * 100 >= noise_.percent) return false;
  const auto passed = std::chrono::duration<double>(now - filled_at_).count();
  filled_at_ = now;
  const double most = noise_.max_per_second;
  tokens_ = std::min(most, tokens_ + passed * most);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

ReferenceCall::ReferenceCall(const Scene& scene)
    : scene_(scene),
      deadline_(net::Deadline::calling<&ReferenceCall::on_timeout>(scene.upstream.loop(), *this)),
      capture_(scene.config.diff.max_body_bytes) {
  capture_->charge(scene_.budget);
}

void ReferenceCall::start(const handoff::Begin& begin, Duration timeout) {
  assert(!begin.is_streamed && call_ == nullptr && is_waiting());
  auto head = begin.head;
  head.fields.add("Understudy-Reference", "1");
  upstream::CallEvents& events = *this;
  call_ = std::make_unique<upstream::Call>(scene_.upstream, events, upstream::Call::Deadlines{});
  call_->set_prologue(own_prologue(scene_.config));
  call_->start(head, begin.framing, begin.body, true, begin.trailers);
  deadline_.arm(timeout);
}

void ReferenceCall::expect(const handoff::CapturedAnswer& primary) {
  if (is_waiting()) capture_->expect(primary);
}

void ReferenceCall::on_head(http::ResponseHead&& head, const http::Framing& framing) {
  if (!is_waiting()) return;
  capture_->begin(std::move(head), framing.length);
  if (capture_->is_abandoned()) enter(State::failed);
}

void ReferenceCall::on_body(std::string_view piece) {
  if (!is_waiting()) return;
  capture_->add(piece);
  if (capture_->is_abandoned()) enter(State::failed);
}

void ReferenceCall::on_complete(http::Fields&& trailers) {
  if (!is_waiting()) return;
  auto answer = capture_->finish(std::move(trailers), 0);
  held_ = capture_->take_held(0);
  if (capture_->is_abandoned()) return enter(State::failed);
  answer_ = std::move(answer);
  enter(State::answered);
}

void ReferenceCall::on_failed(Error) {
  if (is_waiting()) enter(State::failed);
}

void ReferenceCall::on_timeout() {
  assert(is_waiting());
  enter(State::failed);
}

void ReferenceCall::enter(State state) {
  assert(is_waiting() && state != State::waiting);
  state_ = state;
  leave();
  scene_.owner.on_reference_done();
}

void ReferenceCall::give_up() {
  assert(is_waiting());
  state_ = State::failed;
  leave();
}

void ReferenceCall::leave() {
  deadline_.disarm();
  capture_.reset();
  if (call_ != nullptr) scene_.upstream.loop().retire(std::move(call_));
}

}  // namespace understudy::mirror
