#include "understudy/handoff/lane.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

namespace understudy::handoff {

std::string_view name(NotMirrored reason) {
  switch (reason) {
    case NotMirrored::percent:
      return "percent";
    case NotMirrored::method:
      return "method";
    case NotMirrored::route:
      return "route";
    case NotMirrored::loop:
      return "loop";
    case NotMirrored::upgrade:
      return "upgrade";
    case NotMirrored::max_inflight:
      return "max_inflight";
    case NotMirrored::max_memory:
      return "max_memory";
    case NotMirrored::overloaded:
      return "overloaded";
    case NotMirrored::client_aborted:
      return "client_aborted";
    case NotMirrored::early_answer:
      return "early_answer";
    case NotMirrored::shutdown:
      return "shutdown";
    case NotMirrored::count_:
      break;
  }
  assert(false);
  return {};
}

std::string_view name(LiveFailure reason) {
  switch (reason) {
    case LiveFailure::bad_request:
      return "bad_request";
    case LiveFailure::primary_failed:
      return "primary_failed";
    case LiveFailure::primary_timeout:
      return "primary_timeout";
    case LiveFailure::client_timeout:
      return "client_timeout";
    case LiveFailure::client_aborted:
      return "client_aborted";
    case LiveFailure::truncated:
      return "truncated";
    case LiveFailure::client_tls:
      return "client_tls";
    case LiveFailure::client_proxy:
      return "client_proxy";
    case LiveFailure::primary_tls:
      return "primary_tls";
    case LiveFailure::primary_tls_expired:
      return "primary_tls_expired";
    case LiveFailure::primary_tls_unknown_issuer:
      return "primary_tls_unknown_issuer";
    case LiveFailure::primary_tls_wrong_name:
      return "primary_tls_wrong_name";
    case LiveFailure::primary_tls_client_certificate:
      return "primary_tls_client_certificate";
    case LiveFailure::primary_tls_version:
      return "primary_tls_version";
    case LiveFailure::count_:
      break;
  }
  assert(false);
  return {};
}

Lane::~Lane() {
  std::vector<Parcel> rest;
  take(rest);
  rest.clear();
  [[maybe_unused]] const bool is_left = recycle(pushed_);
  assert(!is_left && "a parcel outlived its lane");
}

void Lane::push(Message message) {
  ++pushed_;
  auto envelope = std::make_unique<Envelope>(Envelope{std::move(message), home_});
  if (waiting_.push(*envelope.release()) && wake_) wake_();
}

void Lane::take(std::vector<Parcel>& out) {
  out.clear();
  for (auto* next = waiting_.take(); next != nullptr;) {
    out.emplace_back(*std::exchange(next, next->next));
  }
  std::reverse(out.begin(), out.end());
  taken_.add(out.size());
}

bool Lane::recycle(std::size_t most) {
  for (; most != 0; --most) {
    if (recycling_ == nullptr) recycling_ = home_.take();
    if (recycling_ == nullptr) break;
    const std::unique_ptr<Envelope> freed(std::exchange(recycling_, recycling_->next));
    ++freed_;
  }
  return freed_ != pushed_;
}

}  // namespace understudy::handoff
