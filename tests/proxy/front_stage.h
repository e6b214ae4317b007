#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/pump.h"
#include "support/scripted_client.h"
#include "support/scripted_server.h"
#include "understudy/base/limits.h"
#include "understudy/handoff/lane.h"
#include "understudy/proxy/worker.h"

namespace understudy::support {

// A worker between a scripted primary and scripted clients, all on one loop with a clock that the
// test turns. What it hands to the backstage can be read from its lane.
//
// Ends by proving that nothing is left: connections, budgets, and the books balance.
class FrontStage {
 public:
  explicit FrontStage(config::Config config = {}) : config_(std::move(config)) {}

  ~FrontStage() {
    client_.reset();
    close();
    messages.clear();
    if (lane_ != nullptr) CHECK_FALSE(lane_->recycle(SIZE_MAX));
    for (const auto& budget : budgets_) {
      CHECK(budget->held_bytes() == 0);
      CHECK(budget->copies() == 0);
    }
    for (const auto& shadow : lane_->counters.shadows) {
      std::uint64_t explained = shadow.mirrored.get();
      for (const auto& reason : shadow.not_mirrored) explained += reason.get();
      CHECK(shadow.received.get() == explained);
    }
  }

  config::Config& config() { return config_; }
  // The address that clients come to, as the configuration has it; before the first client.
  config::Listen& listen() {
    if (config_.listen.empty()) config_.listen.push_back({"127.0.0.1:0", "off", {}});
    return config_.listen.front();
  }
  // One more shadow with the defaults; before the first client.
  config::Shadow& add_shadow(std::string name = "v2") {
    config_.shadows.emplace_back();
    config_.shadows.back().name = std::move(name);
    return config_.shadows.back();
  }

  // The first call opens the house.
  ScriptedClient& client() {
    if (client_ == nullptr) client_ = new_client();
    return *client_;
  }
  std::unique_ptr<ScriptedClient> new_client(net::Opening opening = {}) {
    open();
    return std::make_unique<ScriptedClient>(loop, address_, std::move(opening));
  }
  void advance(Duration by) {
    clock.advance(by);
    pump_a_little(loop);
  }

  // All messages that were handed over so far.
  std::vector<handoff::Parcel>& handed_over() {
    std::vector<handoff::Parcel> batch;
    lane_->take(batch);
    for (auto& parcel : batch) messages.push_back(std::move(parcel));
    return messages;
  }
  template <typename T>
  std::vector<const T*> handed() {
    std::vector<const T*> found;
    for (const auto& parcel : handed_over()) {
      if (const auto* each = std::get_if<T>(&*parcel)) found.push_back(each);
    }
    return found;
  }

  // Drops them all, as a backstage that has read them.
  void send_home() { handed_over().clear(); }

  std::size_t held_bytes(std::size_t shadow = 0) { return budgets_[shadow]->held_bytes(); }

  handoff::Lane& lane() {
    open();
    return *lane_;
  }
  handoff::LiveCounters& counters() { return lane_->counters; }
  std::uint64_t failures(handoff::LiveFailure reason) {
    return counters().failures[static_cast<std::size_t>(reason)].get();
  }
  std::uint64_t dropped(handoff::NotMirrored reason, std::size_t shadow = 0) {
    return counters().shadows[shadow].not_mirrored[static_cast<std::size_t>(reason)].get();
  }
  proxy::Worker& worker() {
    open();
    return *worker_;
  }

  // Ends the play; the destructor does it, too.
  void close() {
    if (worker_ == nullptr) return;
    bool is_drained = false;
    worker_->drain(std::chrono::seconds(1), {}, [&] { is_drained = true; });
    pump_a_little(loop);
    clock.advance(std::chrono::seconds(1));
    CHECK(pump_until(loop, [&] { return is_drained; }));
    handed_over();
    worker_.reset();
    pump_a_little(loop);
  }

  // TLS, for the configuration's first [[listen]] and for the primary; before the first client.
  void serves_tls(std::shared_ptr<const net::TlsServer> tls) { listen_tls_ = std::move(tls); }
  void calls_primary_with(std::shared_ptr<const net::TlsClient> tls) {
    primary_tls_ = std::move(tls);
  }

  FakeClock clock;
  net::Loop loop{clock};
  ScriptedServer primary{loop};
  std::unique_ptr<handoff::TaintedSessions> tainted;  // null: there are no sessions

 private:
  void open() {
    if (worker_ != nullptr) return;
    for (const auto& shadow : config_.shadows) {
      budgets_.push_back(
          std::make_unique<handoff::Budget>(shadow.max_memory_bytes, shadow.max_inflight));
    }
    lane_ = std::make_unique<handoff::Lane>(config_.shadows.size(), limits::handoff_queue_messages);
    lane_->set_wake([] {});
    config_.primary.url.authority = primary.address().to_string();
    proxy::Worker::Setup setup;
    setup.first.config = std::make_shared<const config::Config>(config_);
    setup.first.lane = lane_.get();
    for (const auto& budget : budgets_) setup.first.budgets.push_back(budget.get());
    if (config_.session.is_on()) tainted = std::make_unique<handoff::TaintedSessions>();
    setup.first.tainted = tainted.get();
    setup.first.primary_addresses = {primary.address()};
    setup.first.listen_tls = {listen_tls_};
    setup.first.primary_tls = primary_tls_;
    auto worker = proxy::Worker::create(loop, std::move(setup));
    REQUIRE(worker);
    worker_ = std::move(*worker);
    const auto address = worker_->listen(*net::Address::parse("127.0.0.1:0"));
    REQUIRE(address);
    address_ = *address;
  }

  config::Config config_;
  std::shared_ptr<const net::TlsServer> listen_tls_;
  std::shared_ptr<const net::TlsClient> primary_tls_;
  std::vector<std::unique_ptr<handoff::Budget>> budgets_;
  std::unique_ptr<handoff::Lane> lane_;
  std::vector<handoff::Parcel> messages;
  std::unique_ptr<proxy::Worker> worker_;
  net::Address address_;
  std::unique_ptr<ScriptedClient> client_;
};

}  // namespace understudy::support
