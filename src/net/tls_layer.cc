#include "net/tls_layer.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/tls_error.h"
#include "net/tls_state.h"
#include "understudy/base/limits.h"

namespace understudy::net {

namespace {

// Where an SSL keeps its layer.
int layer_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

}  // namespace

void TlsLayer::Free::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

TlsLayer::TlsLayer(std::shared_ptr<const TlsServer> server, std::string& out)
    : server_(std::move(server)), out_(out), ssl_(SSL_new(server_->state().context.get())) {
  if (set_up()) SSL_set_accept_state(ssl_.get());
}

TlsLayer::TlsLayer(std::shared_ptr<const TlsClient> client, const TlsSession& session,
                   std::string& out)
    : client_(std::move(client)), out_(out), ssl_(SSL_new(client_->state().context.get())) {
  if (!set_up()) return;
  auto* const ssl = ssl_.get();
  const auto& state = client_->state();
  const char* const name = state.server_name.c_str();
  SSL_set_connect_state(ssl);
  long is_set = 1;
  if (!state.is_address) is_set = SSL_set_tlsext_host_name(ssl, name);
  if (state.verify && state.is_address) {
    is_set &= X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name);
  } else if (state.verify) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    is_set &= SSL_set1_host(ssl, name);
  }
  if (is_set != 1) {
    ssl_.reset();  // rather no connection than one to anybody
  } else if (session) {
    SSL_set_session(ssl, session.raw());
  }
}

TlsLayer::~TlsLayer() = default;

// One pair of functions stands for the socket in both directions. False: there is no memory, and no
// connection; handshake() tells.
bool TlsLayer::set_up() {
  static BIO_METHOD* const method = [] {
    auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "understudy");
    BIO_meth_set_read(made, &TlsLayer::on_read);
    BIO_meth_set_write(made, &TlsLayer::on_write);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  auto* const bio = ssl_ != nullptr ? BIO_new(method) : nullptr;
  if (bio == nullptr) {
    ssl_.reset();
    return false;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (SSL_set_ex_data(ssl_.get(), layer_index(), this) != 1) ssl_.reset();
  return ssl_ != nullptr;
}

int TlsLayer::on_read(BIO* bio, char* into, int size) {
  auto& input = static_cast<TlsLayer*>(BIO_get_data(bio))->input_;
  BIO_clear_retry_flags(bio);
  if (input.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto taken = input.copy(into, static_cast<std::size_t>(size));
  input.remove_prefix(taken);
  return static_cast<int>(taken);
}

int TlsLayer::on_write(BIO* bio, const char* from, int size) {
  static_cast<TlsLayer*>(BIO_get_data(bio))->out_.append(from, static_cast<std::size_t>(size));
  return size;
}

int TlsLayer::on_new_session(SSL* ssl, SSL_SESSION* session) {
  static_cast<TlsLayer*>(SSL_get_ex_data(ssl, layer_index()))->session_ = TlsSession(session);
  return 1;  // it is ours now
}

TlsLayer::Progress TlsLayer::progress_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::starved;
    case SSL_ERROR_ZERO_RETURN:
      return Progress::closed;
    default:
      error_ = explain_tls_failure(ssl_.get());
      return Progress::failed;
  }
}

TlsLayer::Progress TlsLayer::handshake() {
  assert(!is_open_);
  if (ssl_ == nullptr) {
    error_ = Error{Code::io, Leg::self, "there is no memory for a connection"};
    return Progress::failed;
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return progress_of(result);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
  const std::string_view chosen(reinterpret_cast<const char*>(protocol), size);
  if (!chosen.empty() && chosen != "http/1.1") {
    error_ = Error{Code::tls, Leg::self, "it insists on another protocol than HTTP/1.1"};
    return Progress::failed;
  }
  is_open_ = true;
  return Progress::done;
}

TlsLayer::Piece TlsLayer::read(char* room, std::size_t size) {
  assert(is_open_);
  ERR_clear_error();
  const auto written = out_.size();
  std::size_t got = 0;
  const int result = SSL_read_ex(ssl_.get(), room, size, &got);
  replied_bytes_ += out_.size() - written;
  if (replied_bytes_ > limits::max_tls_reply_bytes) {
    error_ = Error{Code::tls, Leg::self, "it asks for too many handshakes"};
    return {Progress::failed, {}};
  }
  if (result == 1) return {Progress::done, {room, got}};
  return {progress_of(result), {}};
}

bool TlsLayer::write(std::string_view plain) {
  assert(is_open_);
  if (plain.empty()) return true;
  ERR_clear_error();
  std::size_t taken = 0;
  const int result = SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &taken);
  if (result == 1 && taken == plain.size()) return true;
  error_ = explain_tls_failure(ssl_.get());
  return false;
}

void TlsLayer::close() {
  assert(is_open_);
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Error TlsLayer::truncation() const {
  if (!is_open_) return Error{Code::tls, Leg::self, "it ended the connection in the handshake"};
  return Error{Code::closed_early, Leg::self, "it ended the connection without TLS's close_notify"};
}

TlsSession TlsLayer::take_session() {
  if (client_ == nullptr || !is_open_) return {};
  const bool is_first = !std::exchange(was_session_taken_, true);
  if (session_) return std::move(session_);
  if (!is_first) return {};
  // TLS 1.2 may go on with the ticket that it came with; one of TLS 1.3 is for one connection.
  auto* const session = SSL_get0_session(ssl_.get());
  const bool is_for_many = SSL_version(ssl_.get()) == TLS1_2_VERSION;
  if (!is_for_many || session == nullptr || SSL_SESSION_is_resumable(session) != 1) return {};
  SSL_SESSION_up_ref(session);
  return TlsSession(session);
}

bool TlsLayer::is_resumed() const {
  return is_open_ && SSL_session_reused(ssl_.get()) == 1;
}

std::string_view TlsLayer::server_name() const {
  return client_ != nullptr ? std::string_view(client_->state().server_name) : std::string_view();
}

}  // namespace understudy::net
