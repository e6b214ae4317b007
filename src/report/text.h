#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/clock.h"

// Text for a terminal: what comes out of a log was written by strangers.
namespace understudy::report {

// `text` without power over a terminal: control characters, invalid UTF-8 and marks that turn the
// direction of writing are written as escapes.
std::string harmless(std::string_view text);

// Columns that harmless text takes.
std::size_t columns(std::string_view text);

// Harmless text in at most `width` columns, "..." at the end of what was cut.
std::string cut(std::string_view text, std::size_t width);
// The same, with the cut in the middle: for paths, whose ends say most.
std::string cut_middle(std::string_view text, std::size_t width);
// `text` in lines of at most `width` columns.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// Cut and padded to exactly `width` columns.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

// Two values cut to `width` so that the first place where they differ is seen.
struct Both {
  std::string primary, shadow;
};
Both cut_around_difference(std::string_view primary, std::string_view shadow, std::size_t width);

std::string grouped(std::uint64_t number);                        // 12,345
std::string brief(std::uint64_t number);                          // 1,234 or 12.3k: 5 columns
std::string percent(std::uint64_t part, std::uint64_t whole);     // 3.1 %; 0 % of nothing
std::string duration(std::int64_t us);                            // 850 us, 1.25 ms, 2.50 s
std::string bytes(std::uint64_t count);                           // 321 B, 1.5 KiB
std::string counted(std::uint64_t number, std::string_view one);  // 1 request, 2 requests
std::string seconds_of(WallTime time);                            // 2026-01-01T00:00:00Z
// "percent" of a reason as people read it: "not_compared" -> "not compared".
std::string spelled(std::string_view name);

}  // namespace understudy::report
