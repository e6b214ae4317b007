#include <fmt/format.h>

#include "reading.h"
#include "understudy/base/limits.h"
#include "understudy/cli/verbs.h"

namespace understudy::cli {

int list(const ListOptions& options) {
  const auto style = style_of(options.output);
  const auto log = report::Log::open(options.logs);
  if (!log) return complain("list", log.error());
  // People see the latest; programs get everything unless they say otherwise.
  const auto usual = options.output.json || style.shows_all ? 0 : limits::list_rows;
  const auto limit = options.limit != 0 ? options.limit : usual;

  bool is_read = true;  // stdout
  const auto passed = report::list_exchanges(
      *log, filter_of(options.filters), limit,
      [&](std::string_view line, const record::Exchange& exchange) {
        is_read = is_read && (options.output.json ? print(std::string(line) + '\n')
                                                  : print(report::render_row(exchange, style)));
        return is_read;
      });
  if (!passed) return complain("list", passed.error());
  if (!options.output.json && limit != 0 && *passed > limit) {
    fmt::print(stderr, "the last {} of {}; --limit shows more\n", limit, *passed);
  }
  return finish("", exit_pass);
}

}  // namespace understudy::cli
