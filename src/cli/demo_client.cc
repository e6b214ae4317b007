#include "cli/demo_client.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/demo_play.h"
#include "understudy/http/parser.h"
#include "understudy/http/serializer.h"
#include "understudy/net/stream.h"

namespace understudy::cli {
namespace {

// Enough to keep the shop busy, few enough that a small machine drops no copy.
constexpr std::size_t customers = 8;

std::string to_bytes(const play::Request& request, const std::string& host) {
  http::RequestHead head;
  head.method = request.method;
  head.target = request.target;
  head.fields.add("Host", host);
  head.fields.add("User-Agent", "understudy-demo");
  head.fields.add("Accept", "*/*");
  if (!request.body.empty()) {
    head.fields.add("Content-Type", "application/json");
    head.fields.add("Content-Length", fmt::format("{}", request.body.size()));
  }
  std::string bytes;
  http::write_head(bytes, head);
  return bytes + request.body;
}

}  // namespace

// One customer: asks, waits, asks again, until the script is through.
class DemoClient::Connection final : private net::StreamEvents, private http::ParserEvents {
 public:
  Connection(net::Loop& loop, DemoClient& client)
      : client_(client),
        stream_(net::Stream::connect(loop, client.address_, *this)),
        parser_(http::Parser::Kind::response, *this) {}

 private:
  void on_connected() override {
    stream_->read();
    ask();
  }

  void ask() {
    if (client_.next_ >= client_.requests_) return leave({});
    const auto request = play::request(client_.next_++);
    parser_.assume_method(request.method);
    stream_->write(to_bytes(request, client_.address_.to_string()));
  }

  void on_data(std::string_view bytes) override {
    if (is_done_) return;
    if (const auto consumed = parser_.feed(bytes); !consumed) return leave(consumed.error());
    if (!parser_.is_complete()) return;
    parser_.next();
    ask();
  }

  void on_response_head(http::ResponseHead&&, const http::Framing&) override {}
  void on_body(std::string_view) override {}
  void on_message_complete(http::Fields&&) override {}

  void on_end() override {
    leave(Error{Code::closed_early, Leg::self, "the proxy closed a customer's connection"});
  }
  void on_failed(Error error) override { leave(std::move(error)); }

  void leave(Result<void> result) {
    if (is_done_) return;
    is_done_ = true;
    stream_->set_events(nullptr);
    client_.finished(std::move(result));
  }

  DemoClient& client_;
  std::unique_ptr<net::Stream> stream_;
  http::Parser parser_;
  bool is_done_ = false;
};

DemoClient::DemoClient(net::Loop& loop, const net::Address& address, std::uint64_t requests,
                       std::function<void(Result<void>)> done)
    : address_(address), requests_(requests), done_(std::move(done)), open_(customers) {
  for (std::size_t i = 0; i < customers; ++i) {
    connections_.push_back(std::make_unique<Connection>(loop, *this));
  }
}

DemoClient::~DemoClient() = default;

void DemoClient::finished(Result<void> result) {
  if (!result && outcome_) outcome_ = std::move(result);
  if (--open_ == 0) done_(outcome_);
}

}  // namespace understudy::cli
