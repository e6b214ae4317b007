#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/client.h"
#include "proxy/context.h"
#include "understudy/net/deadline.h"
#include "understudy/net/proxy_header.h"
#include "understudy/net/stream.h"
#include "understudy/proxy/worker.h"

namespace understudy::proxy {

class Reception;

// Who keeps receptions: told exactly one of these for each.
class ReceptionOwner {
 public:
  // The connection may speak HTTP now.
  virtual void on_received(Reception& reception, std::unique_ptr<net::Stream> stream,
                           Client client) = 0;
  virtual void on_reception_ended(Reception& reception) = 0;

 protected:
  ~ReceptionOwner() = default;
};

// A client connection before its first byte of HTTP: learns from a PROXY header whom it is for, and
// shakes hands for TLS, all of it before one deadline.
//
//   header --> hello --> handshake --> received
//      |         '--> refusing --> ended            (plain HTTP where TLS is spoken: a 400)
//      '--> ended                                   (no header where one is due)
//
// Owner:  a worker. Thread: its loop.
class Reception final : public net::Retirable, private net::StreamEvents {
 public:
  // What is demanded of the connections of one door.
  struct Manners {
    bool takes_header = false;
    bool needs_header = false;
    std::shared_ptr<const net::TlsServer> tls;  // null: plain

    bool are_none() const { return !takes_header && !needs_header && tls == nullptr; }
  };
  // `house` and `owner` must outlive the reception. Nothing is told before the next turn.
  Reception(House& house, ReceptionOwner& owner, std::unique_ptr<net::Stream> stream,
            Manners manners);

  // The service stops and cannot wait any longer.
  void shut_down();

 private:
  enum class State { header, hello, handshake, refusing, ended };

  void on_connected() override;
  void on_data(std::string_view bytes) override;
  void on_end() override;
  void on_failed(Error error) override;

  void read_header();
  void read_hello();
  void refuse_plain();
  void receive();
  void fail(handoff::LiveFailure reason);
  void end();
  void on_deadline();

  House& house_;
  ReceptionOwner& owner_;
  std::unique_ptr<net::Stream> stream_;
  const Manners manners_;
  std::optional<net::Endpoints> told_;  // by a PROXY header
  net::Deadline deadline_;
  State state_ = State::header;
  std::string bytes_;  // what came and was not used yet; bounded by the header's limits
};

}  // namespace understudy::proxy
