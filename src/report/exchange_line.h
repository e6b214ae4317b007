#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "understudy/record/record.h"

// An exchange's line, read without parsing it: the members that come first have fixed places.
namespace understudy::report {

// The members of one line as they stand there, JSON escapes not undone.
struct ExchangeStart {
  std::string_view id, time, outcome, reason, signature, shadow, endpoint;
  // From `outcome` to `shadow`: equal for exchanges that one example can stand for.
  std::string_view group;
};

// Nothing when the line is not an exchange. A line that another program laid out anew is parsed and
// written as ours into `scratch`, where the result then points.
std::optional<ExchangeStart> start_of(std::string_view line, std::string& scratch);

// The group of the exchanges that have this signature.
std::string group_of(const std::string& shadow, const std::string& signature);

}  // namespace understudy::report
