#pragma once

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/report/summary.h"

// What is done to the endpoints of a summary, whoever judges them.
namespace understudy::report {

// The most telling ones first.
void sort_endpoints(Summary& summary);

// In the order of Summary::signatures.
void sort_signatures(Summary& summary);

// What of the totals of shadows is a judgement, anew from those of their endpoints.
void sum_judged(Summary& summary);

// The signatures of each endpoint, by shadow and name. Valid while `summary` is not changed.
using SignaturesByEndpoint =
    std::map<std::pair<std::string_view, std::string_view>, std::vector<Signature*>>;
SignaturesByEndpoint signatures_by_endpoint(Summary& summary);

}  // namespace understudy::report
