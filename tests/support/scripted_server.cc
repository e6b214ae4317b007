#include "support/scripted_server.h"

#include <algorithm>
#include <cassert>
#include <charconv>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/net/deadline.h"

namespace understudy::support {

namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view empty_line = "\r\n\r\n";
// A reader may keep up with a flood: let others have their turn, too.
constexpr int blocks_at_once = 64;
constexpr Duration flood_pause = std::chrono::milliseconds(1);

int new_socket(const net::Address& address) {
  return socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

// One connection: collects a request at a time and plays the script.
class ScriptedServer::Connection final : public net::Retirable, private net::StreamEvents {
 public:
  Connection(ScriptedServer& server, std::unique_ptr<net::Stream> stream)
      : server_(server),
        stream_(std::move(stream)),
        pause_(net::Deadline::calling<&Connection::go_on>(server.loop_, *this)) {
    stream_->set_events(this);
    if (server_.tls_ != nullptr) stream_->start_tls(server_.tls_, {});
    if (server_.script_.kind != Script::Kind::deaf) stream_->read();
  }

  void leave() { leave(false); }
  void reset() { leave(true); }
  void go_deaf() { stream_->pause(); }

 private:
  void on_connected() override { server_.resumed_ += stream_->is_tls_resumed() ? 1 : 0; }
  void on_data(std::string_view bytes) override;
  void on_end() override { leave(false); }
  void on_drained() override {
    if (is_flooding_ && !pause_.is_armed()) flood();
  }
  void on_failed(Error) override { leave(false); }

  bool read_head();
  bool read_body();
  bool read_chunk();
  bool read_trailers();
  void on_head();
  void on_request();
  void go_on();
  void trickle(std::size_t count);
  void flood();
  void leave(bool with_reset);

  ScriptedServer& server_;
  std::unique_ptr<net::Stream> stream_;
  net::Deadline pause_;
  std::string buffer_;          // received, not yet understood
  Request* request_ = nullptr;  // being read
  std::size_t missing_ = 0;     // bytes of the body, or of the chunk
  bool is_chunked_ = false, is_in_chunk_ = false;
  std::string trickling_;  // what is left to send byte by byte
  int blocks_ = 0;         // of a flood, since its last pause
  bool is_flooding_ = false, is_gone_ = false;
};

void ScriptedServer::Connection::on_data(std::string_view bytes) {
  buffer_.append(bytes);
  while (!is_gone_ && (request_ == nullptr ? read_head() : read_body())) {
  }
}

bool ScriptedServer::Connection::read_head() {
  const auto end = buffer_.find(empty_line);
  if (end == std::string::npos) return false;
  server_.requests_.push_back(std::make_unique<Request>());
  request_ = server_.requests_.back().get();
  request_->head = buffer_.substr(0, end);
  buffer_.erase(0, end + empty_line.size());
  is_chunked_ = ascii::iequals(request_->field("Transfer-Encoding"), "chunked");
  is_in_chunk_ = false;
  missing_ = ascii::to_number(request_->field("Content-Length")).value_or(0);
  on_head();
  return !is_gone_;
}

// True when there may be more to read in the buffer.
bool ScriptedServer::Connection::read_body() {
  if (is_chunked_ && !is_in_chunk_) return read_chunk();
  const auto taken = std::min(missing_, buffer_.size());
  request_->body.append(buffer_, 0, taken);
  buffer_.erase(0, taken);
  missing_ -= taken;
  if (missing_ != 0) return false;
  if (!is_chunked_) {
    on_request();
    return true;
  }
  if (buffer_.size() < crlf.size()) return false;
  buffer_.erase(0, crlf.size());
  is_in_chunk_ = false;
  return true;
}

bool ScriptedServer::Connection::read_chunk() {
  const auto end = buffer_.find(crlf);
  if (end == std::string::npos) return false;
  const auto [rest, error] = std::from_chars(buffer_.data(), buffer_.data() + end, missing_, 16);
  assert(error == std::errc{} && rest != buffer_.data());
  if (missing_ == 0) return read_trailers();
  buffer_.erase(0, end + crlf.size());
  is_in_chunk_ = true;
  return true;
}

// From the line of the last chunk to the empty line.
bool ScriptedServer::Connection::read_trailers() {
  const auto end = buffer_.find(empty_line);
  if (end == std::string::npos) return false;
  const auto begin = buffer_.find(crlf) + crlf.size();
  if (end > begin) request_->trailers = buffer_.substr(begin, end - begin);
  buffer_.erase(0, end + empty_line.size());
  on_request();
  return true;
}

void ScriptedServer::Connection::on_head() {
  const auto& script = server_.script_;
  switch (script.kind) {
    case Script::Kind::reset:
      return leave(true);
    case Script::Kind::deaf:
      return stream_->pause();
    case Script::Kind::at_head:
      return stream_->write(script.answer(*request_));
    default:
      return;
  }
}

void ScriptedServer::Connection::on_request() {
  request_->is_complete = true;
  const auto& request = *std::exchange(request_, nullptr);
  if (std::exchange(server_.closes_next_, false)) return leave(false);
  const auto& script = server_.script_;
  switch (script.kind) {
    case Script::Kind::answer:
      return stream_->write(script.answer(request));
    case Script::Kind::close:
      stream_->write(script.answer(request));
      return stream_->finish_writing();
    case Script::Kind::reset_after:
      stream_->write(script.answer(request));
      return leave(true);
    case Script::Kind::trickle:
      trickling_ = script.answer(request);
      return trickle(script.at_once);
    case Script::Kind::flood:
      stream_->write(script.answer(request));
      is_flooding_ = true;
      return flood();
    default:
      return;
  }
}

void ScriptedServer::Connection::go_on() {
  blocks_ = 0;
  if (is_flooding_) return flood();
  trickle(1);
}

void ScriptedServer::Connection::trickle(std::size_t count) {
  if (trickling_.empty()) return;
  stream_->write(trickling_.substr(0, count));
  trickling_.erase(0, count);
  pause_.arm(server_.script_.pause);
}

void ScriptedServer::Connection::flood() {
  const auto& block = server_.script_.block;
  for (; blocks_ < blocks_at_once; ++blocks_) {
    if (stream_->is_congested()) return;  // on_drained goes on
    stream_->write(block);
  }
  pause_.arm(flood_pause);
}

void ScriptedServer::Connection::leave(bool with_reset) {
  if (is_gone_) return;
  is_gone_ = true;
  pause_.disarm();
  if (with_reset) stream_->abort();
  stream_->set_events(nullptr);
  server_.gone(*this);
}

std::string ScriptedServer::Request::field(std::string_view name) const {
  for (const auto line : ascii::split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !ascii::iequals(line.substr(0, colon), name)) continue;
    const auto value = line.substr(colon + 1);
    return std::string(ascii::trim(value.substr(0, value.find('\r'))));
  }
  return {};
}

ScriptedServer::ScriptedServer(net::Loop& loop)
    : ScriptedServer(loop, *net::Address::parse("127.0.0.1:0")) {}

ScriptedServer::ScriptedServer(net::Loop& loop, const net::Address& where) : loop_(loop) {
  auto opened = net::Listener::open(loop, where, *this);
  assert(opened.ok());
  listener_ = std::move(*opened);
  address_ = listener_->address();
  answers(200, "");
}

ScriptedServer::~ScriptedServer() {
  for (const int descriptor : sockets_) close(descriptor);
}

void ScriptedServer::answers(std::string bytes) {
  answers_with([bytes = std::move(bytes)](const Request&) { return bytes; });
}

void ScriptedServer::answers(int status, std::string_view body, std::string_view fields) {
  answers(message(status, body, fields));
}

void ScriptedServer::answers_with(Answer answer) {
  script_ = {Script::Kind::answer, std::move(answer)};
}

void ScriptedServer::answers_at_head(std::string bytes) {
  answers(std::move(bytes));
  script_.kind = Script::Kind::at_head;
}

void ScriptedServer::stays_silent() {
  script_ = {Script::Kind::silent, nullptr};
}

void ScriptedServer::stops_reading() {
  script_ = {Script::Kind::deaf, nullptr};
  for (const auto& connection : connections_) connection->go_deaf();
}

void ScriptedServer::resets() {
  script_ = {Script::Kind::reset, nullptr};
}

void ScriptedServer::resets_at_once() {
  script_ = {Script::Kind::reset_at_once, nullptr};
}

void ScriptedServer::resets_after(std::string bytes) {
  answers(std::move(bytes));
  script_.kind = Script::Kind::reset_after;
}

void ScriptedServer::closes_after(std::string bytes) {
  answers(std::move(bytes));
  script_.kind = Script::Kind::close;
}

void ScriptedServer::trickles(std::string bytes, Duration pause, std::size_t at_once) {
  answers(std::move(bytes));
  script_.kind = Script::Kind::trickle;
  script_.pause = pause;
  script_.at_once = at_once;
}

void ScriptedServer::floods() {
  floods("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "x");
}

void ScriptedServer::floods(std::string begin, std::string_view again) {
  answers(std::move(begin));
  script_.kind = Script::Kind::flood;
  while (script_.block.size() < limits::read_bytes) script_.block.append(again);
}

// The port stays bound, or a server of another test could get it, and answer.
void ScriptedServer::stops_listening() {
  if (listener_ == nullptr) return;
  const auto& where = listener_->address();
  const int holder = sockets_.emplace_back(new_socket(where));
  const int on = 1;
  setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(holder, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  [[maybe_unused]] const bool is_held = bind(holder, where.raw(), where.raw_size()) == 0;
  assert(is_held);
  listener_.reset();
}

// A broadcast address of the loopback network: TCP cannot go there (ENETUNREACH).
void ScriptedServer::is_unreachable() {
  address_ = *net::Address::parse("127.255.255.255:9");
}

// A full queue of connections: the kernel drops whoever knocks.
void ScriptedServer::is_swamped() {
  const auto any = *net::Address::parse("127.0.0.1:0");
  const int server = sockets_.emplace_back(new_socket(any));
  bool is_done = bind(server, any.raw(), any.raw_size()) == 0 && listen(server, 0) == 0;
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  is_done &= getsockname(server, reinterpret_cast<sockaddr*>(&storage), &size) == 0;
  assert(is_done);
  address_ = net::Address::from(reinterpret_cast<sockaddr*>(&storage), size);
  for (int i = 0; i < 3; ++i) {
    const int knocking = sockets_.emplace_back(new_socket(address_));
    static_cast<void>(connect(knocking, address_.raw(), address_.raw_size()));
  }
}

void ScriptedServer::closes_connections() {
  while (!connections_.empty()) connections_.back()->leave();
}

std::string ScriptedServer::message(int status, std::string_view body, std::string_view fields) {
  return fmt::format("HTTP/1.1 {} Scripted\r\n{}Content-Length: {}\r\n\r\n{}", status, fields,
                     body.size(), body);
}

void ScriptedServer::on_accepted(std::unique_ptr<net::Stream> stream) {
  ++accepted_;
  connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
  if (script_.kind == Script::Kind::reset_at_once) connections_.back()->reset();
}

void ScriptedServer::gone(Connection& connection) {
  const auto it = std::find_if(connections_.begin(), connections_.end(),
                               [&](const auto& one) { return one.get() == &connection; });
  loop_.retire(std::move(*it));
  connections_.erase(it);
}

}  // namespace understudy::support
