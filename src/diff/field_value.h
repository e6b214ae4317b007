#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy::diff {

// What the values of one field say, spelled in one way: two that say the same give the same.
//
//   Cache-Control, Vary, Allow, Accept-Ranges, Access-Control-Allow-Methods ...   sets
//   Content-Type     type and charset in any case, parameters in any order, quoted or not
//   Expires, Last-Modified ...          the instant, in any of HTTP's three formats
//   Location, Content-Location          an URL (RFC 3986, 6.2.2 and 6.2.3)
//   Link             a set of URLs with parameters (RFC 8288)
//   Set-Cookie       names and attributes; of the value, and of an expiry to come, only that there
//                    is one: both are made for each client anew
//
// Everything else is what it is, line by line. `values` are the field's lines in their order; what
// cannot be read stays as it is, too.
std::vector<std::string> meaning_of(std::string_view name,
                                    const std::vector<std::string_view>& values);

}  // namespace understudy::diff
