#include "diff/shared_text.h"

#include <cstddef>

#include "understudy/base/shared_prefix.h"

namespace understudy::diff {

bool SharedText::is_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const bool is_known =
      a_ != nullptr && a.data() >= begin_ && a.data() <= a_ && a_ - a.data() == b_ - b.data();
  if (is_known) return a_ - a.data() >= static_cast<std::ptrdiff_t>(a.size());
  const auto shared = shared_prefix(a, b);
  if (shared == a.size()) return true;
  begin_ = a.data();
  a_ = a.data() + shared;
  b_ = b.data() + shared;
  return false;
}

}  // namespace understudy::diff
