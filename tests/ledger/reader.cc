#include "ledger/reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace understudy::ledger {

namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view empty_line = "\r\n\r\n";
constexpr std::size_t compact_bytes = 64 * 1024;

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

bool Reader::read() {
  while (!is_broken_ && state_ != State::done && step()) {
  }
  return state_ == State::done;
}

bool Reader::read_end() {
  if (state_ == State::until_end) state_ = State::done;
  return state_ == State::done;
}

void Reader::next() {
  state_ = State::head;
  head_.clear();
  body_.clear();
  if (at_ < compact_bytes && at_ != buffer_.size()) return;
  buffer_.erase(0, std::exchange(at_, 0));
}

// True when it made progress.
bool Reader::step() {
  switch (state_) {
    case State::head:
      return read_head();
    case State::length:
      return read_piece(State::done);
    case State::chunk_line:
      return read_chunk_line();
    case State::chunk:
      return read_piece(State::chunk_end);
    case State::chunk_end:
      if (buffer_.size() - at_ < crlf.size()) return false;
      is_broken_ = line() != "";
      state_ = State::chunk_line;
      return true;
    case State::trailers:
      return read_trailers();
    case State::until_end:
      body_.append(buffer_, at_);
      at_ = buffer_.size();
      return false;
    case State::done:
      break;
  }
  return false;
}

bool Reader::read_head() {
  const auto end = buffer_.find(empty_line, at_);
  if (end == std::string::npos) return false;
  head_ = buffer_.substr(at_, end + crlf.size() - at_);
  at_ = end + empty_line.size();
  choose_body();
  return true;
}

void Reader::choose_body() {
  constexpr int ok = 200, no_content = 204, not_modified = 304;
  const bool is_answer = kind_ == Kind::answer;
  const bool has_none = is_answer && (has_no_body_ || status() < ok || status() == no_content ||
                                      status() == not_modified);
  const auto length = field("Content-Length");
  missing_ = number(length, 10);
  if (has_none) {
    state_ = State::done;
  } else if (field("Transfer-Encoding") == "chunked") {
    state_ = State::chunk_line;
  } else if (!length.empty() || !is_answer) {
    state_ = missing_ == 0 ? State::done : State::length;
  } else {
    state_ = State::until_end;
  }
}

bool Reader::read_piece(State after) {
  const auto taken = std::min(missing_, buffer_.size() - at_);
  body_.append(buffer_, at_, taken);
  at_ += taken;
  missing_ -= taken;
  if (missing_ == 0) state_ = after;
  return missing_ == 0;
}

// Takes one whole line, without its end.
std::string_view Reader::line() {
  const auto end = buffer_.find(crlf, at_);
  const auto text = std::string_view(buffer_).substr(at_, end - at_);
  at_ = end + crlf.size();
  return text;
}

bool Reader::read_chunk_line() {
  if (buffer_.find(crlf, at_) == std::string::npos) return false;
  const auto text = line();
  is_broken_ = text.empty();
  missing_ = number(text, 16);
  state_ = missing_ == 0 ? State::trailers : State::chunk;
  return true;
}

bool Reader::read_trailers() {
  if (buffer_.find(crlf, at_) == std::string::npos) return false;
  if (line().empty()) state_ = State::done;
  return true;
}

std::string_view Reader::word(int index) const {
  std::string_view rest = head_;
  for (; index > 0; --index) rest.remove_prefix(std::min(rest.find(' '), rest.size() - 1) + 1);
  return rest.substr(0, rest.find_first_of(" \r"));
}

int Reader::status() const {
  return static_cast<int>(number(word(1), 10));
}

std::string_view Reader::field(std::string_view name) const {
  const std::string_view head = head_;
  const auto begin = head.find(fmt::format("\r\n{}: ", name));
  if (begin == head.npos) return {};
  const auto value = begin + crlf.size() + name.size() + 2;
  return head.substr(value, head.find(crlf, value) - value);
}

std::string Reader::fields(std::string_view prefix) const {
  std::string found;
  for (auto at = head_.find(crlf); at + crlf.size() < head_.size();) {
    at += crlf.size();
    const auto end = head_.find(crlf, at);
    const auto text = std::string_view(head_).substr(at, end + crlf.size() - at);
    if (text.starts_with(prefix)) found += text;
    at = end;
  }
  return found;
}

}  // namespace understudy::ledger
