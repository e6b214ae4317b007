#include "cli/selftest_load.h"

#include <deque>
#include <future>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "understudy/base/hash.h"
#include "understudy/http/parser.h"
#include "understudy/http/serializer.h"
#include "understudy/net/stream.h"

namespace understudy::cli {
namespace {

// Enough for many requests at once, few enough that a waiting proxy runs out of them.
constexpr std::size_t connections = 16;
// What an answer may take beyond the last request of a sample.
constexpr Duration patience = std::chrono::seconds(1);
constexpr std::size_t upload_bytes = 2000;

std::string request_of(std::size_t kind) {
  switch (kind) {
    case 0:
      return "GET /small HTTP/1.1\r\nHost: selftest\r\n\r\n";
    case 1:
      return "GET /large HTTP/1.1\r\nHost: selftest\r\n\r\n";
    default:
      return fmt::format("POST /upload HTTP/1.1\r\nHost: selftest\r\nContent-Length: {}\r\n\r\n{}",
                         upload_bytes, std::string(upload_bytes, 'u'));
  }
}

// A request that is due, or under way.
struct Due {
  std::size_t kind = 0;
  Instant at{};
};

// All live clients of one sample.
//
// Thread: the loop's.
class Load {
 public:
  Load(net::Loop& loop, const net::Address& server, KnownAnswers& known);
  ~Load();

  void send(Due due);
  // Whoever waits for it: everything that was sent has its end.
  void tell_when_done(std::promise<void>& done);
  LiveSample finish();

 private:
  class Connection;
  friend class Connection;
  void on_free(Connection& connection);
  void on_answer(const Due& due, std::uint64_t hash);
  void on_lost(Connection& connection, bool was_busy);
  void check_done();

  net::Loop& loop_;
  const net::Address server_;
  KnownAnswers& known_;
  LiveSample sample_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> free_;
  std::deque<Due> waiting_;
  std::size_t under_way_ = 0;
  std::promise<void>* done_ = nullptr;
};

// One client: asks, reads the answer whole, is free again.
class Load::Connection final : public net::Retirable,
                               private net::StreamEvents,
                               private http::ParserEvents {
 public:
  explicit Connection(Load& load)
      : load_(load),
        stream_(net::Stream::connect(load.loop_, load.server_, *this)),
        parser_(http::Parser::Kind::response, *this) {
    stream_->read();
  }

  void ask(const Due& due) {
    due_ = due;
    answer_.clear();
    parser_.assume_method(due.kind == 2 ? "POST" : "GET");
    stream_->write(request_of(due.kind));
  }

 private:
  void on_data(std::string_view bytes) override {
    const auto consumed = parser_.feed(bytes);
    if (!consumed || !due_) return leave();
    if (!parser_.is_complete()) return;
    parser_.next();
    load_.on_answer(*std::exchange(due_, std::nullopt), hash64(answer_));
    load_.on_free(*this);
  }
  void on_response_head(http::ResponseHead&& head, const http::Framing&) override {
    http::write_head(answer_, head);
  }
  void on_body(std::string_view piece) override { answer_.append(piece); }
  void on_message_complete(http::Fields&&) override {}
  void on_end() override { leave(); }
  void on_failed(Error) override { leave(); }

  void leave() {
    stream_->set_events(nullptr);
    load_.on_lost(*this, due_.has_value());
  }

  Load& load_;
  std::unique_ptr<net::Stream> stream_;
  http::Parser parser_;
  std::optional<Due> due_;
  std::string answer_;
};

Load::Load(net::Loop& loop, const net::Address& server, KnownAnswers& known)
    : loop_(loop), server_(server), known_(known) {
  for (std::size_t i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(*this));
    free_.push_back(connections_.back().get());
  }
}

Load::~Load() = default;

void Load::send(Due due) {
  waiting_.push_back(due);
  if (free_.empty()) return;
  auto& connection = *free_.back();
  free_.pop_back();
  on_free(connection);
}

void Load::on_free(Connection& connection) {
  if (waiting_.empty()) {
    free_.push_back(&connection);
    return check_done();
  }
  ++under_way_;
  const auto due = waiting_.front();
  waiting_.pop_front();
  connection.ask(due);
}

void Load::on_answer(const Due& due, std::uint64_t hash) {
  --under_way_;
  sample_.latencies_us.push_back((loop_.now() - due.at).count());
  auto& known = known_[due.kind];
  if (!known) known = hash;
  if (*known != hash) ++sample_.changed;
}

// A new one takes its place.
void Load::on_lost(Connection& connection, bool was_busy) {
  if (was_busy) {
    --under_way_;
    ++sample_.failed;
  }
  std::erase(free_, &connection);
  for (auto& each : connections_) {
    if (each.get() != &connection) continue;
    loop_.retire(std::exchange(each, std::make_unique<Connection>(*this)));
    return on_free(*each);
  }
}

void Load::tell_when_done(std::promise<void>& done) {
  done_ = &done;
  check_done();
}

void Load::check_done() {
  if (done_ == nullptr || under_way_ + waiting_.size() != 0) return;
  std::exchange(done_, nullptr)->set_value();
}

LiveSample Load::finish() {
  done_ = nullptr;
  sample_.failed += under_way_ + waiting_.size();
  return std::move(sample_);
}

std::size_t kind_of(std::uint64_t number) {
  constexpr std::array<std::size_t, 4> turns{0, 1, 0, 2};
  return turns[number % turns.size()];
}

}  // namespace

LiveSample take_live_sample(net::LoopThread& thread, const net::Address& server,
                            const LivePlan& plan, KnownAnswers& known) {
  std::unique_ptr<Load> load;
  thread.run([&](net::Loop& loop) { load = std::make_unique<Load>(loop, server, known); });
  auto* const raw = load.get();
  const auto gap = Duration(std::chrono::seconds(1)) / static_cast<std::int64_t>(plan.rate);
  const auto begin = system_clock().now() + std::chrono::milliseconds(5);  // while they connect
  for (std::uint64_t i = 0; i < plan.requests; ++i) {
    const Due due{kind_of(plan.first + i), begin + static_cast<std::int64_t>(i) * gap};
    std::this_thread::sleep_until(due.at);
    thread.loop().post([raw, due] { raw->send(due); });
  }
  std::promise<void> done;
  auto is_done = done.get_future();
  thread.run([&](net::Loop&) { load->tell_when_done(done); });
  is_done.wait_for(patience);
  LiveSample sample;
  thread.run([&](net::Loop&) {
    sample = load->finish();
    load.reset();
  });
  return sample;
}

}  // namespace understudy::cli
