#include "understudy/mirror/stage.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "mirror/accounts.h"
#include "mirror/judge.h"
#include "mirror/recheck.h"
#include "mirror/reference.h"
#include "mirror/shadow_run.h"
#include "understudy/net/deadline.h"
#include "understudy/net/wake.h"
#include "understudy/record/aggregate.h"
#include "understudy/upstream/upstream.h"

namespace understudy::mirror {

//   running --> draining (drain() was called) --> over (the final window is written)
struct Stage::Impl final : net::Retirable, RunOwner, RecheckOwner {
  enum class Phase { running, draining, over };

  Impl(net::Loop& loop, Setup&& setup, Judge&& judge);

  void open_reference();
  void on_messages();
  void take(const handoff::Begin& begin, handoff::Parcel&& parcel);
  void take(const handoff::BodyPiece& piece, handoff::Parcel&& parcel);
  void take(const handoff::End& end, handoff::Parcel&&);
  void take(const handoff::Cut& cut, handoff::Parcel&&);
  void take(const handoff::Answered& answered, handoff::Parcel&& parcel);
  ShadowRun* find(handoff::CopyId id) const;

  void on_run_over(ShadowRun& run, Ending ending) override;
  void taint(const ShadowRun& run, const Ending& ending);
  std::string_view why_tainted(const ShadowRun& run) const;
  void recheck(const record::Exchange& exchange, ShadowRun& run);
  void on_recheck_over(Recheck& recheck) override;
  void keep(record::Exchange&& exchange, const ShadowRun& run);

  void on_period();
  void write_window(bool is_final);
  void drain(Duration deadline, std::function<void()> done);
  void on_drain_deadline();
  void finish_if_drained();

  net::Loop& loop;
  const Setup setup;
  const config::Config& config;
  Judge judge;
  Accounts accounts;
  record::WindowBuilder builder;
  record::ExampleFilter examples;
  WallTime window_begin;
  net::Wake wake;  // by the lanes
  net::Deadline period, drain_deadline;

  Phase phase = Phase::running;
  std::function<void()> done;
  bool is_taking = false;              // the batch may begin more runs than the table shows
  std::vector<handoff::Parcel> batch;  // scratch
  Instant taken_at{};                  // the batch
  std::vector<std::unique_ptr<upstream::Upstream>> upstreams;  // per shadow; outlive the runs
  ReferenceSampler sampler;
  // Asked a second time; null: nobody is. Outlives the runs.
  std::unique_ptr<upstream::Upstream> reference;
  std::unordered_map<handoff::CopyId, std::unique_ptr<ShadowRun>> runs;
  RecheckSampler recheck_sampler;
  std::vector<std::unique_ptr<Recheck>> rechecks;  // at most limits::max_rechecks
};

Stage::Impl::Impl(net::Loop& loop_of_stage, Setup&& setup_of_stage, Judge&& judge_of_stage)
    : loop(loop_of_stage),
      setup(std::move(setup_of_stage)),
      config(*setup.config),
      judge(std::move(judge_of_stage)),
      accounts(config, setup.lanes),
      examples(config.log.examples),
      window_begin(loop.clock().wall()),
      wake(loop, [this] { on_messages(); }),
      period(net::Deadline::calling<&Impl::on_period>(loop, *this)),
      drain_deadline(net::Deadline::calling<&Impl::on_drain_deadline>(loop, *this)),
      sampler(config.noise),
      recheck_sampler(config) {
  assert(setup.shadow_addresses.size() == config.shadows.size());
  assert(setup.budgets.size() == config.shadows.size());
  for (auto* const lane : setup.lanes) lane->set_wake([this] { wake.send(); });
  for (std::size_t i = 0; i < config.shadows.size(); ++i) {
    upstream::Upstream::Options options;
    options.addresses = setup.shadow_addresses[i];
    options.authority = config.shadows[i].url.label();
    options.leg = Leg::shadow;
    options.max_connections = setup.max_connections;
    if (i < setup.shadow_tls.size()) options.tls = setup.shadow_tls[i];
    upstreams.push_back(std::make_unique<upstream::Upstream>(loop, std::move(options)));
  }
  if (config.asks_again()) open_reference();
}

void Stage::Impl::open_reference() {
  upstream::Upstream::Options options;
  options.addresses = setup.reference_addresses;
  options.authority = config.asked_again().label();
  options.leg = Leg::reference;
  options.max_connections = limits::reference_max_connections;
  options.tls = setup.reference_tls;
  reference = std::make_unique<upstream::Upstream>(loop, std::move(options));
}

// --- messages ---

void Stage::Impl::on_messages() {
  if (phase == Phase::over) return;
  is_taking = true;
  for (auto* lane : setup.lanes) {
    lane->take(batch);
    taken_at = loop.now();
    for (auto& parcel : batch) {
      std::visit([&](const auto& message) { take(message, std::move(parcel)); }, *parcel);
    }
    batch.clear();
  }
  is_taking = false;
  finish_if_drained();
}

void Stage::Impl::take(const handoff::Begin& begin, handoff::Parcel&& parcel) {
  const auto id = begin.id;
  const auto shadow = begin.shadow;
  const auto endpoint = [&] { return judge.endpoint_of(begin.head); };
  auto* const asked = sampler.wants(begin, endpoint, taken_at) ? reference.get() : nullptr;
  const ShadowRun::Scene scene{*this, config, *upstreams[shadow], *setup.budgets[shadow], asked};
  const auto [place, is_new] =
      runs.emplace(id, std::make_unique<ShadowRun>(scene, std::move(parcel)));
  assert(is_new);
  place->second->start();
}

void Stage::Impl::take(const handoff::BodyPiece& piece, handoff::Parcel&& parcel) {
  if (auto* run = find(piece.id)) run->on_piece(std::move(parcel));
}

void Stage::Impl::take(const handoff::End& end, handoff::Parcel&&) {
  if (auto* run = find(end.id)) run->on_end(end);
}

void Stage::Impl::take(const handoff::Cut& cut, handoff::Parcel&&) {
  if (auto* run = find(cut.id)) run->on_cut(cut.reason);
}

void Stage::Impl::take(const handoff::Answered& answered, handoff::Parcel&& parcel) {
  auto* const run = find(answered.id);
  if (run == nullptr) return;
  if (answered.answer != nullptr) {
    accounts.delayed(run->begin().shadow, taken_at - answered.handed_over_at);
  }
  run->on_answered(std::move(parcel));
}

// Null: the run was over before everything about it was told.
ShadowRun* Stage::Impl::find(handoff::CopyId id) const {
  const auto place = runs.find(id);
  return place == runs.end() ? nullptr : place->second.get();
}

// --- outcomes ---

void Stage::Impl::on_run_over(ShadowRun& run, Ending ending) {
  const auto& shadow = config.shadows[run.begin().shadow];
  accounts.ended(run.begin().shadow);
  if (ending.kind != Ending::Kind::both_answered) taint(run, ending);
  auto exchange = judge.judge(shadow, run, ending, why_tainted(run));
  recheck(exchange, run);
  keep(std::move(exchange), run);
  auto place = runs.find(run.begin().id);
  assert(place != runs.end());
  loop.retire(std::move(place->second));
  runs.erase(place);
  finish_if_drained();
}

// Nobody can say whether the write of a run that ended so was done.
void Stage::Impl::taint(const ShadowRun& run, const Ending& ending) {
  const auto& shadow = config.shadows[run.begin().shadow].name;
  const bool has_failed = ending.kind == Ending::Kind::shadow_failed;
  handoff::Write::of(setup.tainted, run.begin(), shadow, loop.now())
      .is_lost(has_failed ? handoff::Taint::shadow_failed : handoff::Taint::not_compared);
}

// Empty: the shadow knows of its session what the primary knows.
std::string_view Stage::Impl::why_tainted(const ShadowRun& run) const {
  const auto& begin = run.begin();
  if (setup.tainted == nullptr || begin.session == 0) return {};
  const auto why =
      setup.tainted->find(config.shadows[begin.shadow].name, begin.session, loop.now());
  return why ? name(*why) : std::string_view();
}

void Stage::Impl::keep(record::Exchange&& exchange, const ShadowRun& run) {
  builder.add(exchange);
  if (!examples.wants(exchange)) return;
  const auto& id = run.begin().exchange_id;
  exchange.id = fmt::format("{}-{:x}-{:x}", setup.instance, id.worker, id.number);
  exchange.target = judge.redacted_target(run);
  setup.writer->write(record::encode(exchange));
}

// --- re-checks ---

void Stage::Impl::recheck(const record::Exchange& exchange, ShadowRun& run) {
  if (phase != Phase::running || rechecks.size() >= limits::max_rechecks) return;
  if (!recheck_sampler.wants(exchange, run.begin(), loop.now())) return;
  const auto shadow = run.begin().shadow;
  const Recheck::Scene scene{*this, config, *reference, *upstreams[shadow], *setup.budgets[shadow]};
  rechecks.push_back(std::make_unique<Recheck>(scene, run.take_begin(), exchange));
  rechecks.back()->start();
}

void Stage::Impl::on_recheck_over(Recheck& recheck) {
  builder.add_recheck(recheck.first(), judge.judge(recheck, loop.clock().wall()));
  const auto place = std::find_if(rechecks.begin(), rechecks.end(),
                                  [&](const auto& each) { return each.get() == &recheck; });
  assert(place != rechecks.end());
  loop.retire(std::move(*place));
  rechecks.erase(place);
}

// --- windows ---

void Stage::Impl::on_period() {
  write_window(false);
  period.arm(limits::window_period);
}

void Stage::Impl::write_window(bool is_final) {
  auto since = accounts.take();
  record::Window window;
  window.instance = setup.instance;
  window.stage = setup.index;
  window.from = std::exchange(window_begin, loop.clock().wall());
  window.to = window_begin;
  window.is_final = is_final;
  window.live = std::move(since.live);
  window.shadows = std::move(since.shadows);
  builder.take(window);
  const auto losses = setup.writer->take_losses();
  window.records_dropped = losses.dropped;
  window.segments_removed = losses.segments_removed;
  window.noise_mode = diff::noise_mode_of(config.noise.mode, config.noise.reference.text);
  window.renamed = judge.take_renamed();
  const bool is_empty = since.is_empty && window.endpoints.empty() &&
                        window.records_dropped + window.segments_removed == 0;
  if (is_final || !is_empty) setup.writer->write(record::encode(window));
}

// --- the end ---

void Stage::Impl::drain(Duration deadline, std::function<void()> on_done) {
  assert(phase == Phase::running);
  phase = Phase::draining;
  done = std::move(on_done);
  for (auto& each : rechecks) {
    each->give_up();
    loop.retire(std::move(each));
  }
  rechecks.clear();
  drain_deadline.arm(deadline);
  on_messages();
}

void Stage::Impl::on_drain_deadline() {
  on_messages();
  while (!runs.empty()) runs.begin()->second->shut_down();
}

void Stage::Impl::finish_if_drained() {
  if (phase != Phase::draining || is_taking || !runs.empty()) return;
  phase = Phase::over;
  period.disarm();
  drain_deadline.disarm();
  write_window(true);
  loop.post(std::move(done));
}

Result<std::unique_ptr<Stage>> Stage::create(net::Loop& loop, Setup setup) {
  auto judge = Judge::create(*setup.config, std::move(setup.privacy_key));
  if (!judge) return judge.error();
  auto impl = std::make_unique<Impl>(loop, std::move(setup), std::move(*judge));
  return std::unique_ptr<Stage>(new Stage(loop, std::move(impl)));
}

Stage::Stage(net::Loop& loop, std::unique_ptr<Impl> impl) : loop_(loop), impl_(std::move(impl)) {}

// What was retired before goes before, so calls never outlive their upstreams.
Stage::~Stage() {
  loop_.retire(std::move(impl_));
}

void Stage::start() {
  impl_->period.arm(limits::window_period);
}
void Stage::drain(Duration deadline, std::function<void()> done) {
  impl_->drain(deadline, std::move(done));
}
void Stage::set_addresses(std::size_t shadow, std::vector<net::Address> addresses) {
  impl_->upstreams[shadow]->set_addresses(std::move(addresses));
}
void Stage::set_reference_addresses(std::vector<net::Address> addresses) {
  if (impl_->reference != nullptr) impl_->reference->set_addresses(std::move(addresses));
}
std::size_t Stage::in_flight() const {
  return impl_->runs.size();
}

}  // namespace understudy::mirror
