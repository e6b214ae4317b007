#pragma once

#include <string>
#include <vector>

#include "understudy/config/accepted.h"
#include "understudy/report/summary.h"

namespace understudy::report {

// What people accept, and the day (UTC) on which it is asked for: "2026-12-31".
struct Accepting {
  std::vector<config::Acceptance> entries;
  std::string today;
};

// Takes what is accepted out of what differs: its signatures stand behind the others, and its
// exchanges count as Totals::accepted. A signature is accepted by name, or when several accepted
// ones of its endpoint make it up, or when one has its places and few others (three quarters of
// them are its own, and at least three); places that are noise do not count. One whose day is over
// goes on counting as different, and says so.
void accept(Summary& summary, const Accepting& accepting);

// "3f2a81c09d1e  GET /users/{id}, 12 times": for lists to choose from, harmless for terminals.
std::string choice_line(const Signature& signature);
// "3f2a81c09d1e of GET /users/{id}", harmless as well.
std::string label(const config::Acceptance& entry);
// "rounding was mended (Ann, until 2027-01-31)".
std::string reason_of(const config::Acceptance& entry);

// Every entry with its reason, and whether it is over.
std::string render_acceptances(const Accepting& accepting);
// One JSON object and a newline: schema_version, kind "acceptances", acceptances.
std::string acceptances_json(const Accepting& accepting);

}  // namespace understudy::report
