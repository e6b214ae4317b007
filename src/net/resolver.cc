#include "understudy/net/resolver.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pthread.h>

#include "understudy/base/limits.h"
#include "understudy/base/log.h"
#include "understudy/net/deadline.h"

namespace understudy::net {

namespace {

using Addresses = std::vector<Address>;

// Name servers like to change the order.
bool is_same(const Addresses& a, const Addresses& b) {
  return std::is_permutation(a.begin(), a.end(), b.begin(), b.end());
}

std::string shown(const Addresses& addresses) {
  std::vector<std::string> texts;
  for (const auto& address : addresses) texts.push_back(address.to_string());
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

struct Resolver::State {
  // Where a look-up leaves its result. Shared with the look-up's thread, which may outlive us.
  struct Mailbox {
    std::mutex mutex;
    Loop* loop = nullptr;  // null: nobody waits any more
    State* owner = nullptr;
  };
  // What a look-up's thread needs.
  struct Errand {
    std::shared_ptr<Mailbox> mailbox;
    LookUp look_up;
    std::string host;
    std::uint16_t port;
  };

  State(Loop& owner_loop, Options given, Told on_told)
      : loop(owner_loop),
        options(std::move(given)),
        told(std::move(on_told)),
        pause(Deadline::calling<&State::look_up>(loop, *this)),
        mailbox(std::make_shared<Mailbox>()) {
    mailbox->loop = &loop;
    mailbox->owner = this;
  }
  ~State() {
    const std::lock_guard lock(mailbox->mutex);
    mailbox->loop = nullptr;
    mailbox->owner = nullptr;
  }

  void look_up();
  static void* run(void* raw);
  void on_result(Result<Addresses> result);
  void on_found(Addresses found);
  void on_not_found(const Error& error);

  Loop& loop;
  const Options options;
  const Told told;
  Deadline pause;
  const std::shared_ptr<Mailbox> mailbox;
  Addresses addresses;
  Duration retry{};  // after the next failure; zero: the last look-up was good
  bool was_told = false;
};

void Resolver::State::look_up() {
  auto errand =
      std::make_unique<Errand>(Errand{mailbox, options.look_up, options.host, options.port});
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  const int status = pthread_create(&thread, &detached, run, errand.get());
  pthread_attr_destroy(&detached);
  if (status == 0) {
    static_cast<void>(errand.release());  // the thread's now
    return;
  }
  on_result(Error{Code::io, Leg::self,
                  fmt::format("cannot resolve \"{}\": no thread for it", options.host)});
}

void* Resolver::State::run(void* raw) {
  const std::unique_ptr<Errand> errand(static_cast<Errand*>(raw));
  auto result = errand->look_up(errand->host, errand->port);
  const std::lock_guard lock(errand->mailbox->mutex);
  if (errand->mailbox->loop == nullptr) return nullptr;
  errand->mailbox->loop->post([mailbox = errand->mailbox, result = std::move(result)] {
    // The owner dies on this thread only.
    if (mailbox->owner != nullptr) mailbox->owner->on_result(result);
  });
  return nullptr;
}

void Resolver::State::on_result(Result<Addresses> result) {
  if (result) {
    on_found(*std::move(result));
  } else {
    on_not_found(result.error());
  }
}

void Resolver::State::on_found(Addresses found) {
  const bool has_failed = std::exchange(retry, Duration{}) != Duration{};
  pause.arm(options.interval);
  if (was_told && is_same(found, addresses)) {
    if (has_failed) log::info("\"{}\" is resolved again", options.host);
    return;
  }
  if (has_failed || was_told) log::info("\"{}\" is {} now", options.host, shown(found));
  was_told = true;
  addresses = std::move(found);
  told(addresses);
}

void Resolver::State::on_not_found(const Error& error) {
  const bool is_first = retry == Duration{};
  retry = std::min(is_first ? limits::resolve_retry : retry * 2, options.interval);
  pause.arm(retry);
  if (is_first) {
    log::warning("{}; {} is used until it can be", error.detail,
                 addresses.empty() ? "no address" : shown(addresses));
  }
  if (!std::exchange(was_told, true)) told(error);
}

Resolver::Resolver(Loop& loop, Options options, Told told)
    : state_(std::make_unique<State>(loop, std::move(options), std::move(told))) {
  state_->look_up();
}
Resolver::~Resolver() = default;

}  // namespace understudy::net
