#pragma once

#include <cstdint>

#include "ledger/book.h"
#include "ledger/poller.h"

namespace understudy::ledger {

// A primary or a shadow: answers each request by its plan, and writes down each that it saw, in
// order. Requests without a number get a small answer and are only counted.
class Server {
 public:
  Server(Side side, std::uint64_t seed) : side_(side), seed_(seed) {}

  // 0 if it cannot listen there.
  std::uint16_t listen(std::uint16_t port);
  void turn(std::chrono::milliseconds longest) { poller_.turn(longest); }
  // Faults that no request planned: all connections end in a reset; none is taken any more.
  void reset_all();
  void stop_listening() { poller_.stop_listening(); }

  const Book& book() const { return book_; }
  std::uint64_t others() const { return others_; }

 private:
  class Visit;

  const Side side_;
  const std::uint64_t seed_;
  Poller poller_;
  Book book_;
  std::uint64_t others_ = 0;
};

// The number in "/ledger/123"; 0 if there is none.
Id id_in(std::string_view target);

}  // namespace understudy::ledger
