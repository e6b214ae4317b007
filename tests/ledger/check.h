#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ledger/book.h"

namespace understudy::ledger {

// The proxy's own counts, summed over all windows of its log: "requests", "failures:<reason>",
// "received", "mirrored", "not_mirrored:<reason>", "same", "different", "noise",
// "tainted:<reason>", "shadow_failed:<reason>", "not_compared:<reason>".
using Counters = std::map<std::string, std::uint64_t>;

// What the three wrote down about the requests 1 to `last`, and what the proxy counted.
struct Ledger {
  std::uint64_t seed = 0;
  Id last = 0;
  std::uint64_t others = 0;       // requests of other clients, which have no number
  std::uint64_t more_others = 0;  // and those that may have come, too
  // There were faults that no request had planned: more may be cut or refused, but nothing may be
  // lost, doubled, swapped, damaged or miscounted.
  bool has_faults = false;
  Book client, primary, shadow;
  Counters counters;
};

// Every sentence names a request, or a sum, that is not as it must be. At most `most_findings` of
// each kind are spelled out.
std::vector<std::string> check(const Ledger& ledger);

// What the books say, in one line for people.
std::string summary(const Ledger& ledger);

}  // namespace understudy::ledger
