#pragma once

#include <string_view>

#include "understudy/base/result.h"
#include "understudy/http/head.h"

namespace understudy::http {

// The one place that decides how long a body is, whether the connection goes on, and which heads
// two servers could read differently and are therefore refused (RFC 9112, 6.3 and 9.3).

// Errors: bad_request for a head that must not go anywhere, unsupported for a coding or method that
// we do not speak.
Result<Framing> frame_request(const RequestHead& head);

// `method` is that of the request it answers. Errors: bad_answer.
Result<Framing> frame_response(const ResponseHead& head, std::string_view method);

// The target against its grammar (RFC 9112, 3.2): origin-form, absolute-form, `*` for OPTIONS.
Result<void> check_target(std::string_view method, std::string_view target);

}  // namespace understudy::http
