#include "mirror/judge.h"

#include <tuple>
#include <utility>

#include "understudy/base/ascii.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/base/log.h"

namespace understudy::mirror {

namespace {

// After so many it is down.
constexpr std::uint32_t most_errors_in_a_row = 3;

diff::Answer seen(const handoff::CapturedAnswer& answer) {
  return {answer.head.status, &answer.head.fields, &answer.trailers,
          answer.kept_body(), answer.total_bytes,  answer.is_cut ? &answer.hashes : nullptr};
}

// What the answer depends on besides method, target and body: who asks, and what Vary names
// (RFC 9110, 12.5.5).
std::uint64_t hash_of_fields(const http::Fields& request, const http::Fields& answer) {
  std::uint64_t hash = 0;
  const auto add = [&](std::string_view name) {
    for (std::size_t i = 0; i < request.size(); ++i) {
      if (ascii::iequals(request[i].name, name)) hash = hash64(request[i].value, hash + 1);
    }
  };
  add("Authorization");
  add("Cookie");
  std::size_t names = 0;
  const auto vary = answer.joined("Vary");
  for (const auto name : ascii::split(vary, ',')) {
    if (++names > limits::max_vary_names) break;
    add(ascii::trim(name));
  }
  return hash;
}

Learner::Request request_of(const handoff::Begin& begin, const http::Fields& answer) {
  if (begin.is_streamed) return {};
  const auto& [method, target] = std::tie(begin.head.method, begin.head.target);
  const auto fields = hash_of_fields(begin.head.fields, answer);
  return {hash64(method, hash64(target, hash64(begin.body, fields))),
          method == "GET" || method == "HEAD"};
}

}  // namespace

Result<Judge> Judge::create(const config::Config& config, std::string privacy_key) {
  auto comparer = diff::Comparer::create(config.diff, config.privacy, std::move(privacy_key));
  if (!comparer) return comparer.error();
  auto endpoints = LearntEndpoints::create(config.diff);
  if (!endpoints) return endpoints.error();
  const auto mode = diff::noise_mode_of(config.noise.mode, config.noise.reference.text);
  return Judge(std::move(*comparer), std::move(*endpoints), mode);
}

record::Exchange Judge::judge(const config::Shadow& shadow, const ShadowRun& run,
                              const Ending& ending, std::string_view tainted) {
  const auto& begin = run.begin();
  record::Exchange exchange;
  exchange.time = begin.time;
  exchange.method = begin.head.method;
  exchange.endpoint = endpoint_of(run, ending);
  exchange.shadow = shadow.name;
  exchange.primary = run.primary_leg();
  exchange.shadow_leg = run.shadow_leg();
  if (ending.kind == Ending::Kind::both_answered) {
    compare(run, tainted, exchange);
  } else {
    exchange.outcome = ending.kind == Ending::Kind::shadow_failed ? record::Outcome::shadow_failed
                                                                  : record::Outcome::not_compared;
    exchange.reason = ending.reason;
  }
  return exchange;
}

// What the primary refused or could not do says nothing of an endpoint's answers.
std::string Judge::endpoint_of(const ShadowRun& run, const Ending& ending) {
  const auto& head = run.begin().head;
  return endpoints_.name(head.method, head.target, [&]() -> std::optional<diff::Outline> {
    if (ending.kind != Ending::Kind::both_answered) return std::nullopt;
    const auto answer = seen(run.primary_answer());
    if (answer.status / 100 != 2) return std::nullopt;
    return comparer_->outline(answer);
  });
}

std::string Judge::endpoint_of(const http::RequestHead& head) {
  return endpoints_.name(head.method, head.target, [] { return std::nullopt; });
}

record::Recheck Judge::judge(const Recheck& recheck, WallTime now) {
  using record::Recheck;
  const auto *const primary = recheck.primary_answer(), *const shadow = recheck.shadow_answer();
  if (primary == nullptr || shadow == nullptr) return Recheck::unstable;
  record::Exchange again;
  again.endpoint = recheck.first().endpoint;
  again.shadow = recheck.first().shadow;
  auto comparison = comparer_->compare(again.endpoint, seen(*primary), seen(*shadow), now);
  if (!comparison.is_comparable) return Recheck::unstable;
  again.differences = std::move(comparison.differences);
  if (learner_.is_noise(again, nullptr)) {
    return comparison.is_cut_short ? Recheck::unstable : Recheck::transient;
  }
  const bool is_same_again =
      diff::signature(again.endpoint, again.differences) == recheck.first().signature;
  return is_same_again ? Recheck::persistent : Recheck::unstable;
}

std::string Judge::redacted_target(const ShadowRun& run) const {
  return comparer_->redact_target(run.begin().head.target);
}

void Judge::compare(const ShadowRun& run, std::string_view tainted, record::Exchange& exchange) {
  auto comparison = comparer_->compare(exchange.endpoint, seen(run.primary_answer()),
                                       seen(run.shadow_answer()), exchange.time);
  exchange.note = std::move(comparison.note);
  if (!comparison.is_comparable) {
    exchange.outcome = record::Outcome::not_compared;
    exchange.reason = std::move(comparison.reason);
    return;
  }
  exchange.differences = std::move(comparison.differences);
  exchange.is_truncated = comparison.is_truncated;
  const auto reference = compare_reference(run, exchange);
  const auto* const also_differs = reference ? &reference->differences : nullptr;
  const auto* const contract =
      contracts_.take(exchange.endpoint, seen(run.primary_answer()), *comparer_);
  if (!tainted.empty() && !learner_.is_noise(exchange, also_differs)) {
    exchange.outcome = record::Outcome::tainted;
    exchange.reason = tainted;
    return;
  }
  const auto request = request_of(run.begin(), run.primary_answer().head.fields);
  learner_.take(exchange, also_differs, request, contract);
  exchange.signature = diff::signature(exchange.endpoint, exchange.differences);
  exchange.outcome = exchange.differences.empty() ? record::Outcome::same
                     : exchange.signature.empty() ? record::Outcome::noise
                                                  : record::Outcome::different;
  if (exchange.outcome != record::Outcome::noise || !comparison.is_cut_short) return;
  exchange.outcome = record::Outcome::not_compared;  // behind the noise there may be anything
  exchange.reason = "too_many_differences";
}

// Nothing: there is no reference to believe.
std::optional<diff::Comparison> Judge::compare_reference(const ShadowRun& run,
                                                         const record::Exchange& exchange) {
  if (!run.asks_reference()) return std::nullopt;
  const bool is_down = is_reference_down(run, exchange.time);
  if (is_down || run.reference_answer() == nullptr) return std::nullopt;
  auto comparison = comparer_->compare(exchange.endpoint, seen(run.primary_answer()),
                                       seen(*run.reference_answer()), exchange.time);
  if (!comparison.is_comparable) return std::nullopt;
  return comparison;
}

// Now and then every server fails, and that is noise; one that does nothing else is no reference.
bool Judge::is_reference_down(const ShadowRun& run, WallTime now) {
  const auto* const answer = run.reference_answer();
  const bool has_failed =
      answer == nullptr || (record::is_server_error(answer->head.status) &&
                            !record::is_server_error(run.primary_answer().head.status));
  reference_errors_ = has_failed ? reference_errors_ + 1 : 0;
  const bool is_down = reference_errors_ > most_errors_in_a_row;
  if (is_down && now >= told_reference_down_ + limits::reference_warning_pause) {
    told_reference_down_ = now;
    log::warning(
        "the reference gave no usable answer {} times in a row: noise is judged without it",
        reference_errors_);
  }
  return is_down;
}

}  // namespace understudy::mirror
