#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "understudy/net/tls.h"

struct bio_st;
struct ssl_st;

namespace understudy::net {

// TLS on one connection, between the bytes of its socket and those of its owner. Knows no socket:
// ciphertext is fed to it and appended to `out`, one record of plaintext is read at a time.
//
//   handshaking --> open --> closed by the peer
//   any --> failed
//
// Owner:  a stream. Thread: its loop's.
class TlsLayer {
 public:
  enum class Progress { done, starved, closed, failed };
  struct Piece {
    Progress progress;  // done: there are bytes
    std::string_view bytes;
  };

  // `out` must outlive the layer.
  TlsLayer(std::shared_ptr<const TlsServer> server, std::string& out);
  TlsLayer(std::shared_ptr<const TlsClient> client, const TlsSession& session, std::string& out);
  ~TlsLayer();
  TlsLayer(const TlsLayer&) = delete;
  TlsLayer& operator=(const TlsLayer&) = delete;

  // Ciphertext from the peer, borrowed until rest() is empty or taken away by the caller.
  void feed(std::string_view ciphertext) { input_ = ciphertext; }
  // What of it no record has used yet.
  std::string_view rest() const { return input_; }

  bool is_open() const { return is_open_; }
  // One step; done, starved or failed.
  Progress handshake();
  // At most one record, into `room`. closed: the peer said that nothing follows.
  Piece read(char* room, std::size_t size);
  // Requires: is_open(). False: failed.
  bool write(std::string_view plain);
  // Says that nothing follows. Requires: is_open().
  void close();

  // Why it failed; the other side stands for whoever that is: "its certificate has expired".
  const Error& error() const { return error_; }
  // What the failure of an end without a close is called, at this point.
  Error truncation() const;
  // The newest session that the server gave us, for the next connection to it.
  TlsSession take_session();
  bool is_resumed() const;
  // The name that we asked for; empty on the server's side.
  std::string_view server_name() const;

  // Keeps what a server gave us; called by OpenSSL.
  static int on_new_session(ssl_st* ssl, ssl_session_st* session);

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  bool set_up();
  Progress progress_of(int result);
  static int on_read(bio_st* bio, char* into, int size);
  static int on_write(bio_st* bio, const char* from, int size);

  const std::shared_ptr<const TlsServer> server_;
  const std::shared_ptr<const TlsClient> client_;
  std::string& out_;
  std::unique_ptr<ssl_st, Free> ssl_;
  std::string_view input_;
  TlsSession session_;
  Error error_;
  std::size_t replied_bytes_ = 0;  // what reading made us send after the handshake
  bool is_open_ = false;
  bool was_session_taken_ = false;
};

}  // namespace understudy::net
