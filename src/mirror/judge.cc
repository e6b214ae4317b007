#include "mirror/judge.h"

#include <utility>

namespace understudy::mirror {

namespace {

diff::Answer seen(const handoff::CapturedAnswer& answer) {
  return {answer.head.status, &answer.head.fields, &answer.trailers,
          answer.kept_body(), answer.total_bytes,  answer.is_cut ? &answer.hashes : nullptr};
}

}  // namespace

Result<Judge> Judge::create(const config::Config& config, std::string privacy_key) {
  auto comparer = diff::Comparer::create(config.diff, config.privacy, std::move(privacy_key));
  if (!comparer) return comparer.error();
  auto namer = diff::EndpointNamer::create(config.diff.endpoints);
  if (!namer) return namer.error();
  return Judge(std::move(*comparer), std::move(*namer));
}

record::Exchange Judge::judge(const config::Shadow& shadow, const ShadowRun& run,
                              const Ending& ending) {
  const auto& begin = run.begin();
  record::Exchange exchange;
  exchange.time = begin.time;
  exchange.method = begin.head.method;
  exchange.endpoint = namer_.name(begin.head.method, begin.head.target);
  exchange.shadow = shadow.name;
  exchange.primary = run.primary_leg();
  exchange.shadow_leg = run.shadow_leg();
  if (ending.kind == Ending::Kind::both_answered) {
    compare(run, exchange);
  } else {
    exchange.outcome = ending.kind == Ending::Kind::shadow_failed ? record::Outcome::shadow_failed
                                                                  : record::Outcome::not_compared;
    exchange.reason = ending.reason;
  }
  return exchange;
}

std::string Judge::redacted_target(const ShadowRun& run) const {
  return comparer_->redact_target(run.begin().head.target);
}

void Judge::compare(const ShadowRun& run, record::Exchange& exchange) {
  auto comparison =
      comparer_->compare(exchange.endpoint, seen(run.primary_answer()), seen(run.shadow_answer()));
  exchange.note = std::move(comparison.note);
  if (!comparison.is_comparable) {
    exchange.outcome = record::Outcome::not_compared;
    exchange.reason = std::move(comparison.reason);
    return;
  }
  exchange.outcome =
      comparison.differences.empty() ? record::Outcome::same : record::Outcome::different;
  exchange.signature = diff::signature(exchange.endpoint, comparison.differences);
  exchange.differences = std::move(comparison.differences);
  exchange.is_truncated = comparison.is_truncated;
}

}  // namespace understudy::mirror
