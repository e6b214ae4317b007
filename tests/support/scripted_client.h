#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/net/address.h"
#include "understudy/net/loop.h"
#include "understudy/net/stream.h"

namespace understudy::support {

// One answer as the client's socket got it.
struct Reply {
  int status = 0;
  std::string head;  // as received, without the empty line
  std::string body;  // without its framing
  std::string trailers;
  bool is_complete = false;

  // The value of the first such field, in any case; empty when there is none.
  std::string field(std::string_view name) const;
};

// A client on a raw socket: says what its test says, keeps what it hears. Reads answers by itself,
// so that it cannot share a mistake with the code under test.
//
// Owner: a test. Thread: its loop's.
class ScriptedClient final : private net::StreamEvents {
 public:
  ScriptedClient(net::Loop& loop, const net::Address& server, net::Opening opening = {});
  ~ScriptedClient();

  void send(std::string_view bytes);
  void finish_writing();
  void leave();  // closes; with unread input that is a reset
  void reset();
  void stop_reading();
  void read_again();

  // Waits for the next answer (interim ones count, too) and takes it. `method` decides whether a
  // body is expected. Incomplete if the connection ended before.
  Reply reply(std::string_view method = "GET");
  // The same without waiting: nothing while there may come more of it.
  std::optional<Reply> reply_if_there(std::string_view method = "GET");
  // send() of a request without a body, and its reply().
  Reply get(std::string_view target, std::string_view fields = {});

  // True once the server has ended its side (or reset), after waiting for it.
  bool sees_end();
  bool has_ended() const { return has_ended_; }
  bool was_reset() const { return was_reset_; }
  const std::string& unread() const { return received_; }
  // Bytes of ours that neither the kernel nor the server took.
  std::size_t queued_bytes() const { return stream_->queued_bytes(); }
  std::size_t total_received() const { return total_received_; }

 private:
  void on_connected() override {}
  void on_data(std::string_view bytes) override;
  void on_end() override { has_ended_ = true; }
  void on_failed(Error error) override;

  net::Loop& loop_;
  std::unique_ptr<net::Stream> stream_;
  std::string received_;
  std::size_t total_received_ = 0;
  bool has_ended_ = false;
  bool was_reset_ = false;
};

}  // namespace understudy::support
