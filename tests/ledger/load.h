#pragma once

#include <cstdint>
#include <deque>

#include "ledger/book.h"
#include "ledger/poller.h"

namespace understudy::ledger {

// Clients that say what the plans of the requests first..last want, over some connections at a
// time, and write down what they hear.
class Load {
 public:
  struct Setup {
    std::uint16_t port = 0;
    std::uint64_t seed = 0;
    Id first = 1;
    Id last = 1;
    std::size_t connections = 64;
  };
  explicit Load(const Setup& setup) : setup_(setup), next_(setup.first) {}

  // Until every request has its entry.
  void run();
  const Book& book() const { return book_; }

 private:
  class Visit;
  // The requests that go out together on one connection; empty when all are under way.
  std::deque<Plan> next_batch();

  const Setup setup_;
  Id next_;
  Poller poller_;
  Book book_;
};

}  // namespace understudy::ledger
