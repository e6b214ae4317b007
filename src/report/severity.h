#pragma once

#include <string>

#include "understudy/report/summary.h"

namespace understudy::report {

// Says how grave each place and each signature of a summary is, and how many exchanges are so
// grave. Requires that noise has been judged (report/noise.h).
//
// A signature is as grave as the places that are left of it when noise is taken away; so are the
// exchanges that were counted before logs told of severity, or before noise was known.
void judge_severity(Summary& summary);

// "10 breaking, 2 additive": of those that are at least so grave. Empty when there are none.
std::string by_severity(const diff::SeverityCounts& counts, diff::Severity least);

}  // namespace understudy::report
