#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <netinet/in.h>

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

// A measurement without its tools is none: says what is missing and ends the program.
void must(bool holds, const char* what);

}  // namespace understudy::bench
