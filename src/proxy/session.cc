#include "proxy/session.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "understudy/base/limits.h"
#include "understudy/http/serializer.h"

namespace understudy::proxy {

namespace {

int status_of(Code code) {
  switch (code) {
    case Code::head_too_large:
      return 431;
    case Code::target_too_long:
      return 414;
    case Code::unmet_expectation:
      return 417;
    case Code::unsupported:
      return 501;
    case Code::unknown_version:
      return 505;
    default:
      return 400;
  }
}

}  // namespace

Session::Session(House& house, SessionOwner& owner, std::unique_ptr<net::Stream> stream,
                 Client client)
    : house_(house),
      owner_(owner),
      stream_(std::move(stream)),
      client_(std::move(client)),
      read_deadline_(net::Deadline::calling<&Session::on_read_deadline>(house.loop, *this)),
      write_deadline_(net::Deadline::calling<&Session::on_write_deadline>(house.loop, *this)) {
  stream_->set_events(this);
  stream_->read();
  wait_for(Wait::head);
}

// --- from the client ---

void Session::on_data(std::string_view bytes) {
  if (state_ == State::lingering) wait_for(Wait::linger);
  if (state_ != State::open) return;
  if (exchange_ == nullptr || !exchange_->is_request_done()) return parse(bytes);
  backlog_.append(bytes);  // pipelined: its turn comes
  if (backlog_.size() >= limits::read_bytes) stream_->pause();
}

void Session::parse(std::string_view bytes) {
  if (parser_ == nullptr) parser_ = house_.take_parser(*this);
  const auto consumed = parser_->feed(bytes);
  if (!consumed) return refuse(consumed.error());
  if (exchange_ != nullptr) exchange_->flush_request();
  if (*consumed < bytes.size()) backlog_.assign(bytes.substr(*consumed));
  if (state_ == State::open && backlog_.size() >= limits::read_bytes) stream_->pause();
  if (state_ != State::open) return;
  if (exchange_ == nullptr) {
    if (has_begun() && wait_ == Wait::keepalive) wait_for(Wait::head);
    return;
  }
  if (exchange_->is_request_done()) {
    read_deadline_.disarm();
  } else if (stream_->is_reading()) {
    await_body(bytes.size());
  }
}

void Session::on_request_head(http::RequestHead&& head, const http::Framing& framing) {
  assert(exchange_ == nullptr);
  if (framing.is_for_us) {
    stream_->write(http::final_answer(head, context().config.privacy.headers));
    return close();
  }
  exchange_ = std::make_unique<Exchange>(*house_.current, static_cast<ClientStream&>(*this),
                                         client_, std::move(head), framing);
}

void Session::on_body(std::string_view piece) {
  if (exchange_ != nullptr) exchange_->on_request_body(piece);
}

void Session::on_message_complete(http::Fields&& trailers) {
  if (exchange_ != nullptr) exchange_->on_request_complete(trailers);
}

// What the client asked for before is still due to it.
void Session::on_end() {
  has_half_closed_ = true;
  if (state_ == State::closing) return;
  if (state_ != State::open) return end();
  if (exchange_ == nullptr) return leave_idle();
  if (exchange_->is_request_done() || leave_answered()) return;
  const bool is_cut = exchange_->has_answered();
  context().lane.counters.fail(handoff::LiveFailure::client_aborted);
  drop_exchange(handoff::NotMirrored::client_aborted, "client_aborted");
  if (!is_cut) return leave_idle();
  stream_->abort();
  end();
}

void Session::on_failed(Error) {
  if (state_ == State::ended) return;
  if (exchange_ != nullptr && exchange_->is_answered()) {
    drop_exchange(handoff::NotMirrored::early_answer, "early_answer");
  } else if (exchange_ != nullptr) {
    context().lane.counters.fail(handoff::LiveFailure::client_aborted);
    drop_exchange(handoff::NotMirrored::client_aborted, "client_aborted");
  }
  end();
}

// What we cannot read the same way as everybody else goes nowhere.
void Session::refuse(const Error& error) {
  context().lane.counters.fail(handoff::LiveFailure::bad_request);
  const bool has_answered = exchange_ != nullptr && exchange_->has_answered();
  drop_exchange(handoff::NotMirrored::client_aborted, "client_aborted");
  if (has_answered) {
    stream_->abort();
    return end();
  }
  answer_and_close(status_of(error.code), error.detail);
}

void Session::answer_and_close(int status, std::string_view detail) {
  const bool is_head = parser_ != nullptr && parser_->method() == "HEAD";
  stream_->write(http::own_answer(status, detail, false, is_head));
  close();
}

void Session::drop_exchange(handoff::NotMirrored before, std::string_view after) {
  if (exchange_ == nullptr) return;
  exchange_->abort(before, after);
  house_.loop.retire(std::move(exchange_));
}

// The client was answered while its request was still under way, and what is left of that will not
// come any more.
bool Session::leave_answered() {
  if (exchange_ == nullptr || !exchange_->is_answered()) return false;
  drop_exchange(handoff::NotMirrored::early_answer, "early_answer");
  close();
  return true;
}

// --- from the exchange ---

void Session::send(std::initializer_list<std::string_view> parts) {
  stream_->write(parts);
  if (stream_->is_congested() && !write_deadline_.is_armed()) arm_write();
}

void Session::pause_request() {
  stream_->pause();
  read_deadline_.disarm();
}

void Session::resume_request() {
  if (state_ != State::open || exchange_ == nullptr || exchange_->is_request_done()) return;
  stream_->read();
  pace_.begin(house_.loop.now());  // what the primary did not take is not the client's fault
  wait_for(Wait::body);
}

void Session::on_drained() {
  write_deadline_.disarm();
  if (state_ == State::closing) arm_write();  // the last bytes have to go out, too
  if (state_ == State::open && std::exchange(is_behind_, false)) return take_next();
  if (exchange_ != nullptr) exchange_->on_client_drained();
}

void Session::on_upgraded(std::unique_ptr<net::Stream> upstream, std::string early_bytes) {
  state_ = State::tunnel;
  house_.give_parser(std::move(parser_));
  read_deadline_.disarm();
  write_deadline_.disarm();
  house_.loop.retire(std::move(exchange_));
  tunnel_ = std::make_unique<Tunnel>(house_.loop, static_cast<TunnelOwner&>(*this),
                                     Tunnel::Ends{std::move(stream_), std::move(upstream)},
                                     context().config.server.tunnel_timeout);
  tunnel_->start(std::exchange(backlog_, {}), early_bytes);
  if (has_half_closed_) tunnel_->end_from_client();
}

void Session::on_exchange_done(ExchangeEnd end_of_exchange) {
  house_.loop.retire(std::move(exchange_));
  if (end_of_exchange == ExchangeEnd::abort) {
    stream_->abort();
    return end();
  }
  const bool has_next = !backlog_.empty() || !has_half_closed_;
  if (end_of_exchange == ExchangeEnd::close || !has_next) return close();
  next_request();
}

// Small answers never wait for the client to take the ones before, but requests do: else whoever
// sends without reading fills our memory with answers.
void Session::next_request() {
  house_.give_parser(std::move(parser_));
  wait_for(Wait::keepalive);
  is_behind_ = stream_->is_congested();
  if (is_behind_) return stream_->pause();
  take_next();
}

void Session::take_next() {
  if (!has_half_closed_) stream_->read();
  wait_for(Wait::keepalive);
  if (backlog_.empty()) return;
  const auto bytes = std::exchange(backlog_, {});
  parse(bytes);
  if (!has_half_closed_ || state_ != State::open) return;
  // Nothing follows what was pipelined: a request that is not whole now never will be.
  if (exchange_ == nullptr || !exchange_->is_request_done()) on_end();
}

// --- the end ---

void Session::drain() {
  if (state_ == State::open && exchange_ == nullptr && !has_begun()) wait_for(wait_);
}

void Session::shut_down() {
  if (state_ == State::ended) return;
  if (exchange_ != nullptr) {
    drop_exchange(handoff::NotMirrored::shutdown, "shutdown");
    stream_->abort();
  }
  end();
}

// The answer goes out whole before the connection ends: closing with unread input would reset it
// away (RFC 9112, 9.6).
void Session::close() {
  state_ = State::closing;
  read_deadline_.disarm();
  if (!write_deadline_.is_armed()) arm_write();
  if (!has_half_closed_) stream_->read();
  stream_->finish_writing();
}

// Between requests; the last answer may still be on its way.
void Session::leave_idle() {
  if (stream_->queued_bytes() == 0) return end();
  close();
}

void Session::on_finished_writing() {
  if (state_ != State::closing) return;
  write_deadline_.disarm();
  if (has_half_closed_) return end();
  state_ = State::lingering;
  wait_for(Wait::linger);
  write_deadline_.arm(limits::linger_time);
}

void Session::end() {
  if (state_ == State::ended) return;
  state_ = State::ended;
  read_deadline_.disarm();
  write_deadline_.disarm();
  if (stream_ != nullptr) {
    if (stream_->queued_bytes() != 0) stream_->abort();  // no cut answer may look like a whole one
    stream_->set_events(nullptr);
  }
  owner_.on_session_ended(*this);
}

// --- waits ---

void Session::wait_for(Wait wait) {
  wait_ = wait;
  read_deadline_.arm(duration_of(wait));
}

Duration Session::duration_of(Wait wait) const {
  const auto& server = context().config.server;
  const bool is_leaving = house_.is_draining && !has_begun();
  switch (wait) {
    case Wait::keepalive:
      return is_leaving ? std::min(server.keepalive_timeout, house_.idle_grace)
                        : server.keepalive_timeout;
    case Wait::head:
      return is_leaving ? std::max(limits::first_request_grace, house_.idle_grace)
                        : server.header_timeout;
    case Wait::body:
      return server.body_timeout;
    case Wait::linger:
      break;
  }
  return limits::linger_timeout;
}

// `arrived` bytes have come, and more of the body must follow.
void Session::await_body(std::size_t arrived) {
  const auto now = house_.loop.now();
  const auto& server = context().config.server;
  if (wait_ != Wait::body) pace_.begin(now);
  wait_for(Wait::body);
  if (!pace_.add(arrived, now, server.body_timeout, server.min_body_rate)) on_read_deadline();
}

void Session::arm_write() {
  queued_at_arm_ = stream_->queued_bytes();
  write_deadline_.arm(context().config.server.body_timeout);
}

void Session::on_read_deadline() {
  if (wait_ == Wait::linger) return end();
  if (wait_ == Wait::keepalive) return leave_idle();
  if (wait_ == Wait::head && !has_begun()) return end();
  if (leave_answered()) return;
  context().lane.counters.fail(handoff::LiveFailure::client_timeout);
  const bool has_answered = exchange_ != nullptr && exchange_->has_answered();
  drop_exchange(handoff::NotMirrored::client_aborted, "client_aborted");
  if (!has_answered) return answer_and_close(408, "the request did not arrive in time");
  stream_->abort();
  end();
}

void Session::on_write_deadline() {
  if (state_ == State::lingering) return end();
  const auto& server = context().config.server;
  const auto seconds = std::chrono::duration<double>(server.body_timeout).count();
  const auto least = std::max(1.0, static_cast<double>(server.min_body_rate) * seconds);
  const auto queued = static_cast<double>(stream_->queued_bytes());
  if (queued + least <= static_cast<double>(queued_at_arm_)) return arm_write();
  context().lane.counters.fail(handoff::LiveFailure::client_timeout);
  drop_exchange(handoff::NotMirrored::client_aborted, "client_aborted");
  stream_->abort();
  end();
}

}  // namespace understudy::proxy
