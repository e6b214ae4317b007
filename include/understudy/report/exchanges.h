#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/record/record.h"
#include "understudy/report/log.h"

namespace understudy::report {

// Which exchanges are wanted; an empty field lets everything pass.
struct Filter {
  std::string outcome;
  std::string endpoint;
  std::string signature;  // or its beginning
  std::string shadow;
};

// The filter, ready to be asked for each line of a log.
class ExchangeFilter {
 public:
  explicit ExchangeFilter(const Filter& filter);
  // `line` is an exchange's.
  bool wants(std::string_view line) const;

 private:
  Filter escaped_;  // as the values stand in a line
};

// Takes one exchange: its line, and what it says. False ends the list.
using TakeExchange = std::function<bool(std::string_view line, const record::Exchange& exchange)>;

// What an exchange's line says. Nothing when it is not JSON.
std::optional<record::Exchange> parse_exchange(std::string_view line);

// The last `limit` exchanges (0: all) that pass the filter, oldest first. Returns how many passed
// it. Errors: as Log::scan.
Result<std::uint64_t> list_exchanges(const Log& log, const Filter& filter, std::size_t limit,
                                     const TakeExchange& take);

// The exchanges with this id, or with an id that begins so: one for each shadow that had a copy.
// Errors (bad_input): none, or several ids begin so; and as Log::scan.
Result<std::vector<std::string>> find_exchange(const Log& log, const std::string& id);

// Reads on in a log that others are writing: across new segments, of any number of writers, whole
// lines only. What is not there yet is waited for; poll() never blocks.
class Follower {
 public:
  enum class Start { beginning, end };
  Follower(std::vector<std::string> paths, Start start);

  // Visits the lines that came since the last poll. Errors: as Log::scan.
  Result<void> poll(const std::function<void(const Line& line)>& visit);

 private:
  Result<void> read_on(const std::string& file, std::uint64_t& offset,
                       const std::function<void(const Line& line)>& visit) const;
  std::vector<std::string> paths_;
  bool skips_old_;
  std::map<std::string, std::uint64_t> offsets_;  // by file
};

}  // namespace understudy::report
