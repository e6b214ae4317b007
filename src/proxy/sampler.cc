#include "proxy/sampler.h"

#include <algorithm>
#include <utility>

#include "understudy/base/hash.h"

namespace understudy::proxy {

namespace {

constexpr std::string_view default_mark = "Understudy-Shadow";

bool method_is_in(const std::vector<std::string>& methods, std::string_view method) {
  return std::any_of(methods.begin(), methods.end(),
                     [&](const auto& each) { return each == "*" || each == method; });
}

bool has_all(const config::FieldList& wanted, const http::Fields& fields) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& field) {
    const auto value = fields.find(field.first);
    return value.data() != nullptr && (field.second == "*" || field.second == value);
  });
}

// A request that is a copy already: it carries our mark, or all that this shadow's copies carry.
bool is_marked(const config::FieldList& mark, const http::Fields& fields) {
  return fields.has(default_mark) || (!mark.empty() && has_all(mark, fields));
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

}  // namespace

bool Sampler::Share::take(double percent) {
  ++seen;
  const bool takes = static_cast<double>(taken) * 100.0 < static_cast<double>(seen) * percent;
  if (takes) ++taken;
  return takes;
}

Result<Sampler::Rule> Sampler::make_rule(const config::Shadow& shadow,
                                         const config::Route::Override* override) {
  const auto key = RequestKey::parse("sample_key", override != nullptr && override->has_sample_key
                                                       ? override->sample_key
                                                       : shadow.sample_key);
  if (!key) return key.error();
  Rule rule{shadow.methods, shadow.percent, *key, shadow.set_headers, {}};
  if (override == nullptr) return rule;
  if (override->has_percent) rule.percent = override->percent;
  if (override->has_mirror_methods) rule.methods = override->mirror_methods;
  if (override->has_set_headers) rule.mark = override->set_headers;
  return rule;
}

Result<Sampler> Sampler::create(config::Snapshot config) {
  Sampler sampler;
  for (const auto& shadow : config->shadows) {
    auto rule = make_rule(shadow, nullptr);
    if (!rule) return rule.error();
    sampler.rules_.push_back(std::move(*rule));
  }
  for (const auto& route : config->routes) {
    auto path = PathPattern::parse(route.path);
    if (!path) return path.error();
    Route compiled{std::move(*path), {}};
    for (const auto& shadow : config->shadows) {
      auto rule = make_rule(shadow, &route.override);
      if (!rule) return rule.error();
      compiled.rules.push_back(std::move(*rule));
    }
    sampler.routes_.push_back(std::move(compiled));
  }
  sampler.config_ = std::move(config);
  return sampler;
}

std::int32_t Sampler::find_route(std::size_t shadow, const http::RequestHead& head) const {
  const auto path = path_of(head.target);
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const auto& route = config_->routes[i];
    if (!route.shadow.empty() && route.shadow != config_->shadows[shadow].name) continue;
    if (!method_is_in(route.methods, head.method) || !has_all(route.headers, head.fields)) continue;
    if (routes_[i].path.matches(path)) return static_cast<std::int32_t>(i);
  }
  return -1;
}

Sampler::Decision Sampler::decide(std::size_t shadow, const http::RequestHead& head,
                                  std::string_view client_ip) {
  Decision decision;
  decision.route = routes_.empty() ? -1 : find_route(shadow, head);
  const auto route = static_cast<std::size_t>(decision.route);
  auto& rule = decision.route < 0 ? rules_[shadow] : routes_[route].rules[shadow];
  if (is_marked(rule.mark, head.fields)) {
    decision.reason = handoff::NotMirrored::loop;
  } else if (decision.route >= 0 && !config_->routes[route].mirror) {
    decision.reason = handoff::NotMirrored::route;
  } else if (!method_is_in(rule.methods, head.method)) {
    decision.reason = handoff::NotMirrored::method;
  } else if (const auto key = rule.key.of(head, client_ip)) {
    // Nested sets: the 5 % are among the 10 %, on every machine and after every restart.
    const double position = static_cast<double>(hash64(*key)) / 0x1p64;
    if (position * 100.0 >= rule.percent) decision.reason = handoff::NotMirrored::percent;
  } else if (!rule.share.take(rule.percent)) {
    decision.reason = handoff::NotMirrored::percent;
  }
  return decision;
}

}  // namespace understudy::proxy
