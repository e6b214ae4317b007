#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"
#include "understudy/config/config.h"

// Single values as people write them. The detail of an error says what was expected, to follow
// "must be": `a duration such as "250ms"`.
namespace understudy::config {

// "500us" "250ms" "10s" "5m" "1h".
Result<Duration> parse_duration(std::string_view text);
std::string print_duration(Duration duration);

// "64KiB" "1MiB" "4GiB" "10MB" "512B".
Result<std::size_t> parse_size(std::string_view text);
std::string print_size(std::size_t bytes);

// http://host, http://host:port, the same with https, with or without a closing slash.
Result<Url> parse_url(std::string_view text);

// The shortest text that reads back the same number, with a point or an exponent.
std::string print_number(double number);

}  // namespace understudy::config
