#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::ledger {

// Reads HTTP messages from one direction of a connection, without any code of the proxy.
class Reader {
 public:
  enum class Kind { request, answer };
  explicit Reader(Kind kind) : kind_(kind) {}

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // Goes on as far as it can; true when a message is complete.
  bool read();
  // The connection has ended, which completes a body that ends so.
  bool read_end();
  // Forgets the message that was complete.
  void next();
  // The answer to come has no body whatever its head says: HEAD was asked.
  void expect_no_body(bool has_none) { has_no_body_ = has_none; }

  bool has_begun() const { return has_head() || at_ < buffer_.size(); }
  bool has_head() const { return state_ != State::head; }
  bool is_complete() const { return state_ == State::done; }
  bool is_broken() const { return is_broken_; }

  // Of the head.
  const std::string& head() const { return head_; }
  std::string_view method() const { return word(0); }
  std::string_view target() const { return word(1); }
  int status() const;
  std::string_view field(std::string_view name) const;
  // All lines of fields that begin so, in order.
  std::string fields(std::string_view prefix) const;
  const std::string& body() const { return body_; }

 private:
  enum class State { head, length, chunk_line, chunk, chunk_end, trailers, until_end, done };

  bool step();
  bool read_head();
  bool read_piece(State after);
  bool read_chunk_line();
  bool read_trailers();
  void choose_body();
  std::string_view line();
  std::string_view word(int index) const;

  const Kind kind_;
  State state_ = State::head;
  std::string buffer_;
  std::size_t at_ = 0;  // of the buffer, what is read
  std::string head_, body_;
  std::size_t missing_ = 0;
  bool has_no_body_ = false, is_broken_ = false;
};

}  // namespace understudy::ledger
