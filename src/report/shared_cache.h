#pragma once

#include "understudy/report/summary.h"

namespace understudy::report {

// Endpoints whose primary and reference answer out of one cache: there the reference says what the
// primary says, whatever noise both have, and the shadow would be to blame for all of it. It shows
// in header fields that tell each delivery apart, as ids of requests do: two answers that have the
// same there were one. Endpoints without such a field are as most others.
//
// Leaves out what the reference said of such endpoints, and marks them. Call it before judging.
void leave_out_cached_references(Summary& summary);

}  // namespace understudy::report
