#include "ledger/poller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace understudy::ledger {

namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr int backlog = 1024;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void set(int descriptor, int level, int name) {
  const int on = 1;
  setsockopt(descriptor, level, name, &on, sizeof on);
}

}  // namespace

Connection::Connection(Poller& poller, int descriptor) : poller_(poller), descriptor_(descriptor) {
  set(descriptor, IPPROTO_TCP, TCP_NODELAY);
  watch();
}

Connection::~Connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Connection::watch() {
  if (descriptor_ < 0) return;
  const std::uint32_t wanted = unsent() > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
  if (wanted == watched_) return;
  epoll_event event{};
  event.events = wanted;
  event.data.ptr = this;
  epoll_ctl(poller_.epoll_, watched_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor_, &event);
  watched_ = wanted;
}

void Connection::send(std::string_view bytes) {
  if (descriptor_ < 0) return;
  out_.append(bytes);
  flush();
}

void Connection::flush() {
  while (unsent() > 0) {
    const auto size = ::send(descriptor_, out_.data() + sent_, unsent(), MSG_NOSIGNAL);
    if (size < 0) break;  // full; or gone, which reading tells
    sent_ += static_cast<std::size_t>(size);
  }
  if (unsent() == 0) {
    out_.clear();
    sent_ = 0;
    if (std::exchange(is_finishing_, false)) shutdown(descriptor_, SHUT_WR);
  }
  watch();
}

void Connection::finish_writing() {
  is_finishing_ = true;
  flush();
}

void Connection::close() {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  poller_.forget(*this);
}

void Connection::reset() {
  if (descriptor_ < 0) return;
  const linger now{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void Connection::wake_after(std::chrono::milliseconds pause) {
  poller_.ticks_.emplace(Poller::Clock::now() + pause, this);
}

void Connection::on_events(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && descriptor_ >= 0) flush();
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0 && descriptor_ >= 0) on_readable();
}

void Connection::on_readable() {
  auto& scratch = poller_.scratch_;
  while (descriptor_ >= 0) {
    const auto size = recv(descriptor_, scratch.data(), scratch.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return on_end(size == 0);
    on_data({scratch.data(), static_cast<std::size_t>(size)});
    if (static_cast<std::size_t>(size) < scratch.size()) return;
  }
}

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), scratch_(read_bytes) {}

Poller::~Poller() {
  connections_.clear();
  stop_listening();
  close(epoll_);
}

void Poller::stop_listening() {
  if (listener_ >= 0) close(std::exchange(listener_, -1));
}

std::uint16_t Poller::listen(std::uint16_t port, OnAccepted on_accepted) {
  on_accepted_ = std::move(on_accepted);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  set(listener_, SOL_SOCKET, SO_REUSEADDR);
  auto address = loopback(port);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, raw, size) != 0 || ::listen(listener_, backlog) != 0) return 0;
  getsockname(listener_, raw, &size);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  return ntohs(address.sin_port);
}

int Poller::connect_to(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (descriptor < 0) return -1;
  // A failure shows as the end of the connection.
  [[maybe_unused]] const int status =
      connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return descriptor;
}

void Poller::adopt(std::unique_ptr<Connection> connection) {
  auto* const key = connection.get();
  connections_.emplace(key, std::move(connection));
}

void Poller::forget(Connection& connection) {
  std::erase_if(ticks_, [&](const auto& tick) { return tick.second == &connection; });
  const auto found = connections_.find(&connection);
  if (found == connections_.end()) return;
  ended_.push_back(std::move(found->second));
  connections_.erase(found);
}

void Poller::accept_all() {
  for (;;) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    adopt(on_accepted_(descriptor));
  }
}

void Poller::tick() {
  while (!ticks_.empty() && ticks_.begin()->first <= Clock::now()) {
    auto* const connection = ticks_.begin()->second;
    ticks_.erase(ticks_.begin());
    connection->on_tick();
  }
}

void Poller::each(const std::function<void(Connection&)>& visit) {
  std::vector<Connection*> all;
  for (const auto& [key, connection] : connections_) all.push_back(key);
  for (auto* const connection : all) visit(*connection);
  ended_.clear();
}

void Poller::turn(std::chrono::milliseconds longest) {
  std::array<epoll_event, 128> events;
  const auto wait = ticks_.empty() ? longest : std::min(longest, std::chrono::milliseconds(1));
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                               static_cast<int>(wait.count()));
  for (int i = 0; i < count; ++i) {
    auto* const connection = static_cast<Connection*>(events[i].data.ptr);
    if (connection == nullptr) {
      accept_all();
    } else {
      connection->on_events(events[i].events);
    }
  }
  tick();
  ended_.clear();
}

}  // namespace understudy::ledger
