#include "mirror/backstage.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

namespace understudy::support {

namespace {

// Real time: only a test that fails waits as long.
constexpr auto patience = std::chrono::seconds(10);
constexpr int turns_to_settle = 50;

std::uint64_t sum_of(json::Value counts) {
  std::uint64_t sum = 0;
  for (auto child = counts.first(); child; child = child.next()) {
    sum += static_cast<std::uint64_t>(std::stoull(std::string(child.value().text())));
  }
  return sum;
}

std::uint64_t count_in(json::Value endpoint, std::string_view outcome, std::string_view reason) {
  if (!endpoint.has(outcome)) return 0;
  const auto value = endpoint[outcome];
  if (value.type() != json::Type::object) return std::stoull(std::string(value.text()));
  if (reason.empty()) return sum_of(value);
  return static_cast<std::uint64_t>(value.integer_or(reason, 0));
}

}  // namespace

std::uint64_t Log::outcomes(std::string_view outcome, std::string_view reason) const {
  std::uint64_t sum = 0;
  for (const auto& window : windows) {
    for (auto child = window->root()["endpoints"].first(); child; child = child.next()) {
      sum += count_in(child.value(), outcome, reason);
    }
  }
  return sum;
}

std::uint64_t Log::shadow_count(std::string_view what) const {
  std::uint64_t sum = 0;
  for (const auto& window : windows) {
    const auto shadow = window->root()["shadows"].first().value();
    sum += static_cast<std::uint64_t>(shadow.integer_or(what, 0));
  }
  return sum;
}

json::Value Log::only() const {
  REQUIRE(exchanges.size() == 1);
  return exchanges.front()->root();
}

Backstage::Backstage() {
  config.shadows.resize(1);
  config.shadows[0].name = "v2";
  config.shadows[0].url.authority = "shadow.test:81";
  config.log.path = directory / "log";
}

Backstage::~Backstage() {
  if (stage_ != nullptr) finish();
}

void Backstage::open() {
  if (stage_ != nullptr) return;
  const auto& settings = config.shadows[0];
  budget = std::make_unique<handoff::Budget>(settings.max_memory_bytes, settings.max_inflight);
  auto opened = record::Writer::open(config.log, clock);
  REQUIRE(opened.ok());
  writer = std::move(*opened);
  mirror::Stage::Setup setup;
  setup.config = std::make_shared<const config::Config>(config);
  setup.instance = "test";
  setup.lanes = {&lane};
  setup.shadow_addresses = {{shadow.address()}};
  setup.reference_addresses = {reference.address()};
  setup.budgets = {budget.get()};
  setup.writer = writer.get();
  if (config.session.is_on()) setup.tainted = &tainted;
  setup.privacy_key = "key";
  auto created = mirror::Stage::create(loop, std::move(setup));
  REQUIRE(created.ok());
  stage_ = std::move(*created);
  stage_->start();
}

handoff::Begin Backstage::request(std::string_view method, std::string_view target,
                                  std::string_view body) {
  open();
  handoff::Begin begin;
  begin.id = ++last_id_;
  begin.exchange_id = {1, begin.id};
  begin.time = clock.wall();
  begin.head.method = method;
  begin.head.target = target;
  begin.head.fields.add("Host", "live.test");
  if (!body.empty()) {
    begin.framing = {http::BodyKind::length, body.size()};
    begin.head.fields.add("Content-Length", std::to_string(body.size()));
  }
  begin.body = body;
  begin.slot = handoff::CopySlot::take(*budget);
  REQUIRE(begin.slot);
  begin.held = handoff::HeldBytes(*budget);
  REQUIRE(begin.held.add(body.size()));
  return begin;
}

handoff::CopyId Backstage::begin(handoff::Begin&& begin) {
  const auto id = begin.id;
  lane.counters.requests.add();
  lane.counters.shadows[0].received.add();
  lane.counters.shadows[0].mirrored.add();
  lane.push(std::move(begin));
  return id;
}

handoff::CopyId Backstage::begin_streamed(std::string_view first_part) {
  auto streamed = request("POST", "/upload");
  streamed.framing = {http::BodyKind::chunked};
  streamed.head.fields.add("Transfer-Encoding", "chunked");
  streamed.body = first_part;
  streamed.is_streamed = true;
  window = std::make_shared<handoff::Window>(config.shadows[0].max_body_bytes);
  streamed.window = window;
  return begin(std::move(streamed));
}

void Backstage::piece(handoff::CopyId id, std::string bytes) {
  const auto cost = bytes.size();
  window->add(cost);
  handoff::HeldBytes held(*budget);
  REQUIRE(held.add(cost));
  lane.push(handoff::BodyPiece{id, std::move(bytes), cost, std::move(held)});
}

void Backstage::end(handoff::CopyId id, http::Fields trailers) {
  lane.push(handoff::End{id, std::move(trailers)});
}

void Backstage::cut(handoff::CopyId id, std::string_view reason) {
  lane.push(handoff::Cut{id, reason});
}

void Backstage::answered(handoff::CopyId id, int status, std::string_view body) {
  http::ResponseHead head;
  head.status = status;
  head.fields.add("Content-Length", std::to_string(body.size()));
  handoff::AnswerCapture capture(config.diff.max_body_bytes);
  capture.begin(std::move(head));
  capture.add(body);
  constexpr std::int64_t duration_us = 1500;
  auto answer = std::make_shared<const handoff::CapturedAnswer>(capture.finish({}, duration_us));
  lane.push(handoff::Answered{id, std::move(answer), {}, {}, clock.now()});
}

void Backstage::failed(handoff::CopyId id, std::string_view reason) {
  lane.push(handoff::Answered{id, nullptr, reason, {}, {}});
}

void Backstage::until(const std::function<bool()>& claim) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!claim()) {
    if (std::chrono::steady_clock::now() > end) FAIL("what the test waits for never came");
    loop.turn(false);
  }
}

void Backstage::until_asked(std::size_t requests) {
  until([&] { return shadow.requests().size() == requests; });
}

// Lets everything happen that happens without the clock.
void Backstage::settle() {
  for (int i = 0; i < turns_to_settle; ++i) loop.turn(false);
}

void Backstage::advance(Duration by) {
  clock.advance(by);
  loop.deadlines().sweep();
}

const Log& Backstage::finish(Duration drain_deadline) {
  open();
  bool is_done = false;
  stage_->drain(drain_deadline, [&is_done] { is_done = true; });
  settle();
  if (!is_done) advance(drain_deadline);
  until([&is_done] { return is_done; });
  CHECK(stage_->in_flight() == 0);
  stage_.reset();
  settle();
  CHECK(held_bytes() == 0);
  CHECK(budget->copies() == 0);
  writer.reset();
  read_log();
  return log_;
}

std::size_t Backstage::held_bytes() {
  lane.recycle(limits::recycled_at_once);
  return budget->held_bytes();
}

void Backstage::read_log() {
  for (const auto& entry : std::filesystem::directory_iterator(config.log.path)) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      auto document = std::make_unique<json::Document>();
      REQUIRE(document->parse(line).ok());
      const auto kind = document->root().string_or("kind", "");
      (kind == "window" ? log_.windows : log_.exchanges).push_back(std::move(document));
    }
  }
  REQUIRE_FALSE(log_.windows.empty());
  const auto last = log_.windows.back()->root();
  CHECK(last["is_final"].boolean());
  CHECK(last["shadows"].first().value().integer_or("in_flight", -1) == 0);
  CHECK(log_.shadow_count("mirrored") == log_.outcomes("same") + log_.outcomes("different") +
                                             log_.outcomes("noise") + log_.outcomes("tainted") +
                                             log_.outcomes("shadow_failed") +
                                             log_.outcomes("not_compared"));
}

}  // namespace understudy::support
