#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/diff/endpoint.h"
#include "understudy/diff/outline.h"
#include "understudy/record/record.h"

namespace understudy::mirror {

// Learns which words of paths are names of items: where many endpoints differ in one word and their
// answers look alike ("GET /articles/amber", "GET /articles/birch", ...), they are one,
// "GET /articles/{name}". A word whose answer looks otherwise ("GET /articles/latest") stays, and
// one that a template or a rule of the configuration names.
//
// Owner:   a judge. Thread: its stage's loop's.
// Bounded: limits::max_learnt_endpoints and max_learnt_templates. It forgets when the configuration
//          changes.
class LearntEndpoints {
 public:
  // Errors: bad_config for a template that cannot be compiled.
  static Result<LearntEndpoints> create(const config::Diff& diff);

  // Of the primary's answer; empty: it says nothing of what the endpoint's answers look like.
  using Look = std::function<std::optional<diff::Outline>()>;

  // What the request's endpoint is called by all that is known now, which may be what `look` adds;
  // that is asked at most once.
  std::string name(std::string_view method, std::string_view target, const Look& look);

  // Endpoints that were called otherwise before, since the last call.
  std::vector<record::RenamedEndpoint> take_renamed();

 private:
  struct Known {
    std::string name;                      // its own, or what it is part of
    std::optional<diff::Outline> outline;  // while it stands for itself
  };
  explicit LearntEndpoints(diff::EndpointNamer namer) : namer_(std::move(namer)) {}
  using Endpoints = std::map<std::string, Known, std::less<>>;

  bool is_kept(std::string_view inferred) const;
  std::string resolved(Endpoints::const_iterator at) const;
  const std::string* template_of(std::string_view inferred) const;
  void learn(const std::string& name, const diff::Outline& outline);
  std::vector<Endpoints::iterator> siblings(std::string_view before, std::string_view after,
                                            const diff::Outline& outline);

  diff::EndpointNamer namer_;
  bool learns_ = true;
  std::vector<std::string> kept_;  // with a "*" at the end: all that begin so
  Endpoints known_;
  std::vector<std::string> templates_;
  std::vector<record::RenamedEndpoint> renamed_;
};

}  // namespace understudy::mirror
