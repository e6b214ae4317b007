#include "cli/selftest_server.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "understudy/http/parser.h"
#include "understudy/net/stream.h"

namespace understudy::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration slow_wait = 1s;
constexpr Duration trickle_wait = 100ms;
// A flood takes the machine's memory bandwidth from nobody else: so much, to so many connections, a
// millisecond.
constexpr Duration flood_wait = 1ms;
constexpr std::size_t flood_bytes = 64 * limits::kib;
constexpr std::size_t floods_at_once = 2;
constexpr std::size_t small_bytes = 300;
constexpr std::size_t large_bytes = 30'000;

std::string answer_to(std::string_view target) {
  if (target != "/large") {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
        "Content-Length: {}\r\n\r\n{}",
        small_bytes, std::string(small_bytes, 's'));
  }
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
      "{:x}\r\n{}\r\n0\r\n\r\n",
      large_bytes, std::string(large_bytes, 'l'));
}

}  // namespace

// One connection: reads requests as its manner is, and answers likewise.
class SelftestServer::Connection final : public net::Retirable,
                                         private net::StreamEvents,
                                         private http::ParserEvents {
 public:
  Connection(SelftestServer& server, std::unique_ptr<net::Stream> stream)
      : server_(server),
        stream_(std::move(stream)),
        wait_(net::Deadline::calling<&Connection::go_on>(server.loop_, *this)),
        parser_(http::Parser::Kind::request, *this) {
    stream_->set_events(this);
    if (server_.manner_ != Manner::deaf) stream_->read();
  }

  void pour() {
    static const std::string block(flood_bytes, 'f');
    if (is_flooding_ && !stream_->is_congested()) stream_->write(block);
  }

 private:
  void on_data(std::string_view bytes) override {
    waiting_.append(bytes);
    if (!wait_.is_armed()) read();
  }

  void read() {
    while (!waiting_.empty() && !wait_.is_armed() && !is_gone_) {
      const auto consumed = parser_.feed(waiting_);
      if (!consumed) return leave();
      waiting_.erase(0, *consumed);
      if (!parser_.is_complete()) return;
      parser_.next();
      answer();
    }
  }

  void on_request_head(http::RequestHead&& head, const http::Framing&) override {
    target_ = std::move(head.target);
  }
  void on_body(std::string_view) override {}
  void on_message_complete(http::Fields&&) override {}

  void answer() {
    switch (server_.manner_) {
      case Manner::healthy:
        return stream_->write(answer_to(target_));
      case Manner::slow:
        return wait_.arm(slow_wait);
      case Manner::trickling:
        trickling_ = answer_to(target_);
        return wait_.arm(trickle_wait);
      case Manner::resetting:
        stream_->abort();
        return leave();
      case Manner::flooding:
        stream_->write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        is_flooding_ = true;
        return;
      case Manner::garbage:
        return stream_->write("Roses are red\r\n\r\n");
      default:
        return;
    }
  }

  void go_on() {
    if (server_.manner_ == Manner::slow) {
      stream_->write(answer_to(target_));
      return read();
    }
    stream_->write(trickling_.substr(0, 1));
    trickling_.erase(0, 1);
    if (!trickling_.empty()) wait_.arm(trickle_wait);
  }

  void on_end() override { leave(); }
  void on_failed(Error) override { leave(); }

  void leave() {
    if (is_gone_) return;
    is_gone_ = true;
    wait_.disarm();
    stream_->set_events(nullptr);
    server_.gone(*this);
  }

  SelftestServer& server_;
  std::unique_ptr<net::Stream> stream_;
  net::Deadline wait_;
  http::Parser parser_;
  std::string waiting_;  // received, not parsed yet
  std::string target_;
  std::string trickling_;  // what is left to send byte by byte
  bool is_flooding_ = false;
  bool is_gone_ = false;
};

SelftestServer::SelftestServer(net::Loop& loop, Manner manner)
    : loop_(loop),
      manner_(manner),
      pouring_(net::Deadline::calling<&SelftestServer::pour>(loop, *this)) {
  if (manner_ == Manner::flooding) pouring_.arm(flood_wait);
}
SelftestServer::~SelftestServer() = default;

Result<net::Address> SelftestServer::listen() {
  const auto any = net::Address::parse("127.0.0.1:0");
  if (!any) return any.error();
  auto listener = net::Listener::open(loop_, *any, *this);
  if (!listener) return listener.error();
  const auto address = (*listener)->address();
  if (manner_ != Manner::refusing) listener_ = *std::move(listener);
  return address;
}

void SelftestServer::on_accepted(std::unique_ptr<net::Stream> stream) {
  connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
}

void SelftestServer::gone(Connection& connection) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [&](const auto& each) { return each.get() == &connection; });
  if (found == connections_.end()) return;
  loop_.retire(std::move(*found));
  connections_.erase(found);
}

void SelftestServer::pour() {
  for (std::size_t i = 0; i < std::min(floods_at_once, connections_.size()); ++i) {
    connections_[next_poured_++ % connections_.size()]->pour();
  }
  pouring_.arm(flood_wait);
}

}  // namespace understudy::cli
