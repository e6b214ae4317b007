#include "report/groups.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "report/endpoints.h"
#include "report/noise.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

using PlaceCounts = std::map<std::pair<std::string, diff::Kind>, std::uint64_t>;

// Places that are noise come and go by themselves.
PlaceCounts telling_places(const Signature& signature, const Endpoint& endpoint) {
  PlaceCounts places;
  for (const auto& [place, kind] : signature.places) {
    if (judgement_of(endpoint, place, kind) == diff::Judgement::noise) continue;
    places[{place, kind}] = signature.count;
  }
  return places;
}

Overlap overlap_of(const PlaceCounts& a, const PlaceCounts& b) {
  Overlap overlap;
  for (const auto& [place, count] : a) overlap.shared += b.contains(place) ? 1U : 0U;
  overlap.all = a.size() + b.size() - overlap.shared;
  return overlap;
}

// Seen all the time when one of them was, or when one began where another ended.
Life life_of(Life a, Life b) {
  if (a == b) return a;
  if (a == Life::known || b == Life::known) return Life::known;
  return a == Life::back_again || b == Life::back_again ? Life::back_again : Life::known;
}

// A signature and those that it stands for.
class Group {
 public:
  Group(Signature& leader, PlaceCounts places)
      : leader_(leader), own_(places), all_(std::move(places)), smallest_(own_.size()) {}

  bool takes(const PlaceCounts& places) const {
    const auto all = overlap_of(all_, places).all;
    return overlap_of(own_, places).is_one_cause() &&
           Overlap{std::min(smallest_, places.size()), all}.is_one_cause();
  }

  void add(Signature& signature, const PlaceCounts& places) {
    for (const auto& [place, count] : places) all_[place] += count;
    smallest_ = std::min(smallest_, places.size());
    if (leader_.variants.empty()) leader_.variants.push_back({leader_.id, leader_.count});
    leader_.life = life_of(leader_.life, signature.life);
    leader_.first_seen = std::min(leader_.first_seen, signature.first_seen);
    leader_.last_seen = std::max(leader_.last_seen, signature.last_seen);
    leader_.severity += signature.severity;
    leader_.rechecks += signature.rechecks;
    leader_.count += signature.count;
    add_acceptances(signature);
    leader_.variants.push_back({std::move(signature.id), std::exchange(signature.count, 0)});
  }

  void finish() {
    if (leader_.variants.empty()) return;
    leader_.places.clear();
    for (auto& [place, count] : all_) {
      leader_.places.push_back(place);
      leader_.place_counts.push_back(count);
    }
  }

 private:
  void add_acceptances(Signature& signature) {
    for (auto& entry : signature.acceptances) {
      const bool is_known = std::any_of(
          leader_.acceptances.begin(), leader_.acceptances.end(), [&](const auto& known) {
            return known.signature == entry.signature && known.shadow == entry.shadow;
          });
      if (!is_known) leader_.acceptances.push_back(std::move(entry));
    }
  }

  Signature& leader_;
  PlaceCounts own_;  // of the leader
  PlaceCounts all_;
  std::size_t smallest_;  // places of the member that has the fewest
};

// What the signatures of a group have in common.
auto kinship(const Signature& signature) {
  return std::tuple(signature.judgement, signature.severity.worst(), signature.is_accepted);
}

void group_endpoint(std::vector<Signature*>& signatures, const Endpoint& endpoint) {
  std::stable_sort(signatures.begin(), signatures.end(), [](const auto* a, const auto* b) {
    return std::tuple(b->count, std::string_view(a->id)) <
           std::tuple(a->count, std::string_view(b->id));
  });
  std::map<decltype(kinship(*signatures.front())), std::vector<Group>> kin;
  for (auto* const signature : signatures) {
    auto places = telling_places(*signature, endpoint);
    auto& groups = kin[kinship(*signature)];
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const Group& group) { return group.takes(places); });
    if (found != groups.end()) {
      found->add(*signature, places);
    } else if (groups.size() < limits::report_examples) {
      groups.emplace_back(*signature, std::move(places));
    }
  }
  for (auto& [key, groups] : kin) {
    for (auto& group : groups) group.finish();
  }
}

}  // namespace

// Of fewer than four places, one that comes and goes is a cause of its own.
bool Overlap::is_one_cause() const {
  constexpr std::size_t fewest_shared = 3, quarters = 4;
  if (shared == all) return shared != 0;
  return shared >= fewest_shared && shared * quarters >= all * (quarters - 1);
}

void group_signatures(Summary& summary) {
  auto own = signatures_by_endpoint(summary);
  for (const auto& endpoint : summary.endpoints) {
    group_endpoint(own[{endpoint.shadow, endpoint.name}], endpoint);
  }
  std::erase_if(summary.signatures, [](const Signature& each) { return each.count == 0; });
  sort_signatures(summary);
}

}  // namespace understudy::report
