#include "bench/socket.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace understudy::bench {

namespace {

// Answers and requests are written whole; the kernel has nothing to wait for.
void without_delay(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket::~Socket() {
  close();
}

void Socket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Socket::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

Socket listen_on_loopback(std::uint16_t port) {
  Socket listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const auto* const raw = reinterpret_cast<const sockaddr*>(&address);
  must(::bind(listener.get(), raw, sizeof address) == 0, "cannot bind");
  must(::listen(listener.get(), SOMAXCONN) == 0, "cannot listen");
  return listener;
}

std::uint16_t port_of(const Socket& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  must(::getsockname(listener.get(), raw, &size) == 0, "a listener without a name");
  return ntohs(address.sin_port);
}

Socket accept_from(const Socket& listener) {
  Socket accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  must(accepted.is_open() || errno != EMFILE, "no socket to be had; raise ulimit -n");
  if (accepted.is_open()) without_delay(accepted.get());
  return accepted;
}

Socket connect_to(const sockaddr_in& server) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  must(socket.is_open(), "no socket to be had; raise ulimit -n");
  without_delay(socket.get());
  const auto* const raw = reinterpret_cast<const sockaddr*>(&server);
  if (::connect(socket.get(), raw, sizeof server) != 0 && errno != EINPROGRESS) socket.close();
  return socket;
}

std::optional<sockaddr_in> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string host(text.substr(0, colon));
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return std::nullopt;
  return address;
}

void must(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::exit(2);
}

}  // namespace understudy::bench
