// `understudy run`: the proxy, from its first line on stderr to the last.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <utility>

#include <fmt/ranges.h>

#include "cli/machine.h"
#include "cli/notify.h"
#include "cli/run_restart.h"
#include "understudy/base/log.h"
#include "understudy/cli/configuration.h"
#include "understudy/cli/service.h"
#include "understudy/cli/verbs.h"

namespace understudy::cli {

namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

sigset_t stop_signals() {
  return set_of({SIGTERM, SIGINT});
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

// All or nothing; what is wrong with the file was said by load_configuration().
void reload(Service& service, const RunOptions& options) {
  notify_reloading();
  auto config = load_configuration(options.config);
  if (!config) {
    log::error("SIGHUP: not reloaded, the configuration before goes on");
    return notify("READY=1\n");
  }
  const auto changed = service.reload(*std::move(config));
  if (changed) {
    log::info("SIGHUP: reloaded: {}", *changed);
  } else {
    log::error("SIGHUP: not reloaded, the configuration before goes on: {}",
               changed.error().detail);
  }
  notify("READY=1\n");
}

// True when another process has taken over.
bool restart(Service& service) {
  log::info("SIGUSR2: starting a new process, which takes over the sockets");
  notify_reloading();
  const auto successor = start_successor(service.sockets(), stop_signals());
  if (!successor) {
    log::error("SIGUSR2: no restart, this process goes on: {}", successor.error().detail);
    notify("READY=1\n");
    return false;
  }
  log::info("SIGUSR2: process {} is ready, this one ends", *successor);
  notify(fmt::format("READY=1\nMAINPID={}\n", *successor));
  return true;
}

// Does what signals ask for, until one asks for the end. Signals are blocked in every thread: only
// this wait sees them.
Service::Ending serve(Service& service, const RunOptions& options, const sigset_t& signals) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    switch (signal) {
      case SIGHUP:
        reload(service, options);
        break;
      case SIGUSR1:
        service.reopen_log();
        log::info("SIGUSR1: the log goes on in a new segment");
        break;
      case SIGUSR2:
        if (restart(service)) return Service::Ending::replaced;
        break;
      default:
        log::info("{}: the end", strsignal(signal));
        notify("STOPPING=1\n");
        return Service::Ending::over;
    }
  }
}

int refuse(const Error& error) {
  std::fprintf(stderr, "understudy: %s\n", error.detail.c_str());
  return exit_error;
}

}  // namespace

int run(const RunOptions& options) {
  // At once: one that comes early waits, rather than ends us.
  const auto signals = set_of({SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2});
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  set_up_process();
  auto inheritance = inherit();
  if (!inheritance) return refuse(inheritance.error());
  auto config = load_configuration(options.config);
  if (!config) return exit_error;
  const auto started = Service::start(*std::move(config), std::move(inheritance->sockets));
  if (!started) return refuse(started.error());
  auto& service = **started;
  announce(service, service.config());
  notify("READY=1\n");
  say_ready(*inheritance);
  service.own_files(inheritance->files);
  const auto ending = serve(service, options, signals);
  log::info("finishing what runs, within {} s; SIGTERM or SIGINT ends at once",
            std::chrono::ceil<std::chrono::seconds>(service.config().server.drain_timeout).count());
  // From here on the default action of a signal that stops, the end, is right.
  const auto stopping = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &stopping, nullptr);
  service.stop(ending);
  log::info("stopped; the log is complete");
  return exit_pass;
}

}  // namespace understudy::cli
