#pragma once

#include <string>
#include <string_view>

namespace understudy::diff {

// Two JSON numbers have the same normal form exactly when they have the same decimal value: 1, 1.0
// and 10e-1 all become "1". No precision is lost, however many digits there are. Only exponents of
// more than 18 digits are beyond it: such numbers stay as they are written.
//
// Returns a view into `text` or `scratch`. Requires: `text` is a JSON number.
std::string_view normal_number(std::string_view text, std::string& scratch);

bool same_number(std::string_view a, std::string_view b);

// Below 0 if `a` is the smaller number, above 0 if it is the larger one, exactly. 0 also where one
// is beyond the normal form.
int number_order(std::string_view a, std::string_view b);

// True if the two differ by at most `tolerance`, or by so many percent of the larger one. Reckoned
// with 64 bits of mantissa.
bool within_tolerance(std::string_view a, std::string_view b, double tolerance);
bool within_percent(std::string_view a, std::string_view b, double percent);

}  // namespace understudy::diff
