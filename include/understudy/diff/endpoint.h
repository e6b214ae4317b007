#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/path_pattern.h"
#include "understudy/base/result.h"

namespace understudy::diff {

// Names what the report groups by: "GET /users/{id}". Configured templates first, else segments
// that look like identifiers (numbers, UUIDs, long hexadecimal, ...) become "{id}". Query and
// fragment are dropped; an absolute-form target is named by its path.
class EndpointNamer {
 public:
  // Templates: "/users/{id}/orders/{order}", "*" one segment, "**" any; optionally "GET /path".
  // Errors: bad_config.
  static Result<EndpointNamer> create(const std::vector<std::string>& templates);

  std::string name(std::string_view method, std::string_view target) const;
  // Whether that is a configured template.
  bool has_template(std::string_view method, std::string_view target) const;

 private:
  struct Template {
    std::string method;  // empty = any
    PathPattern path;
  };
  const Template* template_of(std::string_view method, std::string_view path) const;
  std::vector<Template> templates_;
};

}  // namespace understudy::diff
