#pragma once

#include <memory>
#include <string>
#include <string_view>

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
  explicit Backend(std::string_view body) : thread_(system_clock(), "backend", 0) {
    thread_.run([&](net::Loop& loop) {
      server_ = std::make_unique<ScriptedServer>(loop);
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
  config::Url url() const {
    return {"http://" + address_.to_string(), false, address_.ip(), address_.port(),
            address_.to_string()};
  }

 private:
  net::LoopThread thread_;
  std::unique_ptr<ScriptedServer> server_;
  net::Address address_;
};

// One blocking connection: sends `count` requests, one after the other, and counts whole answers.
inline int ask(const net::Address& server, int count) {
  const int connection = socket(server.raw()->sa_family, SOCK_STREAM, 0);
  const timeval patience{10, 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  int answered = 0;
  if (connect(connection, server.raw(), server.raw_size()) == 0) {
    const std::string request = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    char buffer[4096];
    for (int i = 0; i < count; ++i) {
      if (send(connection, request.data(), request.size(), MSG_NOSIGNAL) < 0) break;
      std::string answer;
      while (answer.find("live") == std::string::npos) {
        const auto size = recv(connection, buffer, sizeof buffer, 0);
        if (size <= 0) break;
        answer.append(buffer, static_cast<std::size_t>(size));
      }
      if (answer.find("live") != std::string::npos) ++answered;
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
