#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <poll.h>

#include "reader.h"

namespace understudy::desync {

// A descriptor that is closed when its owner goes.
class Socket {
 public:
  explicit Socket(int descriptor = -1) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// One connection that a toy server took, and all it brought during one play.
struct Connection {
  Socket socket;
  std::string bytes;
  std::size_t answered = 0;
  bool is_open = true;
};

// A server on a port of loopback that reads by one of our readers, answers each complete request
// and keeps what it got. Does its work when told to: one thread plays all parts.
class ToyServer {
 public:
  using Reader = std::function<Reading(std::string_view bytes)>;
  explicit ToyServer(Reader reader);

  std::uint16_t port() const { return port_; }
  void watch(std::vector<pollfd>& descriptors) const;
  // Takes what has come, without waiting.
  void serve();
  // Makes ready for the next play; connections stay.
  void forget();
  const std::vector<Connection>& connections() const { return connections_; }

 private:
  void read(Connection& connection);

  Reader reader_;
  Socket listener_;
  std::uint16_t port_ = 0;
  std::vector<Connection> connections_;
};

// Stands in every answer of a toy server, and nowhere else.
constexpr std::string_view answer_mark = "X-Toy: ";

}  // namespace understudy::desync
