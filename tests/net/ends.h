#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "understudy/net/listener.h"
#include "understudy/net/stream.h"

namespace understudy::support {

// One end of a connection that remembers what it was told.
struct End final : net::StreamEvents {
  void on_connected() override { is_connected = true; }
  void on_data(std::string_view bytes) override {
    received.append(bytes);
    if (pauses_after_data) stream->pause();
    largest_piece = std::max(largest_piece, bytes.size());
  }
  void on_end() override { has_ended = true; }
  void on_drained() override { ++drained; }
  void on_finished_writing() override { has_finished = true; }
  void on_failed(Error failure) override { error = failure; }

  std::unique_ptr<net::Stream> stream;
  std::string received;
  std::size_t largest_piece = 0;
  std::optional<Error> error;
  int drained = 0;
  bool is_connected = false, has_ended = false, has_finished = false;
  bool pauses_after_data = false;
};

// Stands between a client and a server on one loop and passes on what they say: as it comes, byte
// by byte, or only so much of it and then the end.
class Relay final : net::ListenerEvents {
 public:
  Relay(net::Loop& loop, const net::Address& server) : loop_(loop), server_(server) {
    auto opened = net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"), *this);
    REQUIRE(opened);
    listener_ = std::move(*opened);
  }

  const net::Address& address() const { return listener_->address(); }
  void passes_single_bytes() { slice_ = 1; }
  // Of what the server says: so many bytes, then an end that the server did not ask for.
  void cuts_answer_at(std::size_t bytes) { to_client_.room = bytes; }
  std::size_t answered_bytes() const { return to_client_.passed; }

  // The next slice in both directions; to be called between turns.
  void pass() {
    to_server_.pass(slice_);
    to_client_.pass(slice_);
  }

 private:
  // One direction: what `from` sent and `to` has not got yet.
  struct Way final : net::StreamEvents {
    void on_data(std::string_view bytes) override { held.append(bytes); }
    void on_end() override { has_ended = true; }
    void on_failed(Error) override { has_ended = true; }
    void pass(std::size_t slice) {
      if (to == nullptr || is_over) return;
      const auto size = std::min({slice, held.size(), room - passed});
      to->write(std::string_view(held).substr(0, size));
      held.erase(0, size);
      passed += size;
      if (passed != room && !(has_ended && held.empty())) return;
      is_over = true;
      to->finish_writing();
    }

    net::Stream* to = nullptr;
    std::string held;
    std::size_t passed = 0;
    std::size_t room = std::string::npos;
    bool has_ended = false, is_over = false;
  };

  void on_accepted(std::unique_ptr<net::Stream> stream) override {
    client_side_ = std::move(stream);
    server_side_ = net::Stream::connect(loop_, server_, to_client_);
    client_side_->set_events(&to_server_);
    client_side_->read();
    server_side_->read();
    to_server_.to = server_side_.get();
    to_client_.to = client_side_.get();
  }

  net::Loop& loop_;
  const net::Address server_;
  std::size_t slice_ = std::string::npos;
  Way to_server_, to_client_;
  std::unique_ptr<net::Listener> listener_;
  std::unique_ptr<net::Stream> client_side_, server_side_;
};

}  // namespace understudy::support
