#pragma once

#include <cstddef>
#include <string_view>

namespace understudy {

// How many bytes the two have in common from their beginning.
std::size_t shared_prefix(std::string_view a, std::string_view b);

}  // namespace understudy
