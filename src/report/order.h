#pragma once

#include "understudy/report/summary.h"

namespace understudy::report {

// The most telling endpoints first.
void sort_endpoints(Summary& summary);

}  // namespace understudy::report
