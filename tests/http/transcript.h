#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/http/parser.h"

namespace understudy::http {

// What a parser tells about a run of messages, as text: heads, bodies, ends, and the verdict.
// Bodies are joined over pieces, so that it does not depend on how the bytes were cut.
class Transcript final : public ParserEvents {
 public:
  Transcript(Parser::Kind kind, std::string_view method, ParserLimits limits = {})
      : parser_(kind, *this, limits), method_(method) {
    begin();
  }

  // Feeds one read, over as many messages as it holds.
  void feed(std::string_view bytes) {
    while (!bytes.empty() && !is_over_) {
      auto used = parser_.feed(bytes);
      if (!used) return end("refused " + std::string(name(used.error().code)), used.error());
      fed_ += *used;
      bytes.remove_prefix(*used);
      if (!parser_.is_complete()) {
        if (!bytes.empty()) accuse("LEFT BYTES");
        return;
      }
      text_ += "end at " + std::to_string(fed_) + "\n";
      parser_.next();
      begin();
    }
  }

  void finish() {
    if (is_over_) return;
    auto done = parser_.finish();
    if (!done) return end("refused " + std::string(name(done.error().code)), done.error());
    if (parser_.is_complete()) text_ += "end at close\n";
    end("fine", {});
  }

  const std::string& text() const { return text_; }
  const std::string& detail() const { return detail_; }

 private:
  void begin() {
    if (!method_.empty()) parser_.assume_method(method_);
  }

  // The parser broke its own promise: stands first, where no input can write it.
  void accuse(std::string_view what) { text_.insert(0, std::string(what) + "\n"); }

  void end(const std::string& verdict, const Error& error) {
    text_ += verdict + "\n";
    detail_ = error.detail;
    is_over_ = true;
  }

  void on_request_head(RequestHead&& head, const Framing& framing) override {
    text_ += head.method + " " + head.target + version(head.version);
    tell(head.fields, framing);
  }

  void on_response_head(ResponseHead&& head, const Framing& framing) override {
    text_ += std::to_string(head.status) + " '" + head.reason + "'" + version(head.version);
    tell(head.fields, framing);
  }

  void on_body(std::string_view piece) override {
    if (piece.empty()) accuse("EMPTY PIECE");
    if (body_bytes_ == 0) text_ += "body \n";
    body_bytes_ += piece.size();
    text_.insert(text_.size() - 1, piece);
  }

  void on_message_complete(Fields&& trailers) override {
    body_bytes_ = 0;
    for (std::size_t i = 0; i < trailers.size(); ++i) {
      text_ += "trailer " + line(trailers[i]) + "\n";
    }
  }

  static std::string version(Version version) {
    return version == Version::http_1_1 ? " 1.1" : " 1.0";
  }

  static std::string line(const Field& field) {
    return std::string(field.name).append("=").append(field.value);
  }

  void tell(const Fields& fields, const Framing& framing) {
    for (std::size_t i = 0; i < fields.size(); ++i) text_ += " [" + line(fields[i]) + "]";
    constexpr std::string_view kinds[] = {"none", "length", "chunked", "until_close"};
    text_ += " " + std::string(kinds[static_cast<int>(framing.body)]);
    if (framing.body == BodyKind::length) text_ += " " + std::to_string(framing.length);
    if (framing.keep_alive) text_ += " keep";
    if (framing.expects_continue) text_ += " continue";
    if (framing.upgrade) text_ += " upgrade";
    text_ += "\n";
  }

  Parser parser_;
  std::string method_;
  std::string text_;
  std::string detail_;
  std::size_t fed_ = 0;
  std::size_t body_bytes_ = 0;
  bool is_over_ = false;
};

// One way of feeding: `cuts` are the sizes of the reads, the last one repeats.
struct Case {
  Parser::Kind kind = Parser::Kind::request;
  std::string_view bytes;
  std::string_view method;  // that answers belong to
  ParserLimits limits;
};

inline std::string told_in_pieces(const Case& input, std::size_t first, std::size_t others) {
  Transcript transcript(input.kind, input.method, input.limits);
  std::string_view rest = input.bytes;
  for (std::size_t size = first; !rest.empty(); size = others) {
    // A copy of its own for each piece, so that a sanitizer sees who reads beyond it.
    const std::vector<char> piece(rest.begin(),
                                  rest.begin() + static_cast<long>(std::min(size, rest.size())));
    transcript.feed({piece.data(), piece.size()});
    rest.remove_prefix(piece.size());
  }
  transcript.finish();
  return transcript.text();
}

}  // namespace understudy::http
