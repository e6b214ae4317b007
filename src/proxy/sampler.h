#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/request_key.h"
#include "understudy/base/path_pattern.h"
#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/handoff/lane.h"
#include "understudy/http/head.h"

namespace understudy::proxy {

// Decides which live requests are copied to which shadow, by routes, methods and shares.
//
// Owner:  a worker. Thread: its loop; keeps the running counts of exact shares.
class Sampler {
 public:
  // Errors: bad_config for a path pattern or sample key that cannot be read.
  static Result<Sampler> create(config::Snapshot config);

  // What was decided for one request and one shadow.
  struct Decision {
    std::optional<handoff::NotMirrored> reason;  // unset: mirror it
    std::int32_t route = -1;                     // index into Config::routes, or -1
  };
  Decision decide(std::size_t shadow, const http::RequestHead& head, std::string_view client_ip);

 private:
  // An exact share: taken * 100 < seen * percent.
  struct Share {
    std::uint64_t seen = 0;
    std::uint64_t taken = 0;
    bool take(double percent);
  };
  struct Rule {
    std::vector<std::string> methods;
    double percent = 100.0;
    RequestKey key;
    config::FieldList mark;
    Share share;
  };
  struct Route {
    PathPattern path;
    std::vector<Rule> rules;  // per shadow
  };

  static Result<Rule> make_rule(const config::Shadow& shadow,
                                const config::Route::Override* override);
  std::int32_t find_route(std::size_t shadow, const http::RequestHead& head) const;

  config::Snapshot config_;
  std::vector<Rule> rules_;  // per shadow
  std::vector<Route> routes_;
};

}  // namespace understudy::proxy
