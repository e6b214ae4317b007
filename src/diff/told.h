#pragma once

#include <string>
#include <string_view>

namespace understudy::diff {

// A body told as JSON.
struct Told {
  std::string text;        // JSON
  std::string_view fault;  // why it is not what it claims to be, in the words of the log; or empty
};

}  // namespace understudy::diff
