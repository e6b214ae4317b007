#pragma once

#include <string_view>
#include <vector>

namespace understudy::diff {

// Whether the lines of one field say the same on both sides, in whatever words:
//
//   Cache-Control, Vary, Allow, Accept-Ranges, Access-Control-Allow-Methods ...   sets
//   Content-Type     type and charset in any case, parameters in any order, quoted or not
//   Expires, Last-Modified ...          the instant, in any of HTTP's three formats
//   Location, Content-Location          an URL (RFC 3986, 6.2.2 and 6.2.3)
//   Link             a set of URLs with parameters (RFC 8288)
//   Set-Cookie       names and attributes; of the value only that there is one, as it is made for
//                    each client anew; of an expiry, that it is as far from now
//
// Everything else is what it is, line by line, and so is what cannot be read.
bool say_the_same(std::string_view name, const std::vector<std::string_view>& a,
                  const std::vector<std::string_view>& b);

}  // namespace understudy::diff
