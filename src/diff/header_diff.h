#pragma once

#include <string>
#include <vector>

#include "diff/findings.h"
#include "diff/privacy.h"
#include "diff/rules.h"
#include "understudy/http/head.h"

namespace understudy::diff {

// Two field sections and what their comparison works with.
struct FieldPair {
  const http::Fields& primary;
  const http::Fields& shadow;
  const std::vector<std::string>& ignored;  // names, any case
  const RuleSet& rules;
  const Redactor& redactor;
  // The same bytes came with them. Then Content-Length, which is framing else, means something (in
  // answers to HEAD), and so does what is made of the bytes: ETag, digests. Otherwise the body says
  // it better.
  bool is_same_body = false;
};

// The usual case: the same lines in the same order, names in any case.
bool same_fields(const http::Fields& a, const http::Fields& b);

// Adds "header:Name" or "trailer:Name" (as `where` says) for each field that was lost, added or
// changed (see field_value.h), in the order of the primary; what only the shadow has stands behind.
// Names in any case.
// Several lines of one name mean the same as one line with the values in that order (RFC
// 9110, 5.3); the same lines in another order are kind order.
void compare_fields(Rule::Where where, const FieldPair& pair, Findings& findings);

}  // namespace understudy::diff
