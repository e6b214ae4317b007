#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/limits.h"
#include "understudy/base/result.h"
#include "understudy/report/accept.h"
#include "understudy/report/log.h"
#include "understudy/report/summary.h"

namespace understudy::report {

// A whole log, read once. The figures come from windows alone, the examples from exchanges.
struct Report {
  Summary summary;
  std::uint64_t examples = 0;    // exchanges kept in full
  std::uint64_t torn_lines = 0;  // passed over
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
};

// What of a log is read.
struct Range {
  std::optional<WallTime> since;  // only windows that end after it
  std::optional<WallTime> until;  // only windows that begin before it
  // So many of the most frequent signatures get an example.
  std::size_t examples = limits::report_signatures;
  Accepting accepting = {};
  Reading reading = {};
};

// Whether a window from `from` to `to` is read.
bool is_within(const Range& range, WallTime from, WallTime to);

// Errors: bad_input when there is no log, no window in it (yet), or a newer schema_version; io.
Result<Report> load(const std::vector<std::string>& logs, const Range& range,
                    const Log::Progress& progress = {});

}  // namespace understudy::report
