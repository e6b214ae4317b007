// Requests at a constant rate, whether or not answers come (an open loop).
//
//   load --to 127.0.0.1:PORT [--connections 64] [--rate 1000] [--seconds 2]
//        [--method GET] [--body-bytes 0]
//
// A request's clock runs from the moment when it should have been sent: one that finds no free
// connection waits, and its wait counts. Prints one line of JSON. Every request of the plan is in
// the figures; one without an answer counts as failed, with the time for which it was waited.
//
// Timer: epoll_pwait2 with a slack of 1 ns. It wakes some microseconds late, which counts as
// latency. Spinning would be exact, and would take the processor from the servers beside it.

#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "bench/latencies.h"
#include "bench/message_reader.h"
#include "bench/options.h"
#include "bench/socket.h"

namespace understudy::bench {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::uint64_t max_connections = 50'000;
constexpr std::uint64_t max_rate = 1'000'000;
constexpr std::uint64_t max_seconds = 600;
constexpr std::uint64_t max_requests = 20'000'000;  // 80 MB of latencies
constexpr std::uint64_t max_body_bytes = 16 << 20;
constexpr std::uint64_t max_reconnects = 100'000;  // a server that ends every connection is enough
constexpr std::chrono::seconds connecting_time{10};
constexpr std::chrono::seconds patience{2};  // for what is without an answer when the plan is over
constexpr std::size_t read_bytes = 262'144;
constexpr int max_events = 256;

struct Plan {
  sockaddr_in server{};
  std::size_t connections = 0;
  std::uint64_t rate = 0;  // a second
  std::uint64_t requests = 0;
  std::string request;
};

struct Connection {
  Socket socket;
  MessageReader reader;
  bool is_connected = false;
  bool is_busy = false;
  Clock::time_point intended;  // of the request that it carries
  std::size_t sent = 0;        // bytes of that
};

// One run of a plan.
class Load {
 public:
  explicit Load(Plan plan)
      : plan_(std::move(plan)),
        poller_(::epoll_create1(EPOLL_CLOEXEC)),
        buffer_(read_bytes),
        connections_(plan_.connections),
        latencies_(plan_.requests) {}

  void run() {
    for (auto& connection : connections_) connect(connection);
    const auto too_late = Clock::now() + connecting_time;
    while (idle_.size() < connections_.size() && Clock::now() < too_late) wait(too_late);
    errno = ETIMEDOUT;
    must(idle_.size() == connections_.size(), "not every connection could be had");
    start_ = last_answer_ = Clock::now();
    const auto end = due(plan_.requests) + patience;
    while (latencies_.count() < plan_.requests && Clock::now() < end) {
      send_due();
      wait(next_ < plan_.requests && !idle_.empty() ? due(next_) : end);
    }
    give_up();
    report();
  }

 private:
  Clock::time_point due(std::uint64_t number) const {
    return start_ + nanoseconds(number * 1'000'000'000 / plan_.rate);
  }

  void connect(Connection& connection) {
    connection.socket = connect_to(plan_.server);
    connection.reader = MessageReader();
    connection.is_connected = connection.is_busy = false;
    if (!connection.socket.is_open()) return;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &connection;
    const int descriptor = connection.socket.get();
    must(::epoll_ctl(poller_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
  }

  // Serves what happens until then, at least once.
  void wait(Clock::time_point until) {
    const auto left = std::max(until - Clock::now(), Clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout{seconds.count(), nanoseconds(left - seconds).count()};
    epoll_event events[max_events];
    const int count = ::epoll_pwait2(poller_.get(), events, max_events, &timeout, nullptr);
    for (int i = 0; i < count; ++i) serve(events[i]);
  }

  void serve(const epoll_event& event) {
    auto& connection = *static_cast<Connection*>(event.data.ptr);
    if (!connection.is_connected && (event.events & (EPOLLERR | EPOLLHUP)) == 0) {
      connection.is_connected = true;
      return become_idle(connection);
    }
    if ((event.events & EPOLLOUT) != 0 && connection.is_busy) write(connection);
    if ((event.events & ~EPOLLOUT) != 0) read(connection);
  }

  void become_idle(Connection& connection) {
    connection.is_busy = false;
    idle_.push_back(&connection);
  }

  void send_due() {
    const auto now = Clock::now();
    while (next_ < plan_.requests && !idle_.empty() && due(next_) <= now) {
      auto& connection = *idle_.front();
      idle_.pop_front();
      connection.is_busy = true;
      connection.intended = due(next_++);
      connection.sent = 0;
      write(connection);
    }
  }

  void write(Connection& connection) {
    while (connection.sent < plan_.request.size()) {
      const auto left = std::string_view(plan_.request).substr(connection.sent);
      const auto size = ::send(connection.socket.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (size < 0) return;  // no room, or an end that the next read meets
      connection.sent += static_cast<std::size_t>(size);
    }
  }

  void read(Connection& connection) {
    const auto take_bytes = [&](std::string_view bytes) { return take(connection, bytes); };
    if (!read_all(connection.socket, buffer_, take_bytes)) on_broken(connection);
  }

  // False when the connection is another one now.
  bool take(Connection& connection, std::string_view bytes) {
    for (;;) {
      const auto step = connection.reader.read(bytes);
      if (step == MessageReader::Step::more) return true;
      // An answer that nobody asked for is none, either.
      if (step == MessageReader::Step::broken || !connection.is_busy) {
        on_broken(connection);
        return false;
      }
      if (step != MessageReader::Step::message) continue;
      const int status = connection.reader.status();
      finish(connection, status >= 200 && status < 300);
      if (connection.reader.is_last()) {
        reconnect(connection);
        return false;
      }
      become_idle(connection);
    }
  }

  void finish(Connection& connection, bool has_succeeded) {
    last_answer_ = Clock::now();
    latencies_.add(last_answer_ - connection.intended);
    ++(has_succeeded ? completed_ : failed_);
    connection.is_busy = false;
  }

  // Ended, reset, or no HTTP.
  void on_broken(Connection& connection) {
    if (connection.is_busy) finish(connection, false);
    std::erase(idle_, &connection);
    reconnect(connection);
  }

  void reconnect(Connection& connection) {
    connection.socket = Socket();
    if (++reconnects_ <= max_reconnects) connect(connection);
  }

  // What has no answer by now waited until now, from its own moment on.
  void give_up() {
    const auto now = Clock::now();
    const auto sent = next_;
    for (const auto& connection : connections_) {
      if (connection.is_busy) latencies_.add(now - connection.intended);
    }
    for (; next_ < plan_.requests; ++next_) latencies_.add(now - due(next_));
    next_ = sent;
    failed_ = plan_.requests - completed_;
  }

  void report() {
    latencies_.sort();
    const std::chrono::duration<double> planned = due(plan_.requests) - start_;
    const std::chrono::duration<double> taken = last_answer_ - start_;
    std::printf("{\"planned\": %llu, \"sent\": %llu, \"completed\": %llu, \"failed\": %llu, ",
                static_cast<unsigned long long>(plan_.requests),
                static_cast<unsigned long long>(next_), static_cast<unsigned long long>(completed_),
                static_cast<unsigned long long>(failed_));
    std::printf("\"rate\": %.1f, \"p50_us\": %u, \"p90_us\": %u, \"p99_us\": %u, ",
                static_cast<double>(completed_) / std::max(planned, taken).count(),
                latencies_.at(0.5), latencies_.at(0.9), latencies_.at(0.99));
    std::printf("\"p999_us\": %u, \"max_us\": %u}\n", latencies_.at(0.999), latencies_.at(1));
  }

  const Plan plan_;
  Socket poller_;
  std::vector<char> buffer_;
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;  // all take turns
  Latencies latencies_;
  Clock::time_point start_;
  Clock::time_point last_answer_;
  std::uint64_t next_ = 0;
  std::uint64_t completed_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t reconnects_ = 0;
};

std::string request_of(const std::string& method, std::size_t body_bytes) {
  std::string request = method + " / HTTP/1.1\r\nHost: bench\r\n";
  if (body_bytes > 0) {
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body_bytes);
    request += "\r\n";
  }
  return request + "\r\n" + std::string(body_bytes, '1');  // JSON: one long number
}

int run(int count, char** words) {
  Options options(count, words);
  Plan plan;
  const auto server = parse_address(options.text("--to", ""));
  errno = EINVAL;
  must(server.has_value(), "--to");
  plan.server = server.value_or(sockaddr_in{});
  plan.connections = options.number("--connections", 64, max_connections);
  plan.rate = std::max<std::uint64_t>(options.number("--rate", 1000, max_rate), 1);
  const auto seconds = options.number("--seconds", 2, max_seconds);
  plan.requests = std::min(plan.rate * seconds, max_requests);
  const auto method = options.text("--method", "GET");
  plan.request = request_of(method, options.number("--body-bytes", 0, max_body_bytes));
  options.end();
  // Timers of this thread are as exact as the machine can make them.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  Load(std::move(plan)).run();
  return 0;
}

}  // namespace

}  // namespace understudy::bench

int main(int count, char** words) {
  return understudy::bench::run(count, words);
}
