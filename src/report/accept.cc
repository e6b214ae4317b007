#include "understudy/report/accept.h"

#include <algorithm>
#include <set>

#include "report/endpoints.h"
#include "report/groups.h"
#include "report/noise.h"

namespace understudy::report {

namespace {

using config::Acceptance;
using Places = std::set<std::string>;

// Takes `count` away, or all that there is; returns how much.
std::uint64_t take(std::uint64_t& from, std::uint64_t count) {
  const auto taken = std::min(from, count);
  from -= taken;
  return taken;
}

// Accepts what differs at one endpoint of one shadow.
class EndpointAccepter {
 public:
  EndpointAccepter(Endpoint& endpoint, const Accepting& accepting)
      : endpoint_(endpoint), accepting_(accepting) {}

  void look_at(Signature& signature) {
    signature.acceptances = by_name(signature);
    if (!signature.acceptances.empty()) {
      signature.is_accepted = signature.acceptances.front().holds_on(accepting_.today);
    } else {
      signature.acceptances = by_cause(signature);
      if (signature.acceptances.empty()) signature.acceptances = by_places(signature);
      signature.is_accepted = !signature.acceptances.empty();
    }
    if (signature.is_accepted) count(signature);
  }

  // A place is accepted when it is in accepted signatures only.
  void mark_places(const std::vector<const Signature*>& signatures) {
    std::set<std::pair<std::string, diff::Kind>> accepted, open;
    for (const auto* signature : signatures) {
      auto& places = signature->is_accepted ? accepted : open;
      places.insert(signature->places.begin(), signature->places.end());
    }
    for (auto& place : endpoint_.places) {
      const std::pair own(place.key.place, place.key.kind);
      place.is_accepted = accepted.contains(own) && !open.contains(own);
    }
  }

 private:
  // The one for this shadow alone before the one for all.
  std::vector<Acceptance> by_name(const Signature& signature) const {
    const Acceptance* best = nullptr;
    for (const auto& entry : accepting_.entries) {
      if (entry.signature != signature.id || !entry.is_for(signature.shadow)) continue;
      if (best == nullptr || best->shadow.empty()) best = &entry;
    }
    return best == nullptr ? std::vector<Acceptance>() : std::vector{*best};
  }

  // One at almost the same places, where this one has no other: what moves twenty fields moves
  // eighteen of them at times.
  std::vector<Acceptance> by_cause(const Signature& signature) const {
    const auto telling = telling_places(signature);
    for (const auto& entry : accepting_.entries) {
      const Places places(entry.places.begin(), entry.places.end());
      if (is_usable(entry) && Overlap{telling.size(), places.size()}.is_one_cause() &&
          std::includes(places.begin(), places.end(), telling.begin(), telling.end())) {
        return {entry};
      }
    }
    return {};
  }

  // Those that make it up; none when something is left.
  std::vector<Acceptance> by_places(const Signature& signature) const {
    const auto wanted = telling_places(signature);
    Places covered;
    std::vector<Acceptance> found;
    for (const auto& entry : accepting_.entries) {
      const Places places(entry.places.begin(), entry.places.end());
      if (!is_usable(entry) ||
          !std::includes(wanted.begin(), wanted.end(), places.begin(), places.end()))
        continue;
      covered.insert(places.begin(), places.end());
      found.push_back(entry);
    }
    return !wanted.empty() && covered == wanted ? found : std::vector<Acceptance>();
  }

  bool is_usable(const Acceptance& entry) const {
    return entry.endpoint == endpoint_.name && !entry.places.empty() &&
           entry.is_for(endpoint_.shadow) && entry.holds_on(accepting_.today);
  }

  Places telling_places(const Signature& signature) const {
    Places places;
    for (const auto& [place, kind] : signature.places) {
      if (judgement_of(endpoint_, place, kind) == diff::Judgement::noise) continue;
      places.insert(config::print_place(place, diff::name(kind)));
    }
    return places;
  }

  void count(const Signature& signature) {
    auto& totals = endpoint_.totals;
    const bool is_open = signature.judgement == diff::Judgement::unconfirmed;
    totals.accepted += take(is_open ? totals.unconfirmed : totals.different, signature.count);
    auto& by = is_open ? totals.unconfirmed_by : totals.different_by;
    take(by.additive, signature.severity.additive);
    take(by.suspicious, signature.severity.suspicious);
    take(by.breaking, signature.severity.breaking);
  }

  Endpoint& endpoint_;
  const Accepting& accepting_;
};

// By name, or the one whose cause it is.
bool is_of(const Acceptance& entry, const Signature& signature) {
  if (!entry.is_for(signature.shadow)) return false;
  const auto& used = signature.acceptances;
  return signature.id == entry.signature ||
         (used.size() == 1 && used.front().signature == entry.signature);
}

// Entries whose signature is not there: how often their endpoint was compared without it.
void find_unseen(Summary& summary, const Accepting& accepting) {
  for (const auto& entry : accepting.entries) {
    const bool is_seen = std::any_of(summary.signatures.begin(), summary.signatures.end(),
                                     [&](const auto& each) { return is_of(entry, each); });
    if (is_seen) continue;
    UnseenAcceptance unseen{entry, 0};
    for (const auto& endpoint : summary.endpoints) {
      const bool is_its = endpoint.name == entry.endpoint && entry.is_for(endpoint.shadow);
      if (is_its) unseen.compared += endpoint.totals.compared();
    }
    summary.unseen.push_back(std::move(unseen));
  }
}

}  // namespace

void accept(Summary& summary, const Accepting& accepting) {
  auto own = signatures_by_endpoint(summary);
  for (auto& endpoint : summary.endpoints) {
    const auto& signatures = own[{endpoint.shadow, endpoint.name}];
    EndpointAccepter accepter(endpoint, accepting);
    for (auto* const signature : signatures) accepter.look_at(*signature);
    accepter.mark_places({signatures.begin(), signatures.end()});
  }
  sum_judged(summary);
  find_unseen(summary, accepting);
  sort_signatures(summary);
  sort_endpoints(summary);
}

}  // namespace understudy::report
