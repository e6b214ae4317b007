#include "flow/theatre.h"

#include <cstdlib>

namespace understudy::support {

namespace {

// Where logs are kept for the validation against the published schema; a fresh directory otherwise.
std::string log_directory(const TempDir& fallback) {
  static int number = 0;
  const char* const kept = std::getenv("UNDERSTUDY_FLOW_LOGS");
  if (kept == nullptr) return fallback / "log";
  return std::string(kept) + "/" + std::to_string(++number);
}

}  // namespace

Theatre::Theatre() {
  config_.shadows.emplace_back();
  config_.shadows.front().name = "v2";
  config_.log.path = log_directory(directory_);
}

Theatre::~Theatre() {
  close();
  CHECK(held_bytes() == 0);
  for (const auto& budget : budgets_) {
    CHECK(budget->copies() == 0);
  }
  if (lane_ == nullptr) return;
  std::vector<std::string> names;
  for (const auto& each : config_.shadows) names.push_back(each.name);
  log().check_books(names);
}

ScriptedServer& Theatre::add_shadow(std::string name) {
  config_.shadows.push_back(config_.shadows.front());
  config_.shadows.back().name = std::move(name);
  more_shadows_.push_back(std::make_unique<ScriptedServer>(loop));
  return *more_shadows_.back();
}

void Theatre::open() {
  if (worker_ != nullptr) return;
  for (const auto& each : config_.shadows) {
    budgets_.push_back(std::make_unique<handoff::Budget>(each.max_memory_bytes, each.max_inflight));
  }
  config_.primary.url.authority = primary.address().to_string();
  if (config_.listen.empty()) config_.listen.push_back({"127.0.0.1:0", "off", {}});
  lane_ = std::make_unique<handoff::Lane>(config_.shadows.size(), limits::handoff_queue_messages);
  if (config_.session.is_on()) tainted_ = std::make_unique<handoff::TaintedSessions>();
  open_stage();
  open_worker();
}

void Theatre::open_stage() {
  auto writer = record::Writer::open(config_.log, clock);
  REQUIRE(writer);
  writer_ = std::move(*writer);
  mirror::Stage::Setup setup;
  setup.config = std::make_shared<const config::Config>(config_);
  setup.instance = "flow";
  setup.lanes = {lane_.get()};
  setup.shadow_addresses = {{shadow.address()}};
  for (const auto& each : more_shadows_) setup.shadow_addresses.push_back({each->address()});
  for (const auto& budget : budgets_) setup.budgets.push_back(budget.get());
  if (tls_.shadow != nullptr) setup.shadow_tls.resize(config_.shadows.size(), tls_.shadow);
  setup.writer = writer_.get();
  setup.tainted = tainted_.get();
  setup.privacy_key = "flow";
  auto stage = mirror::Stage::create(loop, std::move(setup));
  REQUIRE(stage);
  stage_ = std::move(*stage);
  stage_->start();
}

void Theatre::open_worker() {
  proxy::Worker::Setup setup;
  setup.first.config = std::make_shared<const config::Config>(config_);
  setup.first.lane = lane_.get();
  for (const auto& budget : budgets_) setup.first.budgets.push_back(budget.get());
  setup.first.tainted = tainted_.get();
  setup.first.primary_addresses = {primary.address()};
  setup.first.listen_tls = {tls_.clients};
  setup.first.primary_tls = tls_.primary;
  auto worker = proxy::Worker::create(loop, std::move(setup));
  REQUIRE(worker);
  worker_ = std::move(*worker);
  const auto address = worker_->listen(*net::Address::parse("127.0.0.1:0"));
  REQUIRE(address);
  address_ = *address;
}

ScriptedClient& Theatre::client() {
  if (client_ == nullptr) client_ = new_client();
  return *client_;
}

std::unique_ptr<ScriptedClient> Theatre::new_client(net::Opening opening) {
  open();
  return std::make_unique<ScriptedClient>(loop, address_, std::move(opening));
}

void Theatre::advance(Duration by) {
  clock.advance(by);
  pump_a_little(loop);
}

void Theatre::settle() {
  CHECK(pump_until(loop, [&] { return copies() == 0; }));
}

const net::Address& Theatre::address() {
  open();
  return address_;
}

std::size_t Theatre::copies() const {
  std::size_t count = 0;
  for (const auto& budget : budgets_) count += budget->copies();
  return count;
}

std::size_t Theatre::held_bytes() {
  if (lane_ != nullptr) lane_->recycle(SIZE_MAX);
  std::size_t bytes = 0;
  for (const auto& budget : budgets_) bytes += budget->held_bytes();
  return bytes;
}

std::map<std::string, std::uint64_t> Theatre::failures() const {
  std::map<std::string, std::uint64_t> found;
  for (std::size_t i = 0; i < static_cast<std::size_t>(handoff::LiveFailure::count_); ++i) {
    const auto count = lane_->counters.failures[i].get();
    if (count != 0) found.emplace(handoff::name(static_cast<handoff::LiveFailure>(i)), count);
  }
  return found;
}

void Theatre::close() {
  if (is_closed_ || worker_ == nullptr) return;
  is_closed_ = true;
  client_.reset();
  bool is_drained = false;
  worker_->drain(std::chrono::seconds(1), {}, [&] { is_drained = true; });
  pump_a_little(loop);
  clock.advance(std::chrono::seconds(1));
  CHECK(pump_until(loop, [&] { return is_drained; }));
  pump_a_little(loop);
  is_drained = false;
  stage_->drain(std::chrono::seconds(1), [&] { is_drained = true; });
  pump_a_little(loop);
  clock.advance(std::chrono::seconds(1));
  CHECK(pump_until(loop, [&] { return is_drained; }));
  worker_.reset();
  stage_.reset();
  pump_a_little(loop);
  writer_.reset();
}

std::uint64_t Theatre::outcomes(std::string_view outcome, std::string_view shadow_name) {
  return log().outcomes(outcome, shadow_name);
}

std::uint64_t Theatre::decisions(std::string_view decision, std::string_view shadow_name) {
  return log().decisions(decision, shadow_name);
}

LogReader Theatre::log() {
  if (writer_ != nullptr) writer_->flush();
  return LogReader(config_.log.path);
}

}  // namespace understudy::support
