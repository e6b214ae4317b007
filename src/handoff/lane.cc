#include "understudy/handoff/lane.h"

#include <cassert>

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

void Lane::push(Message message) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = messages_.empty();
    messages_.push_back(std::move(message));
    size_.store(messages_.size(), std::memory_order_relaxed);
  }
  if (was_empty && wake_) wake_();
}

void Lane::take(std::vector<Message>& out) {
  out.clear();
  const std::lock_guard lock(mutex_);
  std::swap(messages_, out);
  size_.store(0, std::memory_order_relaxed);
}

}  // namespace understudy::handoff
