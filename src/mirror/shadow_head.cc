#include "mirror/shadow_head.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "understudy/base/ascii.h"

namespace understudy::mirror {

namespace {

bool is_framing(std::string_view name) {
  return ascii::iequals(name, "Content-Length") || ascii::iequals(name, "Transfer-Encoding");
}

bool is_in(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [name](const auto& one) { return ascii::iequals(one, name); });
}
bool is_in(const config::FieldList& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [name](const auto& one) { return ascii::iequals(one.first, name); });
}

// What replaces the Host of the request; nothing: it stays.
std::optional<std::string_view> other_host(const config::Shadow& shadow) {
  if (shadow.host == "preserve") return std::nullopt;
  if (shadow.host == "upstream") return shadow.url.authority;
  return shadow.host;
}

// What the configuration has to say about the fields for one shadow.
class Changes {
 public:
  Changes(const config::Shadow& shadow, const config::Route* route)
      : settings_(route != nullptr && route->override.has_set_headers ? route->override.set_headers
                                                                      : shadow.set_headers),
        removed_(route != nullptr && route->override.has_remove_headers
                     ? route->override.remove_headers
                     : shadow.remove_headers),
        host_(is_in(settings_, "Host") ? std::nullopt : other_host(shadow)) {}

  // Calls take(name, value) for each field to set.
  template <typename Take>
  void each_setting(Take take) const {
    for (const auto& [name, value] : settings_) {
      if (!is_framing(name)) take(name, value);
    }
    if (host_) take("Host", *host_);
  }
  bool sets(std::string_view name) const {
    return (host_ && ascii::iequals(name, "Host")) || (is_in(settings_, name) && !is_framing(name));
  }
  bool removes(std::string_view name) const { return is_in(removed_, name) && !is_framing(name); }

  // True if something is there already that is set or removed.
  bool concern(const http::Fields& fields) const {
    bool is_there = false;
    each_setting([&](std::string_view name, std::string_view) { is_there |= fields.has(name); });
    for (const auto& name : removed_) is_there |= !is_framing(name) && fields.has(name);
    return is_there;
  }

 private:
  const config::FieldList& settings_;
  const std::vector<std::string>& removed_;
  const std::optional<std::string_view> host_;
};

// What stays of the fields, with those that are set in the place of the first of their name.
http::Fields replaced(const http::Fields& fields, const Changes& changes) {
  http::Fields result;
  result.reserve(fields.size() + 2, fields.bytes());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = fields[i];
    if (changes.sets(field.name)) {
      if (result.has(field.name)) continue;
      changes.each_setting([&](std::string_view name, std::string_view value) {
        if (ascii::iequals(name, field.name)) result.add(name, value);
      });
    } else if (!changes.removes(field.name)) {
      result.add(field.name, field.value);
    }
  }
  changes.each_setting([&](std::string_view name, std::string_view value) {
    if (!fields.has(name)) result.add(name, value);
  });
  return result;
}

}  // namespace

// Most configurations only set what no request has.
void change_for_shadow(http::Fields& fields, const config::Shadow& shadow,
                       const config::Route* route) {
  const Changes changes(shadow, route);
  if (changes.concern(fields)) {
    fields = replaced(fields, changes);
  } else {
    changes.each_setting(
        [&](std::string_view name, std::string_view value) { fields.add(name, value); });
  }
}

http::RequestHead shadow_head(const config::Config& config, const handoff::Begin& request) {
  auto head = request.head;
  const auto* const route =
      request.route < 0 ? nullptr : &config.routes[static_cast<std::size_t>(request.route)];
  change_for_shadow(head.fields, config.shadows[request.shadow], route);
  return head;
}

}  // namespace understudy::mirror
