#include "proxy/tunnel.h"

#include <utility>

namespace understudy::proxy {

Tunnel::End::End(Tunnel& owner, std::unique_ptr<net::Stream> own)
    : tunnel(owner), stream(std::move(own)) {
  stream->set_events(this);
}

Tunnel::Tunnel(net::Loop& loop, TunnelOwner& owner, Ends ends, Duration idle_timeout)
    : owner_(owner),
      idle_timeout_(idle_timeout),
      idle_(net::Deadline::calling<&Tunnel::done>(loop, *this)),
      client_(*this, std::move(ends.client)),
      upstream_(*this, std::move(ends.upstream)) {
  client_.other = &upstream_;
  upstream_.other = &client_;
}

void Tunnel::start(std::string_view early_from_client, std::string_view early_from_upstream) {
  upstream_.stream->write(early_from_client);
  client_.stream->write(early_from_upstream);
  client_.stream->read();
  upstream_.stream->read();
  idle_.arm(idle_timeout_);
}

void Tunnel::End::on_data(std::string_view bytes) {
  tunnel.idle_.arm(tunnel.idle_timeout_);
  other->stream->write(bytes);
  if (other->stream->is_congested()) stream->pause();
}

void Tunnel::End::on_drained() {
  if (!other->has_ended) other->stream->read();
}

void Tunnel::End::on_end() {
  if (std::exchange(has_ended, true)) return;
  other->stream->finish_writing();
}

void Tunnel::End::on_finished_writing() {
  has_finished = true;
  if (other->has_finished) tunnel.done();
}

// The other end must not take what it got for the whole, unless this one had said that it is.
void Tunnel::End::on_failed(Error) {
  if (!has_ended) other->stream->abort();
  tunnel.done();
}

void Tunnel::done() {
  if (std::exchange(is_done_, true)) return;
  idle_.disarm();
  owner_.on_tunnel_done();
}

}  // namespace understudy::proxy
