#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

namespace understudy::bench {

// One descriptor, closed with its owner. It moves, because connections live in vectors.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  void close();
  // The peer gets an RST instead of an end.
  void reset();

 private:
  int descriptor_ = -1;
};

// A listener on loopback, not blocking; port 0 lets the system choose. Ends the program if it
// cannot be had.
Socket listen_on_loopback(std::uint16_t port);
std::uint16_t port_of(const Socket& listener);

// Not blocking, TCP_NODELAY; not open when nobody waits.
Socket accept_from(const Socket& listener);
// Begins to connect; what comes of it shows at the first write. Not open when that failed at once.
Socket connect_to(const sockaddr_in& server);

// `127.0.0.1:8080`; names are not looked up.
std::optional<sockaddr_in> parse_address(std::string_view text);

// Hands on what has come, piece by piece, until nothing is left or `take` says false. False when
// the peer has ended or reset the connection. Meant for edges: a piece smaller than the buffer is
// the last one, and what comes later wakes again.
template <typename Take>
bool read_all(const Socket& socket, std::span<char> buffer, Take take) {
  for (;;) {
    const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EAGAIN) return true;
    if (size <= 0) return false;
    const auto bytes = static_cast<std::size_t>(size);
    if (!take(std::string_view(buffer.data(), bytes)) || bytes < buffer.size()) return true;
  }
}

// A measurement without its tools is none: says what is missing and ends the program.
void must(bool holds, const char* what);

}  // namespace understudy::bench
