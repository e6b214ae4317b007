// Answers from whatever comes; the first byte of an input says to which method: H to a HEAD, else
// to a GET. Promises:
// - neither events nor verdict depend on how the bytes were cut;
// - what was accepted is accepted again as the client gets it, with the same framing and body;
// - what has no body is told without one, whatever its fields say.

#include "http_promises.h"

namespace understudy::http {
namespace {

// Interim answers and the final one, as the client gets them.
struct Answer {
  int status = 0;
  Framing framing;
  std::string body;
  bool is_complete = false;
};

// Reads the answers to one request and writes them for a client of some version.
class Relay final : public ParserEvents {
 public:
  Relay(std::string_view bytes, std::string_view method, Version client)
      : context_{client, method, true}, parser_(Parser::Kind::response, *this) {
    while (!bytes.empty() && !is_over_) {
      parser_.assume_method(method);
      const auto used = parser_.feed(bytes);
      if (!used) return;
      bytes.remove_prefix(*used);
      if (parser_.is_complete()) parser_.next();
    }
    if (!is_over_) static_cast<void>(parser_.finish());
  }

  const std::string& bytes() const { return bytes_; }
  const std::vector<Answer>& answers() const { return answers_; }

 private:
  void on_response_head(ResponseHead&& head, const Framing& framing) override {
    if (is_over_) return;
    constexpr int final_from = 200, switching = 101;
    is_final_ = head.status >= final_from || head.status == switching;
    const Framing written = client_framing(framing, context_);
    answers_.push_back({head.status, written, {}, false});
    is_written_ = has_room(head.fields);
    body_.begin(written);
    if (is_written_) write_answer_head(bytes_, head, written, context_);
  }

  void on_body(std::string_view piece) override {
    if (is_over_) return;
    const Answer& answer = answers_.back();
    must(answer.framing.body != BodyKind::none, "what has no body is told without one");
    answers_.back().body.append(piece);
    body_.piece(bytes_, piece);
  }

  void on_message_complete(Fields&& trailers) override {
    if (is_over_) return;
    body_.end(bytes_, trailers);
    answers_.back().is_complete = true;
    is_over_ = is_final_ || !is_written_;
  }

  AnswerContext context_;
  Parser parser_;
  BodyWriter body_;
  std::string bytes_;
  std::vector<Answer> answers_;
  bool is_final_ = false;
  bool is_written_ = true;
  bool is_over_ = false;
};

void check_second_reading(std::string_view bytes, std::string_view method, Version client) {
  const Relay first(bytes, method, client);
  if (first.answers().empty() || !first.answers().back().is_complete) return;
  const Relay again(first.bytes(), method, client);
  must(again.answers().size() == first.answers().size(), "all answers are accepted again");
  for (std::size_t i = 0; i < first.answers().size(); ++i) {
    const Answer& was = first.answers()[i];
    const Answer& is = again.answers()[i];
    must(is.status == was.status, "the status is forwarded");
    must(is.framing.body == was.framing.body, "the body is framed as decided");
    must(is.framing.length == was.framing.length, "the length is forwarded");
    must(is.framing.upgrade == was.framing.upgrade, "an upgrade is answered");
    must(is.body == was.body, "the body is forwarded");
  }
  must(again.answers().back().is_complete, "a whole answer stays whole");
}

}  // namespace
}  // namespace understudy::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  if (size == 0) return 0;
  const auto bytes = fuzz::as_text(data, size).substr(1);
  const std::string_view method = data[0] == 'H' ? "HEAD" : "GET";
  http::check_cuts({http::Parser::Kind::response, bytes, method, {}});
  http::check_second_reading(bytes, method, http::Version::http_1_1);
  http::check_second_reading(bytes, method, http::Version::http_1_0);
  return 0;
}
