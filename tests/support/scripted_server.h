#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/net/address.h"
#include "understudy/net/listener.h"
#include "understudy/net/loop.h"

namespace understudy::support {

// A server on a loopback port that does to every request what its script says: the primary or the
// shadow of a test. Reads requests by itself, so that it cannot share a mistake with the code under
// test.
//
// Owner:  a test; outlived by its loop. Thread: its loop's.
class ScriptedServer final : private net::ListenerEvents {
 public:
  // What arrived. The head is as received, without the empty line; the body is without its framing.
  struct Request {
    std::string head;
    std::string body;
    std::string trailers;
    bool is_complete = false;
    std::string line() const { return head.substr(0, head.find("\r\n")); }
    // The value of the first such field, in any case; empty when there is none.
    std::string field(std::string_view name) const;
  };
  using Answer = std::function<std::string(const Request&)>;

  explicit ScriptedServer(net::Loop& loop);
  ScriptedServer(net::Loop& loop, const net::Address& where);
  ~ScriptedServer();

  const net::Address& address() const { return address_; }

  // The script, for all requests from now on. The default is a 200 without a body.
  void answers(std::string bytes);  // a whole message, as is: garbage, too
  void answers(int status, std::string_view body, std::string_view fields = {});
  void answers_with(Answer answer);
  // Like answers(), but as soon as the request's head is there.
  void answers_at_head(std::string bytes);
  void stays_silent();                                 // reads, never answers
  void stops_reading();                                // reads nothing more, not even a head
  void resets();                                       // when a head has arrived
  void resets_at_once();                               // when a connection has come
  void resets_after(std::string bytes);                // part of an answer, then a reset
  void closes_after(std::string bytes);                // part of an answer, then a clean end
  void closes_next_request() { closes_next_ = true; }  // one request without an answer
  // A byte, a pause, a byte ...; the first `at_once` bytes together.
  void trickles(std::string bytes, Duration pause, std::size_t at_once = 1);
  void floods();  // an answer without end
  void floods(std::string begin, std::string_view again);

  // Connections from now on begin with TLS.
  void speaks_tls(std::shared_ptr<const net::TlsServer> tls) { tls_ = std::move(tls); }
  // How many of them began with a short handshake.
  std::size_t resumed() const { return resumed_; }

  // A refused connection from now on; the address stays the same text.
  void stops_listening();
  // Other addresses, where no connection ever stands: an error at once, or no word at all.
  void is_unreachable();
  void is_swamped();

  // In order of arrival; a request that is still arriving is among them.
  const std::vector<std::unique_ptr<Request>>& requests() const { return requests_; }
  std::size_t accepted() const { return accepted_; }
  std::size_t open_connections() const { return connections_.size(); }
  // Ends every connection, also idle ones, with a clean end.
  void closes_connections();

  // A whole answer with Content-Length; `fields` are lines that each end in CRLF.
  static std::string message(int status, std::string_view body, std::string_view fields = {});

 private:
  class Connection;
  struct Script {
    enum class Kind {
      answer,
      at_head,
      silent,
      deaf,
      reset,
      reset_at_once,
      reset_after,
      close,
      trickle,
      flood
    } kind;
    Answer answer{};
    Duration pause{};
    std::size_t at_once = 1;
    std::string block{};
  };

  void on_accepted(std::unique_ptr<net::Stream> stream) override;
  void gone(Connection& connection);

  net::Loop& loop_;
  std::unique_ptr<net::Listener> listener_;
  net::Address address_;
  Script script_;
  bool closes_next_ = false;
  std::vector<std::unique_ptr<Request>> requests_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t accepted_ = 0;
  std::shared_ptr<const net::TlsServer> tls_;
  std::size_t resumed_ = 0;
  std::vector<int> sockets_;  // that hold a port, or fill a queue nobody takes from
};

}  // namespace understudy::support
