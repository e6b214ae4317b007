// What client and server have in common: contexts, and files as people give them.
#include "understudy/net/tls.h"

#include <cstring>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "net/tls_state.h"

namespace understudy::net {

namespace {

// Forward secrecy and authenticated encryption only (RFC 9325, 4.2); those of TLS 1.3 are all good.
constexpr const char* ciphers_of_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* curves = "X25519:P-256:P-384";

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

Error bad_file(std::string_view file, std::string_view why) {
  return Error{Code::bad_config, Leg::self, fmt::format("{}: {}", file, why)};
}

std::unique_ptr<BIO, FreeBio> open_file(const std::string& file) {
  ERR_clear_error();
  return std::unique_ptr<BIO, FreeBio>(BIO_new_file(file.c_str(), "r"));
}

Error cannot_open(const std::string& file) {
  const auto code = ERR_peek_error();
  const bool is_system = ERR_SYSTEM_ERROR(code);
  const std::string why = is_system ? std::strerror(ERR_GET_REASON(code)) : "cannot be opened";
  ERR_clear_error();
  return bad_file(file, why);
}

// Nobody is there to type a pass phrase.
int refuse_pass_phrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

// The first certificate, then its chain.
Result<void> read_certificate(const std::string& file, TlsIdentity& identity) {
  const auto bio = open_file(file);
  if (bio == nullptr) return cannot_open(file);
  identity.certificate.reset(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
  if (identity.certificate == nullptr) {
    return bad_file(file, "holds no certificate in PEM form: " + take_tls_error());
  }
  identity.chain.reset(sk_X509_new_null());
  while (auto* const issuer = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    sk_X509_push(identity.chain.get(), issuer);
  }
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE) return {};
  return bad_file(file, "a certificate behind the first cannot be read");
}

Result<void> read_key(const std::string& file, TlsIdentity& identity) {
  const auto bio = open_file(file);
  if (bio == nullptr) return cannot_open(file);
  bool was_asked = false;
  identity.key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_pass_phrase, &was_asked));
  const auto why = take_tls_error();
  if (identity.key != nullptr) return {};
  if (was_asked)
    return bad_file(file, "the key is locked with a pass phrase: store it without one");
  return bad_file(file, "holds no private key in PEM form: " + why);
}

}  // namespace

void TlsFree::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}
void TlsFree::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}
void TlsFree::operator()(STACK_OF(X509) * chain) const {
  sk_X509_pop_free(chain, X509_free);
}
void TlsFree::operator()(X509* certificate) const {
  X509_free(certificate);
}
void TlsSession::Free::operator()(SSL_SESSION* session) const {
  SSL_SESSION_free(session);
}

std::string take_tls_error() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

Result<TlsIdentity> TlsIdentity::read(const TlsFiles& files) {
  TlsIdentity identity;
  if (const auto read = read_certificate(files.certificate, identity); !read) return read.error();
  if (const auto read = read_key(files.key, identity); !read) return read.error();
  const bool fits = X509_check_private_key(identity.certificate.get(), identity.key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return bad_file(files.key,
                    fmt::format("is not the key of the certificate in {}", files.certificate));
  }
  // OpenSSL takes no weak key or signature; better told now than in every handshake.
  const auto context = new_tls_context(true);
  if (SSL_CTX_use_cert_and_key(context.get(), identity.certificate.get(), identity.key.get(),
                               identity.chain.get(), 1) != 1) {
    return bad_file(files.certificate, take_tls_error());
  }
  return identity;
}

Result<void> trust_authorities(SSL_CTX* context, const std::string& file) {
  if (open_file(file) == nullptr) return cannot_open(file);
  auto* const store = SSL_CTX_get_cert_store(context);
  if (X509_STORE_load_file(store, file.c_str()) != 1) {
    return bad_file(file, "holds no certificates in PEM form: " + take_tls_error());
  }
  // Whoever is named is trusted, whether it is a root or not.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

std::unique_ptr<SSL_CTX, TlsFree> new_tls_context(bool is_server) {
  std::unique_ptr<SSL_CTX, TlsFree> context(
      SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), ciphers_of_tls_1_2);
  SSL_CTX_set1_curves_list(context.get(), curves);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Idle connections keep no buffers.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

Result<void> check_tls_certificate(const std::string& file) {
  TlsIdentity identity;
  return read_certificate(file, identity);
}

Result<void> check_tls_key(const TlsFiles& files) {
  const auto identity = TlsIdentity::read(files);
  return identity ? Result<void>() : identity.error();
}

Result<void> check_tls_authorities(const std::string& file) {
  const auto context = new_tls_context(false);
  return trust_authorities(context.get(), file);
}

}  // namespace understudy::net
