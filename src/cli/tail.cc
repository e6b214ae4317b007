#include <thread>

#include "reading.h"
#include "understudy/base/limits.h"
#include "understudy/cli/verbs.h"

namespace understudy::cli {

int tail(const TailOptions& options) {
  const auto style = style_of(options.output);
  const report::ExchangeFilter filter(filter_of(options.filters));
  report::Follower follower({options.log}, report::Follower::Start::end);
  // The path must be good at the start; that a log does not exist yet is not.
  const auto log = report::Log::open({options.log});
  if (!log) return complain("tail", log.error());

  bool is_read = true;  // stdout
  while (is_read) {
    const auto polled = follower.poll([&](const report::Line& line) {
      if (!is_read || line.kind != report::LineKind::exchange || !filter.wants(line.text)) return;
      const auto exchange = report::parse_exchange(line.text);
      if (!exchange) return;
      is_read = options.output.json ? print(std::string(line.text) + '\n')
                                    : print(report::render_row(*exchange, style));
    });
    if (!polled) return complain("tail", polled.error());
    std::this_thread::sleep_for(limits::log_poll_period);
  }
  return finish("", exit_pass);
}

}  // namespace understudy::cli
