#pragma once

#include <string>

#include "understudy/report/summary.h"

namespace understudy::report {

// Judges every place of a merged summary, and what follows of it: which signatures are the
// shadow's, which are not certain yet, and how many exchanges are noise after all. Signatures that
// are noise go; a place that was taken for noise until enough was seen gets a signature of its own.
void judge_noise(Summary& summary, diff::NoiseMode mode);

// The gravest that is said of the place, whatever the class of its values. Requires: judge_noise().
diff::Judgement judgement_of(const Endpoint& endpoint, const std::string& place, diff::Kind kind);

// What a judgement rests on, as people say it: "certain: the reference differs in 0 of 120". Empty
// where there is nothing to add.
std::string evidence(const Place& place, const Endpoint& endpoint);

}  // namespace understudy::report
