#include "understudy/diff/endpoint.h"

#include <algorithm>

#include "diff/identifier.h"
#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

// "GET /path" has a method, "/path" has none.
std::string_view method_of(std::string_view text) {
  const auto space = text.find(' ');
  return space == text.npos ? std::string_view() : text.substr(0, space);
}

// The path of an origin-form or absolute-form target, without query and fragment.
std::string_view path_of(std::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  if (target.empty() || target.front() == '/') return target;
  const auto scheme = target.find("://");
  if (scheme == target.npos) return target;  // "*", "host:port"
  const auto path = target.find('/', scheme + 3);
  return path == target.npos ? std::string_view("/") : target.substr(path);
}

void append_inferred(std::string_view path, std::string& name) {
  for (;;) {
    const auto segment = path.substr(0, path.find('/'));
    name.append(is_id_segment(segment) ? "{id}" : segment);
    if (segment.size() == path.size()) return;
    name += '/';
    path.remove_prefix(segment.size() + 1);
  }
}

}  // namespace

Result<EndpointNamer> EndpointNamer::create(const std::vector<std::string>& templates) {
  EndpointNamer namer;
  for (const std::string_view text : templates) {
    const auto method = method_of(text);
    const auto rest = method.empty() ? text : text.substr(method.size() + 1);
    auto path = PathPattern::parse(ascii::trim(rest));
    if (!path) return path.error();
    namer.templates_.push_back({std::string(method), std::move(*path)});
  }
  return namer;
}

std::string EndpointNamer::name(std::string_view method, std::string_view target) const {
  const auto path = path_of(target);
  std::string name;
  name.reserve(method.size() + 1 + path.size());
  name.append(method) += ' ';
  if (const auto* const known = template_of(method, path)) {
    name.append(known->path.text());
  } else if (path.empty() || path.front() != '/') {
    name.append(path);
  } else {
    append_inferred(path, name);
  }
  return name;
}

bool EndpointNamer::has_template(std::string_view method, std::string_view target) const {
  return template_of(method, path_of(target)) != nullptr;
}

// The first that fits; null: none does.
const EndpointNamer::Template* EndpointNamer::template_of(std::string_view method,
                                                          std::string_view path) const {
  const auto found = std::find_if(templates_.begin(), templates_.end(), [&](const Template& known) {
    return (known.method.empty() || known.method == method) && known.path.matches(path);
  });
  return found == templates_.end() ? nullptr : &*found;
}

}  // namespace understudy::diff
