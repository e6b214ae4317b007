#include "understudy/upstream/call.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/http/serializer.h"
#include "understudy/net/deadline.h"
#include "upstream/connection.h"

namespace understudy::upstream {

// Whoever asks for upgrades keeps both.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void CallEvents::on_upgraded(std::unique_ptr<net::Stream>, std::string) {
  assert(false && "an upgrade that nobody asked for");
}

namespace {

// RFC 9110, 7.8: a server may switch to nothing but what the request offered.
bool was_offered(std::string_view offered, const http::Fields& fields) {
  const std::string chosen = fields.joined("Upgrade");
  const auto protocols = ascii::split(chosen, ',');
  return std::all_of(protocols.begin(), protocols.end(), [offered](std::string_view protocol) {
    return ascii::list_has(offered, protocol);
  });
}

}  // namespace

struct Call::State final : http::ParserEvents {
  enum class Request { idle, body, done };
  enum class Answer { waiting, body, done };

  State(Call& owner, Upstream& owner_upstream, CallEvents& owner_events, Deadlines waits)
      : call(owner),
        upstream(owner_upstream),
        events(owner_events),
        deadlines(waits),
        deadline(net::Deadline::calling<&State::on_deadline>(upstream.loop(), *this)) {}

  // Towards the server.
  void write_piece(std::string_view piece);
  void flush();
  void request_done(const http::Fields& trailers);
  void open(std::unique_ptr<Upstream::Connection> idle, std::string_view body);
  void connect();
  bool may_repeat() const;
  void repeat();
  void use(std::unique_ptr<Upstream::Connection> taken);
  net::Stream* stream() const { return connection == nullptr ? nullptr : connection->stream.get(); }
  void drop_connection();

  // From the server.
  void read(std::string_view bytes);
  void on_response_head(http::ResponseHead&& head, const http::Framing& framing) override;
  void on_body(std::string_view piece) override;
  void on_message_complete(http::Fields&& trailers) override;
  void answer_done(std::string_view early_bytes);
  void settle();

  void on_deadline();
  void leave_rest();
  void arm();
  void lost(Error error);
  void fail(Error error);

  Call& call;
  Upstream& upstream;
  CallEvents& events;
  const Deadlines deadlines;
  net::Deadline deadline;
  std::unique_ptr<Upstream::Connection> connection;  // null: none yet, or no longer

  Request request = Request::idle;
  Answer answer = Answer::waiting;
  std::string prologue;
  std::string method;
  std::string waiting;     // serialized bytes that no connection has taken yet
  std::string repeatable;  // the whole request, while it may be sent once more
  http::Framing request_framing;
  http::Framing answer_framing;
  std::optional<http::Fields> trailers;  // set when the answer's end was read
  std::size_t addresses_left = 0;
  Error no_address;  // why there is no connection to make
  bool is_safe = false;
  bool is_connecting = false;
  bool is_reused = false;
  bool has_answer_bytes = false;
  bool is_paused = false;
  bool is_reusable = true;  // nothing was seen that forbids another request on this connection
  std::string offered;      // protocols that the request would change to
  bool was_upgraded = false;
  bool has_failed = false;
};

Call::Call(Upstream& upstream, CallEvents& events, Deadlines deadlines)
    : state_(std::make_unique<State>(*this, upstream, events, deadlines)) {}

Call::~Call() {
  if (state_->connection == nullptr) return;
  state_->stream()->set_events(nullptr);
  state_->upstream.closed();
}

void Call::set_prologue(std::string prologue) {
  assert(state_->request == State::Request::idle);
  state_->prologue = std::move(prologue);
}

void Call::start(const http::RequestHead& head, const http::Framing& framing, std::string_view body,
                 bool is_complete, const http::Fields& trailers) {
  auto& state = *state_;
  assert(state.request == State::Request::idle);
  state.request = State::Request::body;
  state.request_framing = framing;
  state.is_safe = http::is_safe(head.method);
  // A server that was asked to switch and did not may have left HTTP all the same.
  if (framing.upgrade) {
    state.is_reusable = false;
    state.offered = head.fields.joined("Upgrade");
  }
  state.method = head.method;
  auto idle = state.upstream.take_idle(state.prologue);
  if (idle != nullptr) state.waiting.swap(idle->scratch);
  http::write_head(state.waiting, head);
  // A body that goes out at once and as it is need not be copied behind the head.
  const bool is_as_it_is = idle != nullptr && framing.body != http::BodyKind::chunked;
  if (!body.empty() && !is_as_it_is) state.write_piece(body);
  if (is_complete) state.request_done(trailers);
  state.open(std::move(idle), is_as_it_is ? body : std::string_view());
}

void Call::send(std::string_view piece) {
  auto& state = *state_;
  assert(state.request == State::Request::body);
  if (state.connection == nullptr || piece.empty()) return;  // nobody wants the rest any more
  state.write_piece(piece);
  state.flush();
  if (!state.deadline.is_armed()) state.arm();
}

void Call::complete(const http::Fields& trailers) {
  auto& state = *state_;
  assert(state.request == State::Request::body);
  state.request_done(trailers);
  if (state.has_failed) return;
  state.flush();
  if (state.answer == State::Answer::done) return state.settle();
  state.arm();
}

bool Call::is_congested() const {
  return state_->waiting.size() > limits::high_water_bytes ||
         (state_->connection != nullptr && state_->stream()->is_congested());
}

std::size_t Call::queued_bytes() const {
  const auto* const stream = state_->stream();
  return state_->waiting.size() + (stream != nullptr ? stream->queued_bytes() : 0);
}

void Call::pause() {
  state_->is_paused = true;
  if (state_->connection == nullptr || state_->is_connecting) return;
  state_->stream()->pause();
  if (state_->answer == State::Answer::body) state_->arm();
}

void Call::resume() {
  state_->is_paused = false;
  if (state_->connection == nullptr || state_->is_connecting) return;
  state_->stream()->read();
  if (state_->answer == State::Answer::body) state_->arm();
}

bool Call::is_cold() const {
  return !state_->is_reused;
}

bool Call::takes_body() const {
  return state_->connection != nullptr;
}

// --- towards the server ---

void Call::State::write_piece(std::string_view piece) {
  if (request_framing.body != http::BodyKind::chunked) {
    waiting.append(piece);
    return;
  }
  http::write_chunk_line(waiting, piece.size());
  waiting.append(piece).append(http::chunk_end);
}

void Call::State::request_done(const http::Fields& request_trailers) {
  if (request_framing.body == http::BodyKind::chunked) {
    http::write_last_chunk(waiting, request_trailers);
  }
  request = Request::done;
  call.sent_at_ = upstream.loop().now();
}

void Call::State::flush() {
  if (is_connecting || connection == nullptr || waiting.empty()) return;
  stream()->write(waiting);
  waiting.clear();
}

// On an idle connection with everything that is known of the request, `body` being its end.
void Call::State::open(std::unique_ptr<Upstream::Connection> idle, std::string_view body) {
  if (idle == nullptr) {
    addresses_left = upstream.addresses();
    return connect();
  }
  use(std::move(idle));
  is_reused = true;
  stream()->set_events(&call);
  if (!is_paused) stream()->read();
  stream()->write({waiting, body});
  if (is_safe && request_framing.body == http::BodyKind::none) repeatable.swap(waiting);
  waiting.clear();
  arm();
}

void Call::State::use(std::unique_ptr<Upstream::Connection> taken) {
  connection = std::move(taken);
  connection->parser.serve(*this);
  connection->parser.assume_method(method);
}

void Call::State::connect() {
  const auto address = upstream.next_address();
  is_connecting = true;
  if (!address) {
    addresses_left = 0;
    no_address = address.error();
    deadline.arm(Duration::zero());  // failures are told by event: on_deadline() finds no stream
    return;
  }
  if (addresses_left > 0) --addresses_left;
  use(std::make_unique<Upstream::Connection>(upstream, prologue, *this));
  connection->stream =
      net::Stream::connect(upstream.loop(), *address, call, upstream.opening(prologue));
  deadline.arm(upstream.options().connect_timeout);
}

void Call::on_connected() {
  auto& state = *state_;
  state.is_connecting = false;
  const bool was_congested = state.waiting.size() > limits::high_water_bytes;
  state.flush();
  if (!state.is_paused) state.stream()->read();
  if (state.request == State::Request::done) sent_at_ = state.upstream.loop().now();
  state.arm();
  if (was_congested && !is_congested()) state.events.on_drained();
}

void Call::State::drop_connection() {
  if (connection == nullptr) return;
  stream()->set_events(nullptr);
  upstream.remember(*stream());
  upstream.loop().retire(std::move(connection));
  upstream.closed();
}

// A connection that went stale while it was idle has swallowed the request without an answer.
bool Call::State::may_repeat() const {
  return is_reused && !repeatable.empty() && !has_answer_bytes && request == Request::done;
}

void Call::State::repeat() {
  drop_connection();
  is_reused = false;
  waiting = std::move(repeatable);
  repeatable.clear();
  addresses_left = upstream.addresses();
  connect();
}

void Call::on_drained() {
  auto& state = *state_;
  if (state.request == State::Request::body) state.arm();
  if (!is_congested()) state.events.on_drained();
}

// --- from the server ---

void Call::on_data(std::string_view bytes) {
  state_->read(bytes);
}

void Call::State::read(std::string_view bytes) {
  if (has_failed || answer == Answer::done) {
    is_reusable = false;  // bytes that belong to no request
    return;
  }
  has_answer_bytes = true;
  const auto consumed = connection->parser.feed(bytes);
  if (!consumed) return fail(consumed.error());
  if (has_failed) return;
  if (trailers) return answer_done(bytes.substr(*consumed));
  if (answer == Answer::body) arm();
  events.on_read_done();
}

void Call::State::on_response_head(http::ResponseHead&& head, const http::Framing& framing) {
  if (has_failed) return;
  if (head.status < 200 && head.status != 101) return events.on_informational(std::move(head));
  answer_framing = framing;
  answer = Answer::body;
  if (head.status == 101 && !(request_framing.upgrade && was_offered(offered, head.fields))) {
    return fail(Error{Code::bad_answer, upstream.options().leg,
                      "101 to a protocol that the request did not offer"});
  }
  was_upgraded = head.status == 101;
  events.on_head(std::move(head), framing);
}

void Call::State::on_body(std::string_view piece) {
  if (!has_failed) events.on_body(piece);
}

void Call::State::on_message_complete(http::Fields&& fields) {
  if (!has_failed) trailers = std::move(fields);
}

// The answer's last byte was read; `early_bytes` came behind it.
void Call::State::answer_done(std::string_view early_bytes) {
  answer = Answer::done;
  deadline.disarm();
  if (was_upgraded) {
    auto owned = std::move(connection->stream);
    owned->set_events(nullptr);
    owned->pause();
    upstream.loop().retire(std::move(connection));
    upstream.closed();
    return events.on_upgraded(std::move(owned), std::string(early_bytes));
  }
  if (!early_bytes.empty() || !answer_framing.keep_alive) is_reusable = false;
  settle();
  events.on_complete(std::move(*trailers));
}

// Both sides done: the connection rests or ends. An answer that came early leaves it with the
// request.
void Call::State::settle() {
  if (connection == nullptr) return;
  if (request != Request::done) {
    if (!is_reusable) drop_connection();
    return arm();
  }
  deadline.disarm();
  const bool is_clean = stream()->queued_bytes() == 0 && !stream()->has_unread();
  if (!is_reusable || !is_clean || !stream()->is_connected()) return drop_connection();
  auto& unused = repeatable.empty() ? waiting : repeatable;
  if (unused.capacity() <= limits::kept_head_bytes) connection->scratch.swap(unused);
  connection->scratch.clear();
  upstream.give_idle(std::move(connection));
}

void Call::on_end() {
  auto& state = *state_;
  state.is_reusable = false;
  if (state.answer == State::Answer::done) return state.leave_rest();
  const auto end = state.connection->parser.finish();
  if (state.trailers) return state.answer_done({});
  state.lost(end ? Error{Code::closed_early, state.upstream.options().leg,
                         fmt::format("{} closed the connection without an answer",
                                     state.upstream.options().authority)}
                 : end.error());
}

void Call::on_failed(Error error) {
  auto& state = *state_;
  if (state.answer == State::Answer::done) return state.leave_rest();
  state.lost(std::move(error));
}

// The connection is gone before the answer was complete.
void Call::State::lost(Error error) {
  if (may_repeat()) return repeat();
  if (is_connecting && addresses_left > 0) {
    drop_connection();
    return connect();
  }
  fail(std::move(error));
}

// The answer came early, and now nobody takes the rest of the request.
void Call::State::leave_rest() {
  deadline.disarm();
  drop_connection();
  events.on_drained();
}

// Waits for what has to come next, from now on: the rest of the answer, the head of the answer, or
// that the server takes more of the request. While it connects, that wait goes on.
void Call::State::arm() {
  if (is_connecting) return;
  const bool reads_answer = answer == Answer::body && !is_paused;
  const bool is_stuck = request == Request::body && call.is_congested();
  const bool awaits_head = answer == Answer::waiting && request == Request::done;
  const auto wait = reads_answer || is_stuck ? deadlines.idle
                    : awaits_head            ? deadlines.head
                                             : Duration::zero();
  if (wait == Duration::zero()) return deadline.disarm();
  deadline.arm(wait);
}

void Call::State::on_deadline() {
  const auto& authority = upstream.options().authority;
  if (is_connecting && connection == nullptr) return fail(std::move(no_address));
  if (answer == Answer::done) return leave_rest();
  const bool is_in_handshake = is_connecting && stream()->is_connected();
  const auto* const what = is_in_handshake             ? "did not finish the TLS handshake"
                           : is_connecting             ? "did not accept the connection"
                           : answer == Answer::waiting ? "did not answer"
                                                       : "stopped in the middle of its answer";
  Error error{Code::timed_out, upstream.options().leg,
              fmt::format("{} {} in time", authority, what)};
  if (is_connecting) return lost(std::move(error));
  fail(std::move(error));  // slow, not stale: nothing is sent again
}

void Call::State::fail(Error error) {
  if (has_failed) return;
  has_failed = true;
  deadline.disarm();
  drop_connection();
  error.leg = upstream.options().leg;
  if (is_tls(error.code)) upstream.warn(error);
  events.on_failed(std::move(error));
}

}  // namespace understudy::upstream
