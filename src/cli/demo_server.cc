#include "cli/demo_server.h"

#include <algorithm>

#include <fmt/format.h>

#include "understudy/http/parser.h"
#include "understudy/http/serializer.h"
#include "understudy/net/deadline.h"
#include "understudy/net/stream.h"

namespace understudy::cli {
namespace {

std::string to_bytes(const play::Answer& answer) {
  http::ResponseHead head;
  head.status = answer.status;
  head.reason = std::string(http::reason_phrase(answer.status));
  head.fields = answer.fields;
  head.fields.add("Content-Length", fmt::format("{}", answer.body.size()));
  std::string bytes;
  http::write_head(bytes, head);
  return bytes + answer.body;
}

}  // namespace

// One kept-alive connection: a request, a little work, an answer, and again.
class DemoServer::Connection final : public net::Retirable,
                                     private net::StreamEvents,
                                     private http::ParserEvents {
 public:
  Connection(DemoServer& server, std::unique_ptr<net::Stream> stream)
      : server_(server),
        stream_(std::move(stream)),
        work_(net::Deadline::calling<&Connection::on_worked>(server.loop_, *this)),
        parser_(http::Parser::Kind::request, *this) {
    stream_->set_events(this);
    stream_->read();
  }

 private:
  void on_data(std::string_view bytes) override {
    waiting_.append(bytes);
    if (!work_.is_armed()) read();
  }

  void read() {
    const auto consumed = parser_.feed(waiting_);
    if (!consumed) return leave();
    waiting_.erase(0, *consumed);
    if (parser_.is_complete()) work_.arm(answer_.delay);
  }

  void on_request_head(http::RequestHead&& head, const http::Framing&) override {
    request_.method = std::move(head.method);
    request_.target = std::move(head.target);
    request_.body.clear();
  }
  void on_body(std::string_view piece) override { request_.body.append(piece); }
  void on_message_complete(http::Fields&&) override { answer_ = server_.actor_.answer(request_); }

  void on_worked() {
    stream_->write(to_bytes(answer_));
    parser_.next();
    if (!waiting_.empty()) read();
  }

  void on_end() override { leave(); }
  void on_failed(Error) override { leave(); }

  void leave() {
    if (is_gone_) return;
    is_gone_ = true;
    work_.disarm();
    stream_->set_events(nullptr);
    server_.gone(*this);
  }

  DemoServer& server_;
  std::unique_ptr<net::Stream> stream_;
  net::Deadline work_;
  http::Parser parser_;
  std::string waiting_;  // received, not parsed yet
  play::Request request_;
  play::Answer answer_;
  bool is_gone_ = false;
};

DemoServer::DemoServer(net::Loop& loop, play::Actor actor) : loop_(loop), actor_(actor) {}
DemoServer::~DemoServer() = default;

Result<net::Address> DemoServer::listen() {
  const auto address = net::Address::parse("127.0.0.1:0");
  if (!address) return address.error();
  auto listener = net::Listener::open(loop_, *address, *this);
  if (!listener) return listener.error();
  listener_ = *std::move(listener);
  return listener_->address();
}

void DemoServer::on_accepted(std::unique_ptr<net::Stream> stream) {
  connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
}

void DemoServer::gone(Connection& connection) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [&](const auto& each) { return each.get() == &connection; });
  if (found == connections_.end()) return;
  loop_.retire(std::move(*found));
  connections_.erase(found);
}

}  // namespace understudy::cli
