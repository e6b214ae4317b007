#include "proxy/tunnel.h"

#include <utility>

#include "understudy/base/limits.h"

namespace understudy::proxy {

Tunnel::End::End(Tunnel& owner, std::unique_ptr<net::Stream> own)
    : tunnel(owner), stream(std::move(own)) {
  stream->set_events(this);
}

Tunnel::Tunnel(net::Loop& loop, TunnelOwner& owner, std::unique_ptr<net::Stream> client,
               std::unique_ptr<net::Stream> upstream)
    : owner_(owner),
      idle_(net::Deadline::calling<&Tunnel::done>(loop, *this)),
      client_(*this, std::move(client)),
      upstream_(*this, std::move(upstream)) {
  client_.other = &upstream_;
  upstream_.other = &client_;
}

void Tunnel::start(std::string_view early_from_client, std::string_view early_from_upstream) {
  upstream_.stream->write(early_from_client);
  client_.stream->write(early_from_upstream);
  client_.stream->read();
  upstream_.stream->read();
  idle_.arm(limits::tunnel_idle_timeout);
}

void Tunnel::End::on_data(std::string_view bytes) {
  tunnel.idle_.arm(limits::tunnel_idle_timeout);
  other->stream->write(bytes);
  if (other->stream->is_congested()) stream->pause();
}

void Tunnel::End::on_drained() {
  if (!other->has_ended) other->stream->read();
}

void Tunnel::End::on_end() {
  has_ended = true;
  other->stream->finish_writing();
}

void Tunnel::End::on_finished_writing() {
  has_finished = true;
  if (other->has_finished) tunnel.done();
}

void Tunnel::End::on_failed(Error) {
  tunnel.done();
}

void Tunnel::done() {
  if (std::exchange(is_done_, true)) return;
  idle_.disarm();
  owner_.on_tunnel_done();
}

}  // namespace understudy::proxy
