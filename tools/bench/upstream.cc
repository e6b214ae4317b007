// An HTTP/1.1 server on loopback that always says the same, or that is ill in one way.
//
//   upstream [--port 0] [--body-bytes 1024] [--noise]
//            [--mode normal|slow|blackhole|reset|never-reads] [--delay-ms 1000]
//
// Prints its port when it listens, and on SIGTERM what it has seen as one line of JSON. One thread,
// one epoll; keep-alive, pipelined requests, bodies that say their length.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "bench/message_reader.h"
#include "bench/options.h"
#include "bench/socket.h"

namespace understudy::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t max_body_bytes = 64 << 20;
constexpr std::uint64_t max_delay_ms = 60'000;
constexpr std::size_t read_bytes = 65536;
constexpr int max_events = 256;

enum class Mode { normal, slow, blackhole, reset, never_reads };

// The one answer: a head and a JSON object with members as services have them. With noise, the
// member `at` has other digits on every answer, always as many.
class Answer {
 public:
  Answer(std::size_t body_bytes, bool is_noisy) : is_noisy_(is_noisy) {
    const std::string body = body_of(body_bytes);
    bytes_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n" + body;
    noise_at_ = bytes_.find(placeholder);
  }

  // An answer that is on its way may get new digits, but no other length: still JSON.
  std::string_view begin() {
    if (is_noisy_) {
      const auto now = std::chrono::system_clock::now().time_since_epoch();
      const auto digits = std::to_string(std::chrono::nanoseconds(now).count());
      bytes_.replace(noise_at_, placeholder.size(), digits, 0, placeholder.size());
    }
    return bytes_;
  }
  std::string_view bytes() const { return bytes_; }

 private:
  static constexpr std::string_view placeholder = "1000000000000000000";  // as many digits as now

  static std::string body_of(std::size_t wanted) {
    std::string body = R"({"id":4711,"name":"a thing","at":)" + std::string(placeholder);
    body += R"(,"items":[{"number":0,"text":"the first one"})";
    for (int number = 1; body.size() + 80 < wanted; ++number) {
      const auto digits = std::to_string(number);
      body.append(R"(,{"number":)").append(digits).append(R"(,"price":)").append(digits);
      body.append(R"(.25,"text":"item )").append(digits).append(R"(","is_new":true})");
    }
    body += R"(],"filler":")";
    if (body.size() + 2 < wanted) body.append(wanted - 2 - body.size(), 'x');
    return body + "\"}";
  }

  const bool is_noisy_;
  std::string bytes_;
  std::size_t noise_at_ = 0;
};

// One client: its place in a request, and the answers that it still gets.
struct Connection {
  Socket socket;
  MessageReader reader;
  std::size_t owed = 0;  // whole answers, including the one that is on its way
  std::size_t sent = 0;  // bytes of that one
  bool is_last = false;  // the client will send nothing more
};

// The server: everything on one thread.
class Server {
 public:
  Server(std::uint16_t port, Answer answer, Mode mode, std::chrono::milliseconds delay)
      : listener_(listen_on_loopback(port)),
        poller_(::epoll_create1(EPOLL_CLOEXEC)),
        answer_(std::move(answer)),
        mode_(mode),
        delay_(delay),
        buffer_(read_bytes) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    signals_ = Socket(::signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC));
    watch(listener_.get(), EPOLLIN, &listener_);
    watch(signals_.get(), EPOLLIN, &signals_);
  }

  void run() {
    std::printf("%d\n", port_of(listener_));
    std::fflush(stdout);
    std::vector<epoll_event> events(max_events);
    while (!is_over_) {
      const int count = ::epoll_wait(poller_.get(), events.data(), max_events, until_due());
      for (int i = 0; i < count; ++i) serve(events[static_cast<std::size_t>(i)]);
      answer_due();
      dead_.clear();
    }
    std::printf("{\"requests\": %llu, \"connections\": %llu}\n",
                static_cast<unsigned long long>(requests_),
                static_cast<unsigned long long>(accepted_));
  }

 private:
  // An answer that has to wait. Connections may go meanwhile.
  struct Due {
    Clock::time_point when;
    std::weak_ptr<Connection> connection;
  };

  void watch(int descriptor, std::uint32_t events, void* what) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = what;
    must(::epoll_ctl(poller_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
  }

  void serve(const epoll_event& event) {
    if (event.data.ptr == &signals_) {
      is_over_ = true;
    } else if (event.data.ptr == &listener_) {
      accept();
    } else {
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      if (connection.socket.is_open() && (event.events & ~EPOLLOUT) != 0) read(connection);
      if (connection.socket.is_open()) write(connection);
    }
  }

  void accept() {
    for (;;) {
      auto connection = std::make_shared<Connection>();
      connection->socket = accept_from(listener_);
      if (!connection->socket.is_open()) return;
      ++accepted_;
      const int descriptor = connection->socket.get();
      if (mode_ != Mode::never_reads) {
        watch(descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, connection.get());
      }
      const auto place = static_cast<std::size_t>(descriptor);
      if (connections_.size() <= place) connections_.resize(place + 1);
      connections_[place] = std::move(connection);
    }
  }

  void read(Connection& connection) {
    const auto take_bytes = [&](std::string_view bytes) { return take(connection, bytes); };
    if (!read_all(connection.socket, buffer_, take_bytes)) close(connection);
  }

  // False when the connection is gone.
  bool take(Connection& connection, std::string_view bytes) {
    for (;;) {
      const auto step = connection.reader.read(bytes);
      if (step == MessageReader::Step::more) return true;
      const bool is_refused = step == MessageReader::Step::head && mode_ == Mode::reset;
      if (step == MessageReader::Step::broken || is_refused) {
        requests_ += is_refused ? 1 : 0;
        reset(connection);
        return false;
      }
      if (step == MessageReader::Step::message) on_request(connection);
    }
  }

  void on_request(Connection& connection) {
    ++requests_;
    connection.is_last = connection.is_last || connection.reader.is_last();
    if (mode_ == Mode::normal) ++connection.owed;
    if (mode_ == Mode::slow) {
      waiting_.push_back({Clock::now() + delay_, slot(connection)});
    }
  }

  std::shared_ptr<Connection>& slot(const Connection& connection) {
    return connections_[static_cast<std::size_t>(connection.socket.get())];
  }

  void write(Connection& connection) {
    while (connection.owed > 0) {
      const auto bytes = connection.sent == 0 ? answer_.begin() : answer_.bytes();
      const auto left = bytes.substr(connection.sent);
      const auto size = ::send(connection.socket.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (size < 0 && errno == EAGAIN) return;
      if (size < 0) return close(connection);
      connection.sent += static_cast<std::size_t>(size);
      if (connection.sent < bytes.size()) continue;
      connection.sent = 0;
      --connection.owed;
      // A slow server leaves the end to its client: further answers may be waiting.
      const bool is_done = connection.is_last && connection.owed == 0 && mode_ == Mode::normal;
      if (is_done) return close(connection);
    }
  }

  // Further events of this turn may mean it, so its memory stays until the turn is over.
  void close(Connection& connection) {
    dead_.push_back(std::move(slot(connection)));
    connection.socket.close();
  }

  void reset(Connection& connection) {
    dead_.push_back(std::move(slot(connection)));
    connection.socket.reset();
  }

  int until_due() const {
    if (waiting_.empty()) return -1;
    const auto left = waiting_.front().when - Clock::now();
    const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::max<std::int64_t>(whole, 0));
  }

  // All delays are equal, so the first in is the first due.
  void answer_due() {
    while (!waiting_.empty() && waiting_.front().when <= Clock::now()) {
      const auto connection = waiting_.front().connection.lock();
      waiting_.pop_front();
      if (!connection || !connection->socket.is_open()) continue;
      ++connection->owed;
      write(*connection);
    }
  }

  Socket listener_;
  Socket poller_;
  Socket signals_;
  Answer answer_;
  const Mode mode_;
  const std::chrono::milliseconds delay_;
  std::vector<char> buffer_;
  std::vector<std::shared_ptr<Connection>> connections_;  // by descriptor
  std::vector<std::shared_ptr<Connection>> dead_;
  std::deque<Due> waiting_;
  bool is_over_ = false;
  std::uint64_t requests_ = 0;
  std::uint64_t accepted_ = 0;
};

Mode mode_named(const std::string& name) {
  if (name == "slow") return Mode::slow;
  if (name == "blackhole") return Mode::blackhole;
  if (name == "reset") return Mode::reset;
  if (name == "never-reads") return Mode::never_reads;
  errno = EINVAL;
  must(name == "normal", "--mode");
  return Mode::normal;
}

int serve(int count, char** words) {
  Options options(count, words);
  const auto port = static_cast<std::uint16_t>(options.number("--port", 0, 65535));
  const auto body_bytes = options.number("--body-bytes", 1024, max_body_bytes);
  const bool is_noisy = options.flag("--noise");
  const auto mode = mode_named(options.text("--mode", "normal"));
  const std::chrono::milliseconds delay(options.number("--delay-ms", 1000, max_delay_ms));
  options.end();
  Server(port, Answer(body_bytes, is_noisy), mode, delay).run();
  return 0;
}

}  // namespace

}  // namespace understudy::bench

int main(int count, char** words) {
  return understudy::bench::serve(count, words);
}
