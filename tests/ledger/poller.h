#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::ledger {

class Poller;

// One TCP connection on loopback, not blocking. Ends by close() or reset(), after which it is told
// nothing more and dies with the turn.
class Connection {
 public:
  Connection(Poller& poller, int descriptor);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view bytes);
  void finish_writing();  // once everything is out
  void close();
  void reset();
  // Calls on_tick() after about that long.
  void wake_after(std::chrono::milliseconds pause);
  bool is_open() const { return descriptor_ >= 0; }
  std::size_t unsent() const { return out_.size() - sent_; }

 protected:
  virtual void on_data(std::string_view bytes) = 0;
  // Not clean: a reset, or no connection at all. Told once; the connection must be closed then.
  virtual void on_end(bool is_clean) = 0;
  virtual void on_tick() {}
  Poller& poller() { return poller_; }

 private:
  friend class Poller;
  void on_events(std::uint32_t events);
  void on_readable();
  void flush();
  void watch();

  Poller& poller_;
  int descriptor_;
  std::string out_;
  std::size_t sent_ = 0;
  bool is_finishing_ = false;
  std::uint32_t watched_ = 0;
};

// A loop of its own: what is under test must not be its own witness.
class Poller {
 public:
  using Clock = std::chrono::steady_clock;
  using OnAccepted = std::function<std::unique_ptr<Connection>(int descriptor)>;

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Listens on a port of loopback, 0 for any; returns the port, 0 if that is impossible.
  std::uint16_t listen(std::uint16_t port, OnAccepted on_accepted);
  // Connections are refused until listen() is called again.
  void stop_listening();
  // -1 if there is no descriptor.
  static int connect_to(std::uint16_t port);
  void adopt(std::unique_ptr<Connection> connection);
  // One turn of at most that long.
  void turn(std::chrono::milliseconds longest);
  std::size_t open_connections() const { return connections_.size(); }
  // Each may close in its turn.
  void each(const std::function<void(Connection&)>& visit);

 private:
  friend class Connection;
  void accept_all();
  void forget(Connection& connection);
  void tick();

  int epoll_;
  int listener_ = -1;
  OnAccepted on_accepted_;
  std::map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> ended_;
  std::multimap<Clock::time_point, Connection*> ticks_;
  std::vector<char> scratch_;
};

}  // namespace understudy::ledger
