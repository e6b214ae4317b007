#pragma once

#include <cstddef>
#include <string_view>

namespace understudy::diff {

// In the usual form: five groups of hexadecimal digits, in any case.
constexpr std::size_t uuid_size = 36;
bool is_uuid(std::string_view text);

// True if a machine made this text up: only digits, a UUID, long hexadecimal with a digit, a ULID
// or the like, an IP address, a date, an email address. For JSON member names and path segments.
bool is_machine_id(std::string_view text);

// True if a step of a JSON pointer stands for one of many: an index, an id used as a name, a
// redacted secret.
bool is_variable_step(std::string_view step);

// True if a path segment names one thing of many: a machine's id, or one behind a short prefix
// ("ord-123", "cus_9s6XKzkNRiz8i3"). Never true for a file name.
bool is_id_segment(std::string_view segment);

}  // namespace understudy::diff
