#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "understudy/net/deadline.h"
#include "understudy/net/stream.h"

namespace understudy::proxy {

// Told once when a tunnel has ended. The tunnel lives until the turn ends.
class TunnelOwner {
 public:
  virtual void on_tunnel_done() = 0;

 protected:
  ~TunnelOwner() = default;
};

// Two connections joined after an upgrade: bytes in both directions with back-pressure, each
// direction ends by itself, silence in both ends it.
//
// Owner: a session. Thread: its worker's loop.
class Tunnel final : public net::Retirable {
 public:
  struct Ends {
    std::unique_ptr<net::Stream> client, upstream;
  };
  Tunnel(net::Loop& loop, TunnelOwner& owner, Ends ends, Duration idle_timeout);
  // The early bytes were read before the switch and go out first.
  void start(std::string_view early_from_client, std::string_view early_from_upstream);
  // The client ended its side before the switch.
  void end_from_client() { client_.on_end(); }

 private:
  // One end: what it reads goes to the other.
  struct End final : net::StreamEvents {
    End(Tunnel& owner, std::unique_ptr<net::Stream> own);
    void on_data(std::string_view bytes) override;
    void on_end() override;
    void on_drained() override;
    void on_finished_writing() override;
    void on_failed(Error error) override;

    Tunnel& tunnel;
    std::unique_ptr<net::Stream> stream;
    End* other = nullptr;
    bool has_ended = false;     // sends nothing more
    bool has_finished = false;  // was sent everything
  };

  void done();

  TunnelOwner& owner_;
  const Duration idle_timeout_;
  net::Deadline idle_;
  End client_;
  End upstream_;
  bool is_done_ = false;
};

}  // namespace understudy::proxy
