#include "proxy/reception.h"

#include <cassert>
#include <utility>

#include "understudy/base/limits.h"
#include "understudy/http/serializer.h"

namespace understudy::proxy {

namespace {

// The content type of a TLS handshake record (RFC 8446, 5.1): no method begins like that.
constexpr char tls_hello = 0x16;

}  // namespace

Reception::Reception(House& house, ReceptionOwner& owner, std::unique_ptr<net::Stream> stream,
                     Manners manners)
    : house_(house),
      owner_(owner),
      stream_(std::move(stream)),
      manners_(std::move(manners)),
      deadline_(net::Deadline::calling<&Reception::on_deadline>(house.loop, *this)),
      state_(manners_.takes_header ? State::header : State::hello) {
  stream_->set_events(this);
  stream_->read();
  deadline_.arm(house.current->config.server.handshake_timeout);
}

void Reception::on_data(std::string_view bytes) {
  if (state_ == State::refusing) return;
  bytes_.append(bytes);
  if (state_ == State::header) read_header();
  if (state_ == State::hello && (manners_.tls == nullptr || !bytes_.empty())) read_hello();
}

void Reception::read_header() {
  const auto header = net::read_proxy_header(bytes_);
  if (!header) return fail(handoff::LiveFailure::client_proxy);
  switch ((*header).kind) {
    case net::ProxyHeader::Kind::more:
      return;
    case net::ProxyHeader::Kind::absent:
      if (manners_.needs_header) return fail(handoff::LiveFailure::client_proxy);
      break;
    case net::ProxyHeader::Kind::found:
      told_ = (*header).endpoints;
      break;
    case net::ProxyHeader::Kind::local:
      break;
  }
  bytes_.erase(0, (*header).size);
  state_ = State::hello;
}

// The first byte tells TLS from everything that could be meant as HTTP.
void Reception::read_hello() {
  if (manners_.tls == nullptr) return receive();
  if (bytes_.front() != tls_hello) return refuse_plain();
  state_ = State::handshake;
  stream_->pause();
  stream_->start_tls(manners_.tls, std::exchange(bytes_, {}));
}

void Reception::on_connected() {
  assert(state_ == State::handshake);
  receive();
}

void Reception::receive() {
  state_ = State::ended;
  deadline_.disarm();
  stream_->pause();
  if (!bytes_.empty()) stream_->put_back(bytes_);
  stream_->set_events(nullptr);
  Client client(told_ ? told_->source : stream_->peer(), stream_->is_secure());
  if (told_) client.destination = std::make_unique<const net::Address>(told_->destination);
  owner_.on_received(*this, std::move(stream_), std::move(client));
}

// In the clear, as that is what the client understands; then as a session ends.
void Reception::refuse_plain() {
  house_.current->lane.counters.fail(handoff::LiveFailure::bad_request);
  state_ = State::refusing;
  stream_->write(
      http::own_answer(400, "plain HTTP on a port that speaks TLS: use https://", false, false));
  stream_->finish_writing();
  deadline_.arm(limits::linger_timeout);
}

// One that leaves without a word was a check whether somebody is at home.
void Reception::on_end() {
  if (state_ == State::header && !bytes_.empty()) return fail(handoff::LiveFailure::client_proxy);
  end();
}

void Reception::on_failed(Error) {
  if (state_ == State::handshake) return fail(handoff::LiveFailure::client_tls);
  end();
}

void Reception::on_deadline() {
  if (state_ == State::handshake) return fail(handoff::LiveFailure::client_tls);
  if (state_ == State::header && manners_.needs_header) {
    return fail(handoff::LiveFailure::client_proxy);
  }
  end();
}

void Reception::fail(handoff::LiveFailure reason) {
  if (state_ == State::ended) return;
  house_.current->lane.counters.fail(reason);
  // What was not understood is not answered; a failed handshake has had its alert.
  if (reason == handoff::LiveFailure::client_proxy) stream_->abort();
  end();
}

void Reception::shut_down() {
  end();
}

void Reception::end() {
  if (state_ == State::ended) return;
  state_ = State::ended;
  deadline_.disarm();
  stream_->set_events(nullptr);
  owner_.on_reception_ended(*this);
}

}  // namespace understudy::proxy
