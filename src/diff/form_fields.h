#pragma once

#include <string>
#include <string_view>

namespace understudy::diff {

// A form (application/x-www-form-urlencoded) as a JSON object: names and values decoded, values of
// a name that is repeated as an array. Read as the URL standard says (WHATWG URL, 5.1), but that a
// name or value whose bytes are no UTF-8 stays coded.
//
// Requires: UTF-8. Every such text is a form.
std::string read_form(std::string_view body);

}  // namespace understudy::diff
