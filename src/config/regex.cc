// Patterns are checked when they are loaded, by the engine that will run them.
#include <string>

#include <re2/re2.h>

#include "config/checks.h"

namespace understudy::config {

Result<void> check_regex(std::string_view text) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(text.data(), text.size()), options);
  if (pattern.ok()) return {};
  return Error{Code::bad_config, Leg::self,
               "a regular expression that RE2 accepts (" + pattern.error() + ")"};
}

}  // namespace understudy::config
