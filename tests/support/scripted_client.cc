#include "support/scripted_client.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "support/pump.h"
#include "understudy/base/ascii.h"

namespace understudy::support {

namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view empty_line = "\r\n\r\n";

std::string field_of(std::string_view head, std::string_view name) {
  for (auto at = head.find(crlf); at != head.npos; at = head.find(crlf, at)) {
    at += crlf.size();
    const auto line = head.substr(at, head.find(crlf, at) - at);
    const auto colon = line.find(':');
    if (colon == line.npos || !ascii::iequals(line.substr(0, colon), name)) continue;
    return std::string(ascii::trim(line.substr(colon + 1)));
  }
  return {};
}

// Takes chunks from the front of `bytes`; true when the last one and its trailers were there.
bool take_chunks(std::string_view& bytes, Reply& reply) {
  for (;;) {
    const auto end = bytes.find(crlf);
    if (end == bytes.npos) return false;
    std::size_t size = 0;
    std::from_chars(bytes.data(), bytes.data() + end, size, 16);
    if (size == 0) {
      const auto rest = bytes.substr(end);
      const auto last = rest.find(empty_line);
      if (last == rest.npos) return false;
      reply.trailers = last == 0 ? "" : std::string(rest.substr(crlf.size(), last - crlf.size()));
      bytes = rest.substr(last + empty_line.size());
      return true;
    }
    if (bytes.size() < end + size + 2 * crlf.size()) return false;
    reply.body.append(bytes.substr(end + crlf.size(), size));
    bytes.remove_prefix(end + size + 2 * crlf.size());
  }
}

// Takes one answer from the front of `bytes`.
Reply take_reply(std::string_view& bytes, std::string_view method, bool has_ended) {
  Reply reply;
  const auto end = bytes.find(empty_line);
  if (end == bytes.npos) return reply;
  reply.head = bytes.substr(0, end);
  const auto status = reply.head.substr(std::min(reply.head.find(' ') + 1, reply.head.size()), 3);
  std::from_chars(status.data(), status.data() + status.size(), reply.status);
  auto rest = bytes.substr(end + empty_line.size());
  const auto length = field_of(reply.head, "Content-Length");
  if (method == "HEAD" || reply.status < 200 || reply.status == 204 || reply.status == 304) {
    reply.is_complete = true;
  } else if (ascii::iequals(field_of(reply.head, "Transfer-Encoding"), "chunked")) {
    reply.is_complete = take_chunks(rest, reply);
  } else if (const auto size = ascii::to_number(length)) {
    reply.is_complete = rest.size() >= *size;
    // Not for every piece that comes: large answers would take for ever.
    if (reply.is_complete || has_ended) reply.body = rest.substr(0, *size);
    rest.remove_prefix(reply.body.size());
  } else if (has_ended) {
    reply.body = std::exchange(rest, {});
    reply.is_complete = true;
  }
  if (reply.is_complete) bytes = rest;
  return reply;
}

}  // namespace

std::string Reply::field(std::string_view name) const {
  return field_of(head, name);
}

ScriptedClient::ScriptedClient(net::Loop& loop, const net::Address& server, net::Opening opening)
    : loop_(loop), stream_(net::Stream::connect(loop, server, *this, std::move(opening))) {
  stream_->read();
}

ScriptedClient::~ScriptedClient() {
  leave();
}

void ScriptedClient::on_data(std::string_view bytes) {
  received_.append(bytes);
  total_received_ += bytes.size();
}

void ScriptedClient::on_failed(Error error) {
  has_ended_ = true;
  was_reset_ = error.code == Code::reset;
}

void ScriptedClient::send(std::string_view bytes) {
  stream_->write(bytes);
}
void ScriptedClient::finish_writing() {
  stream_->finish_writing();
}
void ScriptedClient::stop_reading() {
  stream_->pause();
}
void ScriptedClient::read_again() {
  stream_->read();
}

void ScriptedClient::leave() {
  if (stream_ == nullptr) return;
  stream_->set_events(nullptr);
  loop_.retire(std::move(stream_));
  has_ended_ = true;
}

void ScriptedClient::reset() {
  stream_->abort();
  leave();
}

std::optional<Reply> ScriptedClient::reply_if_there(std::string_view method) {
  std::string_view bytes = received_;
  auto reply = take_reply(bytes, method, has_ended_);
  if (reply.is_complete) received_.erase(0, received_.size() - bytes.size());
  if (reply.is_complete || has_ended_) return reply;
  return std::nullopt;
}

Reply ScriptedClient::reply(std::string_view method) {
  std::optional<Reply> found;
  pump_until(loop_, [&] {
    found = reply_if_there(method);
    return found.has_value();
  });
  return found.value_or(Reply{});
}

Reply ScriptedClient::get(std::string_view target, std::string_view fields) {
  send(fmt::format("GET {} HTTP/1.1\r\nHost: example.test\r\n{}\r\n", target, fields));
  return reply();
}

bool ScriptedClient::sees_end() {
  return pump_until(loop_, [&] { return has_ended_; });
}

}  // namespace understudy::support
