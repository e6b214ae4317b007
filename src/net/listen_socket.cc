#include "understudy/net/listen_socket.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "understudy/base/limits.h"

namespace understudy::net {

namespace {

// A bound socket of our own making, since libuv 1.44 cannot set SO_REUSEPORT.
enum class Sharing { exclusive, reuse_port };

// Says what errno says, and closes the socket.
Error cannot_listen(const Address& address, int descriptor) {
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  return {Code::bad_config, Leg::self,
          fmt::format("cannot listen on {}: {}", address.to_string(), strerror(reason))};
}

Result<int> bind_socket(const Address& address, Sharing sharing) {
  const int descriptor =
      socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return cannot_listen(address, descriptor);
  const int on = 1;
  if (!address.is_unix()) {
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (sharing == Sharing::reuse_port) {
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
  }
  if (bind(descriptor, address.raw(), address.raw_size()) == 0) return descriptor;
  return cannot_listen(address, descriptor);
}

// The socket file of a process that is gone: nobody takes connections there.
bool is_abandoned(const Address& address) {
  struct stat file {};
  if (stat(address.unix_path().c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool is_refused =
      connect(descriptor, address.raw(), address.raw_size()) != 0 && errno == ECONNREFUSED;
  close(descriptor);
  return is_refused;
}

Address address_of(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
  return Address::from(reinterpret_cast<sockaddr*>(&storage), size);
}

}  // namespace

Result<ListenSocket> ListenSocket::open(const Address& address) {
  const auto descriptor = bind_socket(address, Sharing::reuse_port);
  if (!descriptor) return descriptor.error();
  if (listen(*descriptor, limits::listen_backlog) != 0) return cannot_listen(address, *descriptor);
  ListenSocket socket(*descriptor, address_of(*descriptor));
  socket.own_file(true);
  return socket;
}

// By a socket that does not listen: no client may come to one that closes at once.
Result<void> ListenSocket::check_free(const Address& address) {
  if (address.is_unix() && is_abandoned(address)) unlink(address.unix_path().c_str());
  const auto descriptor = bind_socket(address, Sharing::exclusive);
  if (!descriptor) return descriptor.error();
  close(*descriptor);
  if (address.is_unix()) unlink(address.unix_path().c_str());
  return {};
}

Result<ListenSocket> ListenSocket::inherit(int descriptor) {
  int listens = 0;
  socklen_t size = sizeof listens;
  const int status = getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
  if (status != 0 || listens == 0) {
    return Error{
        Code::bad_config, Leg::self,
        fmt::format("descriptor {}, which was handed over, is no listening socket", descriptor)};
  }
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  return ListenSocket(descriptor, address_of(descriptor));
}

ListenSocket::~ListenSocket() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (owns_file_) unlink(address_.unix_path().c_str());
}

ListenSocket& ListenSocket::operator=(ListenSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(address_, other.address_);
  std::swap(owns_file_, other.owns_file_);
  return *this;
}

Result<ListenSocket> ListenSocket::share() const {
  const int copy = fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    return Error{
        Code::io, Leg::self,
        fmt::format("cannot share the socket on {}: {}", address_.to_string(), strerror(errno))};
  }
  return ListenSocket(copy, address_);
}

}  // namespace understudy::net
