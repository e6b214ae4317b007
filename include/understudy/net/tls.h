#pragma once

#include <memory>
#include <string>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"

struct ssl_session_st;

// What TLS needs to know before a connection: settings as immutable values that all loops share.
// The work on a connection is done inside net::Stream.
namespace understudy::net {

// A certificate, with what its issuers need for the way to a root, and its private key: PEM files.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

// The keys that seal session tickets. They change by the clock and are never written down: a
// ticket opens for one or two periods, and nobody can read it afterwards.
//
// Owner:  the service; outlives every TlsServer. Not part of it, so that tickets outlive a reload.
// Thread: any.
class TlsTickets {
 public:
  // One key: its public name, and the two secrets.
  struct Key {
    unsigned char name[16];
    unsigned char cipher[32];
    unsigned char mac[32];
  };

  explicit TlsTickets(const Clock& clock);
  ~TlsTickets();
  TlsTickets(const TlsTickets&) = delete;
  TlsTickets& operator=(const TlsTickets&) = delete;

  // The key for a new ticket.
  Key current();
  // The key with that name into `key`; false when it is gone.
  bool find(const unsigned char* name, Key& key);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How we are a TLS server: TLS 1.2 and 1.3, the certificate chosen by the name that the client asks
// for, HTTP/1.1 and nothing else (ALPN).
//
// Owner:  shared; a connection keeps the one that it began with. Thread: any.
class TlsServer {
 public:
  struct Options {
    // Not empty. The first is the default. Several for one name (RSA and ECDSA) stand side by side.
    std::vector<TlsFiles> certificates;
    std::string client_ca;  // PEM file; empty: clients show no certificate
  };
  // `tickets` must outlive it. Errors: bad_config, naming the file and what is wrong with it.
  static Result<std::shared_ptr<const TlsServer>> create(const Options& options,
                                                         TlsTickets& tickets);

  struct State;
  explicit TlsServer(std::unique_ptr<State> state);
  ~TlsServer();
  const State& state() const { return *state_; }

 private:
  const std::unique_ptr<State> state_;
};

// How we are a TLS client of one server: whom we trust, which name its certificate must have, and
// what we show.
//
// Owner:  shared. Thread: any.
class TlsClient {
 public:
  struct Options {
    std::string server_name;  // or address; asked for (SNI) and verified
    std::string ca;           // PEM file; empty: the system's store
    TlsFiles certificate;     // empty: none is shown
    bool verify = true;
  };
  // Errors: bad_config, naming the file and what is wrong with it.
  static Result<std::shared_ptr<const TlsClient>> create(const Options& options);

  struct State;
  explicit TlsClient(std::unique_ptr<State> state);
  ~TlsClient();
  const State& state() const { return *state_; }

 private:
  const std::unique_ptr<State> state_;
};

// What a server gave us to make the next handshake shorter. Opaque; empty when there is none.
class TlsSession {
 public:
  struct Free {
    void operator()(ssl_session_st* session) const;
  };
  TlsSession() = default;
  explicit TlsSession(ssl_session_st* owned) : raw_(owned) {}
  explicit operator bool() const { return raw_ != nullptr; }
  ssl_session_st* raw() const { return raw_.get(); }

 private:
  std::unique_ptr<ssl_session_st, Free> raw_;
};

// For whoever checks settings before they are used. Errors: bad_config, as above.
Result<void> check_tls_certificate(const std::string& file);
Result<void> check_tls_key(const TlsFiles& files);
Result<void> check_tls_authorities(const std::string& file);

}  // namespace understudy::net
