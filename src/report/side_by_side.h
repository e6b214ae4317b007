#pragma once

#include <string>

#include "understudy/diff/finding.h"
#include "understudy/report/render.h"

namespace understudy::report {

// The columns of a list of differences: place, kind, and the two values.
struct Columns {
  std::size_t indent = 4;
  std::size_t place = 0;
  std::size_t kind = 0;
  std::size_t value = 0;  // each of both
};
Columns columns_for(const std::vector<diff::Difference>& differences, const Style& style);

// "missing"; "45 missing at the end"; "order, 2 elements moved".
std::string kind_in_words(const diff::Difference& difference);

// "place  kind  primary  shadow".
std::string difference_heading(const Columns& columns, const Style& style);

// One difference in one line, or, when a value is too long for its column, in three: values are cut
// so that the place where they part is seen.
std::string short_difference(const diff::Difference& difference, const Columns& columns,
                             const Style& style);

// One difference with both values whole, wrapped side by side; in colour, words that the other side
// has not stand out.
std::string whole_difference(const diff::Difference& difference, const Style& style);

}  // namespace understudy::report
