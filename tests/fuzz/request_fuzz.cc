// Requests from whatever comes. Promises:
// - neither events nor verdict depend on how the bytes were cut;
// - what was accepted and is forwarded is accepted again, with the same framing;
// - a strict server and every kind of lenient one see the same requests in what is forwarded.

#include "desync/reader.h"
#include "http_promises.h"

namespace understudy::http {
namespace {

// Reads requests and writes each as upstreams get it.
class Forwarder final : public ParserEvents {
 public:
  explicit Forwarder(std::string_view bytes) : parser_(Parser::Kind::request, *this) {
    while (!bytes.empty()) {
      const auto used = parser_.feed(bytes);
      if (!used || !parser_.is_complete() || is_over_) return;
      bytes.remove_prefix(*used);
      parser_.next();
    }
  }

  // The whole messages, written anew.
  const std::string& bytes() const { return bytes_; }
  const std::vector<desync::Request>& requests() const { return requests_; }
  const std::vector<Framing>& framings() const { return framings_; }

 private:
  void on_request_head(RequestHead&& head, const Framing& framing) override {
    is_over_ = !has_room(head.fields);  // and what follows it goes nowhere
    request_ = {head.method, head.target, {}, framing.upgrade};
    framing_ = framing;
    body_.begin(framing);
    const ForwardingContext context{"192.0.2.1", "up:80", framing.upgrade};
    message_.clear();
    write_head(message_, for_upstream(head, framing, context));
  }

  void on_body(std::string_view piece) override {
    request_.body.append(piece);
    body_.piece(message_, piece);
  }

  void on_message_complete(Fields&& trailers) override {
    if (is_over_) return;
    body_.end(message_, trailers);
    bytes_ += message_;
    requests_.push_back(std::move(request_));
    framings_.push_back(framing_);
  }

  Parser parser_;
  BodyWriter body_;
  desync::Request request_;
  Framing framing_;
  std::string message_;
  std::string bytes_;
  std::vector<desync::Request> requests_;
  std::vector<Framing> framings_;
  bool is_over_ = false;
};

void check_second_reading(const Forwarder& first) {
  const Forwarder again(first.bytes());
  must(again.requests() == first.requests(), "forwarded requests are accepted as they were");
  for (std::size_t i = 0; i < first.framings().size(); ++i) {
    const Framing& was = first.framings()[i];
    const Framing& is = again.framings()[i];
    must(is.body == was.body, "a body is framed as it was");
    must(is.length == was.length, "a length is forwarded");
    must(is.upgrade == was.upgrade, "an upgrade is forwarded");
    must(is.expects_continue == was.expects_continue, "an expectation is forwarded");
  }
}

void check_servers(const Forwarder& forwarder, fuzz::Dice& dice) {
  using namespace desync;
  const auto agrees = [&](const Reading& reading) {
    return reading.end == Reading::End::clean && reading.requests == forwarder.requests();
  };
  must(agrees(read_strictly(forwarder.bytes())), "a strict server sees the same requests");
  for (const auto number : {std::uint64_t{0}, all_habits, dice.roll() & all_habits}) {
    must(agrees(read_leniently(forwarder.bytes(), habits(number))),
         "a lenient server sees the same requests");
  }
}

}  // namespace
}  // namespace understudy::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const auto bytes = fuzz::as_text(data, size);
  http::check_cuts({http::Parser::Kind::request, bytes, "", {}});
  const http::Forwarder forwarder(bytes);
  http::check_second_reading(forwarder);
  fuzz::Dice dice(size);
  http::check_servers(forwarder, dice);
  return 0;
}
