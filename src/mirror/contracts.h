#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "understudy/diff/compare.h"
#include "understudy/diff/contract.h"

namespace understudy::mirror {

// What the primary's answers have in common, endpoint by endpoint and class of status by class.
//
// Owner:   a judge. Thread: its stage's loop's.
// Bounded: limits::max_contracts, and max_contract_places of all together. It forgets when the
//          configuration changes.
class Contracts {
 public:
  // Takes in an answer of the primary and returns what is known of such answers. Null: there are
  // too many endpoints. Valid until the next call.
  const diff::Contract* take(const std::string& endpoint, const diff::Answer& primary,
                             diff::Comparer& comparer);

 private:
  std::map<std::string, diff::Contract> contracts_;
  std::size_t places_ = 0;
};

}  // namespace understudy::mirror
