#include "flow/theatre.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace understudy::support {

namespace {

// Where logs are kept for the validation against the published schema; a fresh directory otherwise.
std::string log_directory(const TempDir& fallback) {
  static int number = 0;
  const char* const kept = std::getenv("UNDERSTUDY_FLOW_LOGS");
  if (kept == nullptr) return fallback / "log";
  return std::string(kept) + "/" + std::to_string(++number);
}

std::vector<std::string> lines_of(const std::string& directory) {
  std::vector<std::filesystem::path> segments;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  std::vector<std::string> lines;
  for (const auto& segment : segments) {
    std::ifstream file(segment);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
  }
  return lines;
}

std::uint64_t count(json::Value object, std::string_view member) {
  return static_cast<std::uint64_t>(object.integer_or(member, 0));
}

std::uint64_t count_in(json::Value object, std::string_view group, std::string_view reason) {
  return object.has(group) ? count(object[group], reason) : 0;
}

// "shadow_failed:reset" counts one reason, "same" counts a member.
std::uint64_t count_named(json::Value object, std::string_view name) {
  const auto colon = name.find(':');
  if (colon == name.npos) return count(object, name);
  return count_in(object, name.substr(0, colon), name.substr(colon + 1));
}

std::uint64_t total(json::Value object, std::string_view group) {
  std::uint64_t sum = 0;
  if (!object.has(group)) return sum;
  for (auto child = object[group].first(); child; child = child.next()) {
    sum += count(object[group], child.name());
  }
  return sum;
}

template <typename Each>
void for_shadow(json::Value window, std::string_view list, std::string_view shadow, Each each) {
  if (!window.has(list)) return;
  for (auto child = window[list].first(); child; child = child.next()) {
    if (child.value().string_or("shadow", "") == shadow) each(child.value());
  }
}

}  // namespace

Theatre::Theatre() : log_path_(log_directory(directory_)) {
  config_.shadows.emplace_back();
  config_.shadows.front().name = "v2";
  config_.log.path = log_path_;
}

Theatre::~Theatre() {
  close();
  for (const auto& budget : budgets_) {
    CHECK(budget->held_bytes() == 0);
    CHECK(budget->copies() == 0);
  }
  if (lane_ != nullptr) check_books();
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
  lane_ = std::make_unique<handoff::Lane>(config_.shadows.size(), limits::handoff_queue_messages);
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
  setup.writer = writer_.get();
  setup.privacy_key = "flow";
  auto stage = mirror::Stage::create(loop, std::move(setup));
  REQUIRE(stage);
  stage_ = std::move(*stage);
  lane_->set_wake([this] { loop.post([this] { stage_->on_messages(); }); });
  stage_->start();
}

void Theatre::open_worker() {
  proxy::Worker::Setup setup;
  setup.config = std::make_shared<const config::Config>(config_);
  setup.instance = "flow";
  setup.lane = lane_.get();
  for (const auto& budget : budgets_) setup.budgets.push_back(budget.get());
  setup.primary_addresses = {primary.address()};
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

std::unique_ptr<ScriptedClient> Theatre::new_client() {
  open();
  return std::make_unique<ScriptedClient>(loop, address_);
}

void Theatre::advance(Duration by) {
  clock.advance(by);
  pump_a_little(loop);
}

void Theatre::settle() {
  CHECK(pump_until(loop, [&] {
    return std::all_of(budgets_.begin(), budgets_.end(),
                       [](const auto& budget) { return budget->copies() == 0; });
  }));
}

void Theatre::close() {
  if (is_closed_ || worker_ == nullptr) return;
  is_closed_ = true;
  client_.reset();
  bool is_drained = false;
  worker_->drain(std::chrono::seconds(1), [&] { is_drained = true; });
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

std::vector<std::string> Theatre::records(std::string_view kind) {
  if (writer_ != nullptr) writer_->flush();
  std::vector<std::string> found;
  json::Document document;
  for (auto& line : lines_of(log_path_)) {
    REQUIRE(document.parse(line));
    if (document.root().string_or("kind", "") == kind) found.push_back(std::move(line));
  }
  return found;
}

std::uint64_t Theatre::sum(const std::function<std::uint64_t(json::Value)>& of_window) {
  std::uint64_t all = 0;
  json::Document document;
  for (const auto& line : records("window")) {
    REQUIRE(document.parse(line));
    all += of_window(document.root());
  }
  return all;
}

std::uint64_t Theatre::outcomes(std::string_view outcome, std::string_view shadow_name) {
  return sum([&](json::Value window) {
    std::uint64_t found = 0;
    for_shadow(window, "endpoints", shadow_name,
               [&](json::Value endpoint) { found += count_named(endpoint, outcome); });
    return found;
  });
}

std::uint64_t Theatre::decisions(std::string_view decision, std::string_view shadow_name) {
  return sum([&](json::Value window) {
    std::uint64_t found = 0;
    for_shadow(window, "shadows", shadow_name,
               [&](json::Value counts) { found += count_named(counts, decision); });
    return found;
  });
}

// received = mirrored + not mirrored; mirrored = compared + not compared; nothing under way.
void Theatre::check_books() {
  for (const auto& each : config_.shadows) {
    CAPTURE(each.name);
    std::uint64_t not_mirrored = 0, ended = 0, in_flight = 0;
    sum([&](json::Value window) {
      for_shadow(window, "shadows", each.name, [&](json::Value counts) {
        not_mirrored += total(counts, "not_mirrored");
        in_flight = count(counts, "in_flight");
      });
      for_shadow(window, "endpoints", each.name, [&](json::Value counts) {
        ended += count(counts, "same") + count(counts, "different") + count(counts, "noise") +
                 total(counts, "shadow_failed") + total(counts, "not_compared");
      });
      return std::uint64_t{0};
    });
    CHECK(decisions("received", each.name) == decisions("mirrored", each.name) + not_mirrored);
    CHECK(decisions("mirrored", each.name) == ended);
    CHECK(in_flight == 0);
  }
}

std::vector<std::string> Theatre::differences() {
  const auto exchanges = records("exchange");
  REQUIRE(exchanges.size() == 1);
  json::Document document;
  REQUIRE(document.parse(exchanges.front()));
  std::vector<std::string> found;
  for (auto each = document.root()["differences"].first(); each; each = each.next()) {
    found.push_back(std::string(each.value().string_or("place", "")) + " " +
                    std::string(each.value().string_or("kind", "")));
  }
  return found;
}

}  // namespace understudy::support
