#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "understudy/report/report.h"
#include "understudy/report/verdict.h"

// What a report says, however it is written: as text, as Markdown, as a page.
namespace understudy::report {

// What was found, in one sentence without a full stop, as the pieces that a line may end between.
std::vector<std::string> finding(const Summary& summary, const Verdict& verdict);

// Reasons that have a count, the most frequent first.
std::vector<std::pair<std::string, std::uint64_t>> by_frequency(const Counts& counts);

// The endpoint that a signature is of; an empty one if it is not there.
const Endpoint& endpoint_of(const Summary& summary, const Signature& signature);

// What a signature's judgement rests on: of its places the one with the most evidence speaks for
// all, they have one cause; and what came of it when such requests were asked again, as in
// "re-checked 3 times: persistent". Empty where there is nothing to add.
std::string evidence_of(const Endpoint& endpoint, const Signature& signature);

// The same of one of its places, with how often answers differ there, in all signatures: "differs
// in 48 of 200; certain: the reference differs in 0 of 120". Empty where the signature says as
// much.
std::string evidence_at(const Endpoint& endpoint, const Signature& signature,
                        const std::string& place, diff::Kind kind);

// "new since 2026-01-01T00:00:00Z"; empty of one that was always there.
std::string life_text(const Signature& signature);

// Of a group, how many signatures it is, and at which places not all of them differ.
std::string variants_text(const Signature& signature);

// Who accepts a signature why, a line each; or who did.
std::vector<std::string> acceptance_lines(const Signature& signature);

// An example's differences that are no noise, one of each (generalized place, kind): the elements
// of one array say the same thing. The gravest first.
std::vector<diff::Difference> telling(const record::Exchange& example);

// A value as it may be printed.
std::string shown_text(const diff::ShownValue& value);

// A place that is noise.
struct NoisePlace {
  const Endpoint* endpoint = nullptr;
  const Place* place = nullptr;
};
// All of them, the most frequent first.
std::vector<NoisePlace> noise_places(const Summary& summary);

// An endpoint whose latency is known.
struct TimedEndpoint {
  const Endpoint* endpoint = nullptr;
  const Timing* timing = nullptr;
};
// All of them, the busiest first.
std::vector<TimedEndpoint> busiest_endpoints(const Summary& summary, const Timings& timings);

// "too slow", "within limits", "may be too slow": what the verdict says of latency. Of an endpoint
// it judges the shift, of a shadow the high percentiles as well.
enum class LatencyOf { endpoint, shadow };
std::string_view latency_verdict(const Timing& timing, LatencyOf what);
// What that rests on.
const Percentile& slowest_percentile(const Timing& timing, LatencyOf what);

// "shadow v2"; "shadow" where it has no other name.
std::string shadow_in_words(const Shadow& shadow);

// "2026-01-01T00:00:00Z to 2026-01-01T00:00:10Z, 1 process run".
std::string period(const Summary& summary);

// What was read and what of the log is missing, as the pieces that a line may end between.
std::vector<std::string> log_facts(const Report& report);

// The reasons that the verdict line has not told already.
std::vector<Reason> other_reasons(const Summary& summary, const Verdict& verdict);

}  // namespace understudy::report
