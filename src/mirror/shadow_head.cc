#include "mirror/shadow_head.h"

#include <algorithm>
#include <optional>

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

// What replaces the Host of the request; nothing: it stays.
std::optional<std::string_view> other_host(const config::Shadow& shadow) {
  if (shadow.host == "preserve") return std::nullopt;
  if (shadow.host == "upstream") return shadow.url.authority;
  return shadow.host;
}

// The fields to set, each until it has found its place.
class Settings {
 public:
  Settings(const config::Shadow& shadow, const config::Route* route) {
    const bool is_overridden = route != nullptr && route->override.has_set_headers;
    for (const auto& [name, value] :
         is_overridden ? route->override.set_headers : shadow.set_headers) {
      if (!is_framing(name)) settings_.push_back({name, value, false});
    }
    const auto host = other_host(shadow);
    if (host && !names("Host")) settings_.push_back({"Host", *host, false});
  }

  bool names(std::string_view name) const {
    return std::any_of(settings_.begin(), settings_.end(),
                       [name](const auto& one) { return ascii::iequals(one.name, name); });
  }
  // Writes what is set under that name, unless it was written before.
  void place(std::string_view name, http::Fields& out) {
    for (auto& setting : settings_) {
      if (!setting.is_placed && ascii::iequals(setting.name, name)) write(setting, out);
    }
  }
  void place_rest(http::Fields& out) {
    for (auto& setting : settings_) {
      if (!setting.is_placed) write(setting, out);
    }
  }

 private:
  struct Setting {
    std::string_view name, value;
    bool is_placed;
  };
  static void write(Setting& setting, http::Fields& out) {
    out.add(setting.name, setting.value);
    setting.is_placed = true;
  }

  std::vector<Setting> settings_;
};

}  // namespace

http::RequestHead shadow_head(const http::RequestHead& head, const config::Shadow& shadow,
                              const config::Route* route) {
  const bool is_overridden = route != nullptr && route->override.has_remove_headers;
  const auto& removed = is_overridden ? route->override.remove_headers : shadow.remove_headers;
  Settings settings(shadow, route);
  http::RequestHead result{head.method, head.target, head.version, {}};
  result.fields.reserve(head.fields.size() + 2, head.fields.bytes());
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    const auto field = head.fields[i];
    if (settings.names(field.name)) {
      settings.place(field.name, result.fields);
    } else if (is_framing(field.name) || !is_in(removed, field.name)) {
      result.fields.add(field.name, field.value);
    }
  }
  settings.place_rest(result.fields);
  return result;
}

}  // namespace understudy::mirror
