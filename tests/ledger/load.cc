#include "ledger/load.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "ledger/reader.h"

namespace understudy::ledger {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_pipelined = 6;
// Far more than the proxy's own longest wait in these tests.
constexpr auto patience = 60s;
constexpr std::size_t piece_bytes = 5'000;

std::string head_of(const Plan& plan) {
  const bool is_old = plan.client == Plan::Client::is_old;
  auto text = fmt::format("{} {} HTTP/1.{}\r\nHost: ledger.test\r\n", plan.method, target_of(plan),
                          is_old ? 0 : 1);
  text += fields_of(plan);
  if (plan.client == Plan::Client::closes) text += "Connection: close\r\n";
  if (plan.expects) text += "Expect: 100-continue\r\n";
  if (plan.body == Plan::Body::length) {
    text += fmt::format("Content-Length: {}\r\n", plan.body_bytes);
  } else if (plan.body == Plan::Body::chunked) {
    text += "Transfer-Encoding: chunked\r\n";
  }
  return text += "\r\n";
}

std::string body_of(const Plan& plan) {
  const auto body = request_body(plan);
  if (plan.body != Plan::Body::chunked) return body;
  std::string text;
  for (std::string_view rest = body; !rest.empty();) {
    const auto piece = rest.substr(0, piece_bytes);
    text += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    rest.remove_prefix(piece.size());
  }
  return text += plan.has_trailers ? "0\r\nX-Ledger-Trailer: t\r\n\r\n" : "0\r\n\r\n";
}

}  // namespace

// One connection to the proxy, and the requests on it that wait for their answers.
class Load::Visit final : public Connection {
 public:
  Visit(Load& load, int descriptor, std::deque<Plan> batch)
      : Connection(load.poller_, descriptor), load_(load), reader_(Reader::Kind::answer) {
    say(std::move(batch));
  }

  // How long nothing has happened while something should have.
  bool is_stuck() const { return Poller::Clock::now() - last_event_ > patience; }
  void give_up() {
    for (const auto& plan : batch_) note(plan, Entry::End::stuck);
    batch_.clear();
    close();
  }

 private:
  void on_data(std::string_view bytes) override;
  void on_end(bool is_clean) override;
  void on_tick() override;

  void say(std::deque<Plan> batch);
  void leave();
  void on_answer();
  void go_on();
  void note(const Plan& plan, Entry::End end);

  Load& load_;
  Reader reader_;
  std::deque<Plan> batch_;
  std::string held_;  // of the body, until 100 or the next piece's turn
  Poller::Clock::time_point last_event_ = Poller::Clock::now();
};

void Load::Visit::say(std::deque<Plan> batch) {
  batch_ = std::move(batch);
  std::string text;
  for (const auto& plan : batch_) text += head_of(plan) + body_of(plan);
  const auto& last = batch_.back();
  const auto size_of_body = body_of(last).size();
  reader_.expect_no_body(batch_.front().method == "HEAD");
  if (last.expects || last.client == Plan::Client::trickles) {
    held_ = text.substr(text.size() - size_of_body);
    text.resize(text.size() - size_of_body);
  }
  if (last.client == Plan::Client::leaves_in_body) text.resize(text.size() - size_of_body / 2);
  send(text);
  if (last.client == Plan::Client::trickles) wake_after(1ms);
  if (last.client == Plan::Client::half_closes) finish_writing();
  if (last.client == Plan::Client::leaves_in_body ||
      last.client == Plan::Client::leaves_unanswered) {
    finish_writing();
    wake_after(1ms);
  }
}

void Load::Visit::on_tick() {
  if (!is_open() || batch_.empty()) return;
  last_event_ = Poller::Clock::now();
  const auto client = batch_.back().client;
  if (client == Plan::Client::trickles) {
    const auto size = std::min(held_.size(), std::max(held_.size() / 2, piece_bytes));
    send(std::string_view(held_).substr(0, size));
    held_.erase(0, size);
    if (!held_.empty()) wake_after(1ms);
  } else if (batch_.size() > 1 || unsent() > 0) {
    wake_after(1ms);  // it leaves in its own request, not in others'
  } else {
    leave();
  }
}

void Load::Visit::leave() {
  note(batch_.front(), Entry::End::left);
  batch_.clear();
  close();
}

void Load::Visit::on_data(std::string_view bytes) {
  last_event_ = Poller::Clock::now();
  reader_.feed(bytes);
  while (is_open() && !batch_.empty() && reader_.read()) on_answer();
  if (!is_open()) return;
  if (batch_.empty()) return go_on();
  const bool is_begun = reader_.has_head() && reader_.status() >= 200;
  if (is_begun && batch_.front().client == Plan::Client::leaves_in_answer) leave();
}

void Load::Visit::on_answer() {
  constexpr int final_status = 200, go_ahead = 100;
  if (reader_.status() < final_status) {
    if (reader_.status() == go_ahead) send(std::exchange(held_, {}));
    reader_.next();
    return;
  }
  const auto plan = batch_.front();
  const bool is_planned = !reader_.field("X-Ledger-Id").empty();
  note(plan, plan.leaves() ? Entry::End::left
             : !is_planned ? Entry::End::refused
                           : Entry::End::answered);
  const bool is_over = reader_.field("Connection") == "close" || !plan.keeps_connection();
  batch_.pop_front();
  reader_.next();
  if (!batch_.empty()) return reader_.expect_no_body(batch_.front().method == "HEAD");
  if (is_over || !held_.empty() || unsent() > 0) close();
}

// All is answered: the next requests, here or on a connection of their own.
void Load::Visit::go_on() {
  auto batch = load_.next_batch();
  if (batch.empty()) return close();
  say(std::move(batch));
}

void Load::Visit::on_end(bool is_clean) {
  if (is_clean && !batch_.empty() && reader_.read_end()) on_answer();
  for (bool is_first = true; const auto& plan : batch_) {
    const bool has_begun = std::exchange(is_first, false) && reader_.has_begun();
    note(plan, plan.leaves() ? Entry::End::left : has_begun ? Entry::End::cut : Entry::End::silent);
  }
  batch_.clear();
  close();
}

void Load::Visit::note(const Plan& plan, Entry::End end) {
  Entry entry;
  entry.id = plan.id;
  entry.end = end;
  if (reader_.has_head() && end != Entry::End::silent) {
    entry.status = static_cast<std::uint16_t>(reader_.status());
    entry.answer_sum = answer_sum(reader_.status(), reader_.body());
    const auto id = reader_.field("X-Ledger-Id");
    std::from_chars(id.data(), id.data() + id.size(), entry.answer_id);
    if (reader_.field("X-Ledger-Side") == name(Side::shadow)) entry.side = Side::shadow;
  }
  load_.book_.add(entry);
}

std::deque<Plan> Load::next_batch() {
  std::deque<Plan> batch;
  while (next_ <= setup_.last && batch.size() < most_pipelined) {
    batch.push_back(plan_of(setup_.seed, next_++));
    const bool is_pipelined = batch.front().id % most_pipelined == 0;
    if (!is_pipelined || !batch.back().may_be_followed()) break;
  }
  return batch;
}

void Load::run() {
  const auto count = std::size_t{setup_.last} - setup_.first + 1;
  while (book_.entries().size() < count) {
    while (poller_.open_connections() < setup_.connections) {
      auto batch = next_batch();
      if (batch.empty()) break;
      poller_.adopt(
          std::make_unique<Visit>(*this, Poller::connect_to(setup_.port), std::move(batch)));
    }
    poller_.turn(1000ms);
    poller_.each([](Connection& each) {
      auto& visit = static_cast<Visit&>(each);
      if (visit.is_stuck()) visit.give_up();
    });
  }
}

}  // namespace understudy::ledger
