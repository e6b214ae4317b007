#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "understudy/net/stream.h"

namespace understudy::proxy {

// How an exchange leaves the client's connection.
enum class ExchangeEnd {
  keep_alive,  // ready for the next request
  close,       // the answer is whole; nothing more on this connection
  abort,       // the answer is cut: the client must be able to tell
};

// The client's side of one exchange: today an HTTP/1.1 session, one exchange at a time; a stream of
// an HTTP/2 connection would be another.
class ClientStream {
 public:
  virtual void send(std::initializer_list<std::string_view> parts) = 0;
  // What was sent waits; Exchange::on_client_drained follows.
  virtual bool is_congested() const = 0;
  // Back-pressure on the request's body.
  virtual void pause_request() = 0;
  virtual void resume_request() = 0;
  // Our end of the connection.
  virtual net::Address local() const = 0;
  // The primary switched protocols: from now on bytes are relayed. The exchange is over.
  virtual void on_upgraded(std::unique_ptr<net::Stream> upstream, std::string early_bytes) = 0;
  // The exchange is over, told once. The exchange itself lives until the turn ends.
  virtual void on_exchange_done(ExchangeEnd end) = 0;

 protected:
  ~ClientStream() = default;
};

}  // namespace understudy::proxy
