#include "reading.h"
#include "understudy/cli/verbs.h"

namespace understudy::cli {

namespace {

// One exchange for each shadow that had a copy, the next behind an empty line.
std::string text_of(const std::vector<std::string>& lines, const OutputOptions& options) {
  std::string text;
  for (const auto& line : lines) {
    if (options.json) {
      text += line + '\n';
      continue;
    }
    const auto exchange = report::parse_exchange(line);
    if (!exchange) continue;
    if (!text.empty()) text += '\n';
    text += report::render_exchange(*exchange, style_of(options));
  }
  return text;
}

}  // namespace

int show(const ShowOptions& options) {
  const auto log = report::Log::open(options.logs);
  if (!log) return complain("show", log.error());
  const auto found = report::find_exchange(*log, options.id);
  if (!found) return complain("show", found.error());
  return finish(text_of(*found, options.output), exit_pass);
}

}  // namespace understudy::cli
