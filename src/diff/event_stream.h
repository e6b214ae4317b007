#pragma once

#include <string_view>

#include "diff/told.h"

namespace understudy::diff {

// A stream of server-sent events as a JSON array with an object for each: "event", "id", "retry"
// and "data" as far as the server has set them. Data that is a JSON object or array stands there as
// such, other data as a string. Read as the HTML standard says (WHATWG HTML, 9.2.5 and 9.2.6):
// comments, unknown fields and an event that is cut off at the end count for nothing.
//
// Requires: UTF-8 without NUL. Any such text is a stream; yet one that has lines and no event is
// something else ("invalid_events").
Told read_events(std::string_view body);

}  // namespace understudy::diff
