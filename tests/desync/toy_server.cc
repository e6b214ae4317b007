#include "toy_server.h"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

namespace understudy::desync {

using fuzz::must;

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

ToyServer::ToyServer(Reader reader)
    : reader_(std::move(reader)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  must(::bind(listener_.get(), raw, size) == 0, "a toy server binds");
  must(::listen(listener_.get(), SOMAXCONN) == 0, "a toy server listens");
  must(::getsockname(listener_.get(), raw, &size) == 0, "a toy server knows its port");
  port_ = ntohs(address.sin_port);
}

void ToyServer::watch(std::vector<pollfd>& descriptors) const {
  descriptors.push_back({listener_.get(), POLLIN, 0});
  for (const auto& connection : connections_) {
    if (connection.is_open) descriptors.push_back({connection.socket.get(), POLLIN, 0});
  }
}

void ToyServer::serve() {
  for (;;) {
    Socket accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
    if (accepted.get() < 0) break;
    connections_.push_back({std::move(accepted), {}});
  }
  for (auto& connection : connections_) {
    if (connection.is_open) read(connection);
  }
}

void ToyServer::read(Connection& connection) {
  char buffer[4096];
  for (;;) {
    const auto size = ::recv(connection.socket.get(), buffer, sizeof buffer, 0);
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0) {
      connection.is_open = false;
      return;
    }
    connection.bytes.append(buffer, static_cast<std::size_t>(size));
  }
  const auto reading = reader_(connection.bytes);
  std::string answers;
  for (; connection.answered < reading.requests.size(); ++connection.answered) {
    answers.append("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
        .append(answer_mark)
        .append("1\r\n\r\n");
  }
  if (!answers.empty()) {
    ::send(connection.socket.get(), answers.data(), answers.size(), MSG_NOSIGNAL);
  }
}

void ToyServer::forget() {
  connections_.erase(std::remove_if(connections_.begin(), connections_.end(),
                                    [](const auto& connection) { return !connection.is_open; }),
                     connections_.end());
  for (auto& connection : connections_) {
    connection.bytes.clear();
    connection.answered = 0;
  }
}

}  // namespace understudy::desync
