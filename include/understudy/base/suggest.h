#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy {

// The candidate that `word` was probably meant to be: at most a third of it mistyped (letters
// added, lost, changed or swapped). Empty when nothing is that close.
std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates);

// `; did you mean "x"?` for the closest candidate, or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace understudy
