#include "mirror/contracts.h"

#include "understudy/base/limits.h"

namespace understudy::mirror {

const diff::Contract* Contracts::take(const std::string& endpoint, const diff::Answer& primary,
                                      diff::Comparer& comparer) {
  const auto name = endpoint + '\n' + static_cast<char>('0' + primary.status / 100);
  auto found = contracts_.find(name);
  if (found == contracts_.end()) {
    if (contracts_.size() >= limits::max_contracts) return nullptr;
    found = contracts_.try_emplace(name).first;
  }
  auto& contract = found->second;
  if (contract.wants_next()) {
    const auto before = contract.size();
    comparer.describe(primary, contract, limits::max_contract_places - places_);
    places_ += contract.size() - before;
  }
  return &contract;
}

}  // namespace understudy::mirror
