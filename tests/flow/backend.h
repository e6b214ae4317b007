#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support/scripted_server.h"
#include "support/temp_dir.h"
#include "understudy/config/config.h"
#include "understudy/net/loop_thread.h"

namespace understudy::support {

// A scripted server on a thread of its own.
class Backend {
 public:
  explicit Backend(std::string_view body, const std::string& where = "127.0.0.1:0")
      : body_(body), thread_(system_clock(), "backend", 0) {
    thread_.run([&](net::Loop& loop) {
      server_ = std::make_unique<ScriptedServer>(loop, *net::Address::parse(where));
      server_->answers(200, body);
      address_ = server_->address();
    });
  }
  ~Backend() {
    thread_.run([&](net::Loop&) { server_.reset(); });
  }
  std::size_t requests() {
    std::size_t count = 0;
    thread_.run([&](net::Loop&) { count = server_->requests().size(); });
    return count;
  }
  void stays_silent() {
    thread_.run([&](net::Loop&) { server_->stays_silent(); });
  }
  void closes_after_each() {
    thread_.run([&](net::Loop&) { server_->answers(200, body_, "Connection: close\r\n"); });
  }
  void stops_listening() {
    thread_.run([&](net::Loop&) { server_->stops_listening(); });
  }
  std::size_t connections() {
    std::size_t count = 0;
    thread_.run([&](net::Loop&) { count = server_->open_connections(); });
    return count;
  }
  const net::Address& address() const { return address_; }
  config::Url url() const {
    const auto text = address_.to_string();
    if (address_.is_unix()) return {text, false, text, 0, "localhost"};
    return {"http://" + text, false, address_.ip(), address_.port(), text};
  }

 private:
  const std::string body_;
  net::LoopThread thread_;
  std::unique_ptr<ScriptedServer> server_;
  net::Address address_;
};

// Fails the test when what it waits for never comes.
inline void wait_for(const std::function<bool()>& claim) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!claim()) {
    if (std::chrono::steady_clock::now() > patience) FAIL("what the test waits for never came");
    std::this_thread::yield();
  }
}

// One blocking connection: sends `count` requests, one after the other, and counts whole answers.
inline int ask(const net::Address& server, int count, const std::string& method = "GET") {
  const int connection = socket(server.raw()->sa_family, SOCK_STREAM, 0);
  const timeval patience{10, 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  int answered = 0;
  if (connect(connection, server.raw(), server.raw_size()) == 0) {
    const std::string request = method + " /x HTTP/1.1\r\nHost: a\r\n\r\n";
    char buffer[4096];
    for (int i = 0; i < count; ++i) {
      if (send(connection, request.data(), request.size(), MSG_NOSIGNAL) < 0) break;
      std::string answer;
      while (answer.find("\r\n\r\nlive") == std::string::npos) {
        const auto size = recv(connection, buffer, sizeof buffer, 0);
        if (size <= 0) break;
        answer.append(buffer, static_cast<std::size_t>(size));
        if (answer.rfind("HTTP/1.1 200", 0) != 0) break;
      }
      if (answer.find("\r\n\r\nlive") != std::string::npos) ++answered;
    }
  }
  close(connection);
  return answered;
}

inline config::Config config_for(const Backend& primary, const Backend& shadow,
                                 const TempDir& directory) {
  config::Config config;
  config.listen = {{"127.0.0.1:0"}};
  config.server.workers = 2;
  config.server.backstage = 2;
  config.primary.url = primary.url();
  config.shadows.emplace_back();
  config.shadows.back().name = "v2";
  config.shadows.back().url = shadow.url();
  config.log.path = directory / "log";
  return config;
}

}  // namespace understudy::support
