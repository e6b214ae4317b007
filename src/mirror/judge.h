#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mirror/contracts.h"
#include "mirror/learner.h"
#include "mirror/learnt_endpoints.h"
#include "mirror/recheck.h"
#include "mirror/shadow_run.h"
#include "understudy/diff/compare.h"
#include "understudy/record/record.h"

namespace understudy::mirror {

// Says what a run came to.
//
// Owner: a stage. Thread: its loop's.
class Judge {
 public:
  // Errors: bad_config for rules and templates that cannot be compiled.
  static Result<Judge> create(const config::Config& config, std::string privacy_key);

  // Everything that is counted. `id` and `target` are left out: they take time and are only for
  // what is written. `tainted`: why the session is, or empty.
  record::Exchange judge(const config::Shadow& shadow, const ShadowRun& run, const Ending& ending,
                         std::string_view tainted);
  // What it says of a difference that both sides were asked again. Requires: over. `now` is for
  // what the answers say of the time.
  record::Recheck judge(const Recheck& recheck, WallTime now);
  std::string redacted_target(const ShadowRun& run) const;
  // What a request's endpoint is called by all that is known before it is answered.
  std::string endpoint_of(const http::RequestHead& head);
  // As LearntEndpoints.
  std::vector<record::RenamedEndpoint> take_renamed() { return endpoints_.take_renamed(); }

 private:
  Judge(std::unique_ptr<diff::Comparer> comparer, LearntEndpoints endpoints, diff::NoiseMode mode)
      : comparer_(std::move(comparer)), endpoints_(std::move(endpoints)), learner_(mode) {}
  std::string endpoint_of(const ShadowRun& run, const Ending& ending);
  void compare(const ShadowRun& run, std::string_view tainted, record::Exchange& exchange);
  std::optional<diff::Comparison> compare_reference(const ShadowRun& run,
                                                    const record::Exchange& exchange);
  bool is_reference_down(const ShadowRun& run, WallTime now);

  std::unique_ptr<diff::Comparer> comparer_;
  LearntEndpoints endpoints_;
  Learner learner_;
  Contracts contracts_;
  std::uint32_t reference_errors_ = 0;  // in a row, where the primary had none
  WallTime told_reference_down_{};
};

}  // namespace understudy::mirror
