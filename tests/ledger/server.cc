#include "ledger/server.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "ledger/reader.h"
#include "support/dice.h"

namespace understudy::ledger {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view path = "/ledger/";
constexpr std::size_t chunk_bytes = 9'000;

std::string in_chunks(std::string_view body, bool has_trailers) {
  std::string out;
  for (; !body.empty(); body.remove_prefix(std::min(body.size(), chunk_bytes))) {
    const auto piece = body.substr(0, chunk_bytes);
    out += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  return out += has_trailers ? "0\r\nX-Ledger-Trailer: t\r\n\r\n" : "0\r\n\r\n";
}

bool has_length(const Plan& plan) {
  return plan.method == "HEAD" || plan.answer == Plan::Answer::length;
}

// The whole answer as this server means it.
std::string message_of(const Plan& plan, Side side) {
  const auto body = answer_body(plan, side);
  const bool has_none = plan.status == 204 || plan.status == 304;
  auto text = fmt::format("HTTP/1.1 {} Planned\r\nX-Ledger-Id: {}\r\nX-Ledger-Side: {}\r\n",
                          plan.status, plan.id, name(side));
  if (!has_none && has_length(plan)) text += fmt::format("Content-Length: {}\r\n", body.size());
  if (plan.answer == Plan::Answer::chunked) text += "Transfer-Encoding: chunked\r\n";
  text += "\r\n";
  return text += plan.answer == Plan::Answer::chunked ? in_chunks(body, plan.has_trailers) : body;
}

}  // namespace

Id id_in(std::string_view target) {
  Id id = 0;
  if (!target.starts_with(path)) return id;
  target.remove_prefix(path.size());
  std::from_chars(target.data(), target.data() + target.size(), id);
  return id;
}

// One connection of the proxy.
class Server::Visit final : public Connection {
 public:
  Visit(Server& server, int descriptor)
      : Connection(server.poller_, descriptor), server_(server), reader_(Reader::Kind::request) {}

  void break_off() {
    note_partial();
    reset();
  }

 private:
  void on_data(std::string_view bytes) override {
    if (is_leaving_) return;
    reader_.feed(bytes);
    while (is_open() && !is_leaving_ && go_on()) {
    }
  }
  void on_end(bool) override {
    note_partial();
    close();
  }
  void on_tick() override { send_piece(); }

  bool go_on();
  void on_head();
  void on_request();
  void on_plain_request();
  void answer();
  void note(Entry::End end);
  void note_partial() {
    const bool is_partial = reader_.has_head() && !reader_.is_complete() && !has_answered_;
    if (is_partial && plan_.id != 0) note(Entry::End::partial);
  }
  void send_piece();
  void finish_message();
  void leave();

  Server& server_;
  Reader reader_;
  Plan plan_;
  bool is_planned_ = false;    // the head was looked at
  bool has_answered_ = false;  // this request, early
  bool is_leaving_ = false;    // nothing more is read
  unsigned served_ = 0;
  std::string pieces_;  // what is left of a trickled answer
};

// True when there may be more to do.
bool Server::Visit::go_on() {
  if (!pieces_.empty()) return false;
  const bool is_complete = reader_.read();
  if (reader_.is_broken()) {
    close();
    return false;
  }
  if (reader_.has_head() && !is_planned_) on_head();
  if (!is_complete || !is_open()) return false;
  if (plan_.id == 0) {
    on_plain_request();
  } else if (!has_answered_) {
    on_request();
  }
  if (!is_open()) return false;
  if (pieces_.empty()) finish_message();
  return pieces_.empty();
}

void Server::Visit::finish_message() {
  reader_.next();
  is_planned_ = has_answered_ = false;
  ++served_;
  const bool is_last = plan_.answer == Plan::Answer::until_close ||
                       plan_.server(server_.side_) == Plan::Server::closes_after;
  if (plan_.id != 0 && is_last) leave();
}

// A clean end behind the answer; what the proxy still says goes nowhere.
void Server::Visit::leave() {
  is_leaving_ = true;
  finish_writing();
}

void Server::Visit::on_head() {
  is_planned_ = true;
  const auto id = id_in(reader_.target());
  plan_ = id == 0 ? Plan{} : plan_of(server_.seed_, id);
  if (id == 0) return;
  const auto behaviour = plan_.server(server_.side_);
  if (behaviour == Plan::Server::swallows && served_ != 0) {
    note(Entry::End::refused);
    return reset();
  }
  if (!reader_.field("Expect").empty()) send("HTTP/1.1 100 Continue\r\n\r\n");
  if (behaviour != Plan::Server::answers_early) return;
  answer();
  has_answered_ = true;
}

void Server::Visit::on_plain_request() {
  ++server_.others_;
  const auto body = reader_.method() == "HEAD" ? "" : "plain";
  send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}", body));
}

void Server::Visit::on_request() {
  const auto whole = message_of(plan_, server_.side_);
  const auto half = std::string_view(whole).substr(0, whole.size() - (plan_.answer_bytes + 1) / 2);
  switch (plan_.server(server_.side_)) {
    case Plan::Server::closes_instead:
      note(Entry::End::refused);
      return close();
    case Plan::Server::cuts:
    case Plan::Server::resets:
      note(Entry::End::cut);
      send(half);
      return plan_.server(server_.side_) == Plan::Server::cuts ? close() : reset();
    default:
      answer();
  }
}

void Server::Visit::answer() {
  auto whole = message_of(plan_, server_.side_);
  if (plan_.method == "HEAD") whole.resize(whole.find("\r\n\r\n") + 4);
  note(Entry::End::answered);
  const auto behaviour = plan_.server(server_.side_);
  if (behaviour == Plan::Server::hints) send("HTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n");
  if (behaviour != Plan::Server::trickles) return send(whole);
  pieces_ = std::move(whole);
  send_piece();
}

void Server::Visit::send_piece() {
  const auto size = std::min(pieces_.size(), std::max<std::size_t>(pieces_.size() / 2, 40));
  send(std::string_view(pieces_).substr(0, size));
  pieces_.erase(0, size);
  if (!pieces_.empty()) return wake_after(2ms);
  if (!reader_.is_complete()) return;
  finish_message();
  on_data({});
}

void Server::Visit::note(Entry::End end) {
  Entry entry;
  entry.id = plan_.id;
  entry.end = end;
  entry.side = server_.side_;
  entry.status = static_cast<std::uint16_t>(plan_.status);
  entry.request_sum =
      request_sum(reader_.method(), reader_.target(), reader_.fields("X-Ledger-"), reader_.body());
  entry.answer_sum = answer_sum(plan_, server_.side_);
  server_.book_.add(entry);
}

std::uint16_t Server::listen(std::uint16_t port) {
  return poller_.listen(
      port, [this](int descriptor) { return std::make_unique<Visit>(*this, descriptor); });
}

void Server::reset_all() {
  poller_.each([](Connection& each) { static_cast<Visit&>(each).break_off(); });
}

}  // namespace understudy::ledger
