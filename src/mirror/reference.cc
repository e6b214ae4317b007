#include "mirror/reference.h"

#include <utility>

#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/net/proxy_header.h"

namespace understudy::mirror {

namespace {

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

bool ReferenceSampler::wants(const handoff::Begin& begin, const Name& endpoint, Instant now) {
  if (!noise_.is_on() || begin.is_streamed || noise_.percent <= 0) return false;
  if (noise_.asks_primary() && !http::is_safe(begin.head.method)) return false;
  if (chance_of(begin.id) * 100 < noise_.percent) return tokens_.take(now);
  auto* const asked = asked_of(endpoint() + '\n' + std::to_string(begin.shadow));
  if (asked == nullptr || *asked >= limits::first_references || !tokens_.take(now)) return false;
  ++*asked;
  return true;
}

// Null: there are too many.
std::uint32_t* ReferenceSampler::asked_of(std::string&& endpoint) {
  const auto known = asked_.find(endpoint);
  if (known != asked_.end()) return &known->second;
  if (asked_.size() >= limits::max_window_endpoints) return nullptr;
  return &asked_.emplace(std::move(endpoint), 0).first->second;
}

CapturedCall::Start for_reference(const config::Config& config, const handoff::Begin& request) {
  CapturedCall::Start start{own_prologue(config), request.head};
  start.head.fields.add("Understudy-Reference", "1");
  return start;
}

}  // namespace understudy::mirror
