#include "mirror/learner.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "understudy/base/ascii.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/diff/compare.h"

namespace understudy::mirror {

namespace {

using diff::Difference;
using diff::Judgement;
using diff::Kind;
using diff::PlaceCounts;
using diff::PlaceKey;
using diff::ValueClass;

constexpr double certain = 1 / limits::noise_alpha;

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// Of a value as JSON text, by its first character; what is a file's type stays as it is.
std::string_view type_of(std::string_view text) {
  const auto first = text.substr(0, 1);
  if (first == "-" || (!first.empty() && ascii::is_digit(first.front()))) return "number";
  if (first == "t" || first == "f") return "boolean";
  return first;
}

// Whether a field is there at all says nothing when only what differs is seen. The first element
// that is lost from a list that is the same each time is the same one.
bool tells_of_repeats(const PlaceKey& key) {
  if (diff::is_extra(key.kind)) return false;
  return !diff::is_missing(key.kind) || diff::is_many(key.place);
}

std::string_view reason(const PlaceKey& key, const diff::Judged& judged) {
  return judged.why == "class" ? diff::name(key.value_class) : judged.why;
}

}  // namespace

void Learner::take(record::Exchange& exchange, const std::vector<Difference>* reference,
                   const Request& request, const diff::Contract* contract) {
  exchange.is_referenced = reference != nullptr;
  exchange.observations = diff::observe(exchange.differences, reference);
  auto& endpoint = endpoint_of(exchange);
  ++endpoint.exposure.compared;
  if (exchange.is_referenced) ++endpoint.exposure.referenced;

  for (auto& observation : exchange.observations) {
    weigh(exchange, observation, contract);
    auto* const place = place_of(endpoint, observation.key);
    if (place == nullptr) continue;
    if (!observation.differences.empty()) {
      const auto& first = exchange.differences[observation.differences.front()];
      look_back(*place, exchange, observation, request);
      look_at_form(*place, first, exchange.time, observation.counts);
    }
    place->counts += observation.counts;
  }
  mark_noise(exchange, exchange.observations, endpoint);
}

bool Learner::is_noise(record::Exchange& exchange, const std::vector<Difference>* reference) {
  const auto observations = diff::observe(exchange.differences, reference);
  return mark_noise(exchange, observations, endpoint_of(exchange));
}

// True: all that the shadow's answer differs in is.
bool Learner::mark_noise(record::Exchange& exchange,
                         const std::vector<diff::Observation>& observations,
                         const Endpoint& endpoint) const {
  bool is_all_noise = true;
  if (diff::tells_of_status_only(exchange.differences)) {
    for (auto& difference : exchange.differences) difference.noise = "follows the status";
  }
  for (const auto& observation : observations) {
    if (observation.differences.empty()) continue;
    const auto why = why_noise(endpoint, observation);
    is_all_noise &= !why.empty();
    for (const auto index : observation.differences) exchange.differences[index].noise = why;
  }
  return is_all_noise;
}

// What a client would notice of the differences at one place.
void Learner::weigh(record::Exchange& exchange, diff::Observation& observation,
                    const diff::Contract* contract) {
  if (observation.differences.empty()) return;
  auto worst = diff::Severity::additive;
  for (const auto index : observation.differences) {
    auto& difference = exchange.differences[index];
    const auto& place = observation.key.place;
    const auto status = exchange.primary.status;
    difference.severity = contract == nullptr ? diff::severity_of(difference, place, status)
                                              : contract->severity_of(difference, place, status);
    worst = std::max(worst, difference.severity);
  }
  observation.counts.severity.add(worst, 1);
}

// The endpoint, or one that is forgotten at once when there are too many.
Learner::Endpoint& Learner::endpoint_of(const record::Exchange& exchange) {
  const auto name = exchange.shadow + '\n' + exchange.endpoint;
  const auto found = endpoints_.find(name);
  if (found != endpoints_.end()) return found->second;
  if (endpoints_.size() < limits::max_window_endpoints) return endpoints_[name];
  passing_ = {};
  return passing_;
}

// Null: there are too many.
Learner::Place* Learner::place_of(Endpoint& endpoint, const PlaceKey& key) {
  const auto found = endpoint.places.find(key);
  if (found != endpoint.places.end()) return &found->second;
  if (places_ >= limits::max_learnt_places) return nullptr;
  ++places_;
  return &endpoint.places[key];
}

// What the primary said there before: to the same request, and of numbers the last time.
void Learner::look_back(Place& place, const record::Exchange& exchange,
                        diff::Observation& observation, const Request& request) {
  if (!tells_of_repeats(observation.key)) return;
  const auto& difference = exchange.differences[observation.differences.front()];
  const auto& text = difference.primary.text;
  auto& counts = observation.counts;
  look_at_number(place, exchange, text, counts);
  // What a request changes it does not put in another order.
  const bool may_repeat = request.is_repeatable || difference.kind == Kind::order;
  if (request.hash == 0 || !may_repeat) return;
  // Of a type that is another one the type counts.
  const auto what = difference.kind == Kind::type ? type_of(text) : std::string_view(text);
  // Of a long value only a part is known.
  const auto whole = difference.primary.hash;
  const bool is_known = !difference.primary.is_cut || whole != 0 || difference.kind == Kind::type;
  const auto steps = place.number ? place.number->steps : 0;
  // Elements have no place of their own.
  const bool is_element = diff::is_missing(difference.kind);
  const Seen now{hash64(is_element ? observation.key.place : difference.place, request.hash),
                 hash64(what, whole + (is_element ? hash64(difference.place) : 0)), steps};
  const auto before = std::find_if(place.seen.begin(), place.seen.end(),
                                   [&](const Seen& seen) { return seen.where == now.where; });
  if (before != place.seen.end()) {
    if (is_known) {
      (before->what == now.what ? counts.steady : counts.varied) = 1;
      counts.stuck = counts.steady != 0 && before->steps != steps ? 1 : 0;
    }
    *before = now;
    return;
  }
  if (place.seen.size() == limits::learnt_requests) place.seen.erase(place.seen.begin());
  place.seen.push_back(now);
}

// Of requests that were under way together none was first.
void Learner::look_at_number(Place& place, const record::Exchange& exchange, std::string_view text,
                             PlaceCounts& counts) {
  const auto value = number_in(text);
  if (!value || (place.number && exchange.time < place.number->until)) return;
  const auto last = place.number ? place.number->value : *value;
  counts.rises = *value > last ? 1 : 0;
  counts.falls = *value < last ? 1 : 0;
  const auto steps = place.number ? place.number->steps : 0;
  place.number = Number{*value, exchange.time + Duration(exchange.primary.duration_us),
                        steps + counts.rises + counts.falls};
}

void Learner::look_at_form(Place& place, const Difference& difference, WallTime now,
                           PlaceCounts& counts) {
  if (difference.kind != Kind::value || difference.value_class != ValueClass::none) return;
  const auto& text = difference.primary.text;
  if (!place.last_text.empty()) {
    // The same text again, within one second for example, is what the last change was; before the
    // first one it is what that will be.
    const bool is_first = !place.is_alike;
    if (text != place.last_text) place.is_alike = diff::are_alike(place.last_text, text, now);
    if (!place.is_alike) {
      ++place.before_any_change;
    } else if (*place.is_alike) {
      counts.alike = 1 + (is_first ? place.before_any_change : 0);
    }
  }
  place.last_text = text;
}

// Empty: it is the shadow's.
std::string_view Learner::why_noise(const Endpoint& endpoint, const diff::Observation& own) const {
  const auto& key = own.key;
  const auto known = endpoint.places.find(key);
  const auto& counts = known == endpoint.places.end() ? own.counts : known->second.counts;
  const auto beside = diff::counts_beside(endpoint.places, key);
  const auto judged = diff::judge_place(key, counts, beside, endpoint.exposure, certain, mode_);
  if (judged.judgement == Judgement::noise) return reason(key, judged);
  // Until the evidence is there: this time, at least, the primary differs from itself.
  const bool is_shared = judged.judgement == Judgement::unconfirmed && own.counts.both != 0;
  return is_shared ? "reference" : "";
}

}  // namespace understudy::mirror
