// The floor: what it costs at the least to stand between a client and a server with libuv.
//
//   relay --primary 127.0.0.1:PORT [--shadow 127.0.0.1:PORT] [--port 0]
//
// Passes bytes on and understands none of them. Each client has a connection of its own to the
// primary. With a shadow the client's bytes go there as well, and what it says is thrown away; one
// that does not take a copy at once gets none any more. Prints its port when it listens. One
// thread, one buffer for all reads, nothing is allocated while bytes pass.

#include <algorithm>
#include <array>
#include <cassert>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include <uv.h>

#include "bench/options.h"
#include "bench/socket.h"

namespace understudy::bench {

namespace {

constexpr std::size_t read_bytes = 131072;
constexpr int backlog = 4096;

struct Pair;

// One connection of a pair.
struct Leg {
  uv_tcp_t handle{};
  uv_connect_t connecting{};
  uv_write_t writing{};
  Pair* pair = nullptr;
  std::vector<char> pending;  // what the socket did not take; its source is not read meanwhile
  bool is_open = false;
};

struct Relay {
  uv_loop_t* loop = nullptr;
  sockaddr_in primary{};
  std::optional<sockaddr_in> shadow;
  std::array<char, read_bytes> buffer{};
};

// A client with its server, and with the shadow that sees what the client says.
//
// Owner: itself, until all its handles are closed.
struct Pair {
  explicit Pair(Relay& its) : relay(its) { client.pair = primary.pair = shadow.pair = this; }

  Relay& relay;
  Leg client;
  Leg primary;
  Leg shadow;
  int connecting = 0;
  int handles = 0;
  bool is_ending = false;  // when all is written
};

uv_stream_t* stream(Leg& leg) {
  return reinterpret_cast<uv_stream_t*>(&leg.handle);
}

Leg& leg_of(const uv_stream_t* handle) {
  return *static_cast<Leg*>(handle->data);
}

void open(Leg& leg) {
  [[maybe_unused]] const int status = uv_tcp_init(leg.pair->relay.loop, &leg.handle);
  assert(status == 0);
  leg.handle.data = &leg;
  leg.is_open = true;
  ++leg.pair->handles;
}

void close(Leg& leg) {
  if (!leg.is_open) return;
  leg.is_open = false;
  uv_close(reinterpret_cast<uv_handle_t*>(&leg.handle), [](uv_handle_t* closed) {
    const auto* const pair = static_cast<Leg*>(closed->data)->pair;
    if (--static_cast<Leg*>(closed->data)->pair->handles == 0) delete pair;
  });
}

void close(Pair& pair) {
  close(pair.client);
  close(pair.primary);
  close(pair.shadow);
}

void start_reading(Leg& leg);

void on_written(uv_write_t* request, int status) {
  auto& leg = leg_of(request->handle);
  auto& pair = *leg.pair;
  leg.pending.clear();
  if (status != 0 || pair.is_ending) return close(pair);
  start_reading(&leg == &pair.client ? pair.primary : pair.client);
}

// Bytes from one side to the other; what the socket does not take stops the source.
void pass_on(Leg& from, Leg& to, std::string_view bytes) {
  uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int written = uv_try_write(stream(to), &buffer, 1);
  if (written < 0 && written != UV_EAGAIN) return close(*to.pair);
  bytes.remove_prefix(static_cast<std::size_t>(std::max(written, 0)));
  if (bytes.empty()) return;
  uv_read_stop(stream(from));
  to.pending.assign(bytes.begin(), bytes.end());
  buffer = uv_buf_init(to.pending.data(), static_cast<unsigned>(to.pending.size()));
  if (uv_write(&to.writing, stream(to), &buffer, 1, on_written) != 0) close(*to.pair);
}

void copy(Leg& shadow, std::string_view bytes) {
  if (!shadow.is_open) return;
  const uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  if (uv_try_write(stream(shadow), &buffer, 1) != static_cast<int>(bytes.size())) close(shadow);
}

void on_end(Leg& leg) {
  auto& pair = *leg.pair;
  if (&leg == &pair.shadow) return close(leg);
  pair.is_ending = true;
  close(leg);
  const auto& other = &leg == &pair.client ? pair.primary : pair.client;
  if (other.pending.empty()) close(pair);
}

void on_read(uv_stream_t* handle, ssize_t size, const uv_buf_t* buffer) {
  auto& leg = leg_of(handle);
  auto& pair = *leg.pair;
  if (size == 0) return;
  if (size < 0) return on_end(leg);
  const std::string_view bytes(buffer->base, static_cast<std::size_t>(size));
  if (&leg == &pair.primary) return pass_on(leg, pair.client, bytes);
  if (&leg == &pair.shadow) return;
  copy(pair.shadow, bytes);
  pass_on(leg, pair.primary, bytes);
}

void lend_buffer(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
  auto& bytes = static_cast<Leg*>(handle->data)->pair->relay.buffer;
  *buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
}

void start_reading(Leg& leg) {
  if (leg.is_open) uv_read_start(stream(leg), lend_buffer, on_read);
}

// The client is read when both servers are there: a copy cannot wait for its connection.
void on_connected(uv_connect_t* request, int status) {
  auto& leg = leg_of(request->handle);
  auto& pair = *leg.pair;
  --pair.connecting;
  if (status != 0 && &leg == &pair.primary) return close(pair);
  if (status != 0) close(leg);
  if (pair.connecting > 0 || !pair.client.is_open) return;
  start_reading(pair.client);
  start_reading(pair.primary);
  start_reading(pair.shadow);
}

void connect(Leg& leg, const sockaddr_in& server) {
  open(leg);
  uv_tcp_nodelay(&leg.handle, 1);
  const auto* const raw = reinterpret_cast<const sockaddr*>(&server);
  if (uv_tcp_connect(&leg.connecting, &leg.handle, raw, on_connected) == 0) {
    ++leg.pair->connecting;
  } else {
    close(leg);
  }
}

void on_client(uv_stream_t* listener, int status) {
  if (status != 0) return;
  auto& relay = *static_cast<Relay*>(listener->data);
  auto* const pair = new Pair(relay);  // deletes itself, see close(Leg&)
  open(pair->client);
  if (uv_accept(listener, stream(pair->client)) != 0) return close(*pair);
  uv_tcp_nodelay(&pair->client.handle, 1);
  if (relay.shadow) connect(pair->shadow, *relay.shadow);
  connect(pair->primary, relay.primary);
  if (!pair->primary.is_open) close(*pair);
}

int relay(int count, char** words) {
  Options options(count, words);
  Relay relay;
  const auto primary = parse_address(options.text("--primary", ""));
  const auto shadow = options.text("--shadow", "");
  const auto port = static_cast<std::uint16_t>(options.number("--port", 0, 65535));
  options.end();
  relay.shadow = parse_address(shadow);
  errno = EINVAL;
  must(primary && (shadow.empty() || relay.shadow), "--primary or --shadow is no address");
  relay.primary = primary.value_or(sockaddr_in{});
  ::signal(SIGPIPE, SIG_IGN);  // a client that left is an error of one write
  relay.loop = uv_default_loop();
  uv_tcp_t listener;
  uv_tcp_init(relay.loop, &listener);
  listener.data = &relay;
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", port, &address);
  uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0);
  auto* const raw = reinterpret_cast<uv_stream_t*>(&listener);
  must(uv_listen(raw, backlog, on_client) == 0, "cannot listen");
  int size = sizeof address;
  uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return uv_run(relay.loop, UV_RUN_DEFAULT);
}

}  // namespace

}  // namespace understudy::bench

int main(int count, char** words) {
  return understudy::bench::relay(count, words);
}
