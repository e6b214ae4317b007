// `understudy run`: the proxy, from its first line on stderr to the last.
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fmt/ranges.h>

#include "understudy/base/log.h"
#include "understudy/cli/configuration.h"
#include "understudy/cli/service.h"
#include "understudy/cli/verbs.h"

namespace understudy::cli {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// What people must know before traffic flows: a shadow gets writes, too, unless they say otherwise.
void announce(const config::Shadow& shadow) {
  const bool takes_all = shadow.methods.size() == 1 && shadow.methods.front() == "*";
  if (takes_all) {
    log::info(
        "shadow {} ({}) gets copies of every method, {} % of requests; where writes must not be "
        "repeated, set methods = [\"GET\", \"HEAD\", \"OPTIONS\"]",
        shadow.name, shadow.url.text, shadow.percent);
  } else {
    log::info("shadow {} ({}) gets copies of {} only, {} % of requests", shadow.name,
              shadow.url.text, fmt::join(shadow.methods, ", "), shadow.percent);
  }
}

void announce(const Service& service, const config::Config& config) {
  for (const auto& shadow : config.shadows) announce(shadow);
  log::info("differences are written to {}/; read them with: understudy report {}", config.log.path,
            config.log.path);
  for (const auto& address : service.addresses()) {
    log::info("ready: listening on {}, primary {}", address.to_string(), config.primary.url.text);
  }
}

// Waits for the signal to stop. Signals are blocked in every thread: only this wait sees them.
int wait_for_stop(const sigset_t& signals) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return signal;
    log::warning("SIGHUP: reloading is not supported in this version; restart to apply changes");
  }
}

}  // namespace

int run(const RunOptions& options) {
  auto config = load_configuration(options.config);
  if (!config) return exit_error;
  const auto signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto service = Service::start(*config);
  if (!service) {
    std::fprintf(stderr, "understudy: %s\n", service.error().detail.c_str());
    return exit_error;
  }
  announce(**service, *config);
  const int signal = wait_for_stop(signals);
  log::info("{}: finishing what runs, within {} s; a second signal ends at once", strsignal(signal),
            std::chrono::ceil<std::chrono::seconds>(config->server.drain_timeout).count());
  // From here on the default action of a signal, the end, is right.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  (*service)->stop();
  log::info("stopped; the log is complete");
  return exit_pass;
}

}  // namespace understudy::cli
