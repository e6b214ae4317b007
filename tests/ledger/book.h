#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/plan.h"

namespace understudy::ledger {

// What one of the three wrote down about one request. The order of entries is that of the events.
struct Entry {
  enum class End : std::uint8_t {
    answered,  // client: a whole answer of a server; server: it sent one
    refused,   // client: the proxy's own answer; server: closed without reading, or answering
    cut,       // an answer that began and did not end as it should
    silent,    // client: the connection ended without an answer
    left,      // the client went away, as planned
    partial,   // server: the request did not come whole
    stuck,     // client: nothing came for a very long time
  };

  Id id = 0;
  std::uint32_t request_sum = 0;
  std::uint32_t answer_sum = 0;
  Id answer_id = 0;  // client: whose answer it says it is
  std::uint16_t status = 0;
  End end = End::answered;
  Side side = Side::primary;  // client: who says to have answered; server: who it is
};

// The entries of one writer, kept in memory and written at the end.
class Book {
 public:
  void add(const Entry& entry) { entries_.push_back(entry); }
  const std::vector<Entry>& entries() const { return entries_; }
  std::vector<Entry>& entries() { return entries_; }

  bool save(const std::string& path) const;
  // Empty when it cannot be read.
  static Book load(const std::string& path);

 private:
  std::vector<Entry> entries_;
};

}  // namespace understudy::ledger
