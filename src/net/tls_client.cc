#include <cassert>
#include <string_view>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/tls_layer.h"
#include "net/tls_state.h"

namespace understudy::net {

namespace {

bool is_literal(const std::string& name) {
  auto* const octets = a2i_IPADDRESS(name.c_str());
  ASN1_OCTET_STRING_free(octets);
  return octets != nullptr;
}

Result<void> show_certificate(SSL_CTX* context, const TlsFiles& files) {
  const auto identity = TlsIdentity::read(files);
  if (!identity) return identity.error();
  const int is_used = SSL_CTX_use_cert_and_key(context, (*identity).certificate.get(),
                                               (*identity).key.get(), (*identity).chain.get(), 1);
  if (is_used == 1) return {};
  return Error{Code::bad_config, Leg::self,
               fmt::format("{}: {}", files.certificate, take_tls_error())};
}

Result<void> trust(SSL_CTX* context, const std::string& file) {
  if (!file.empty()) return trust_authorities(context, file);
  if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
  return Error{Code::bad_config, Leg::self,
               "the system's certificates cannot be read: " + take_tls_error()};
}

}  // namespace

TlsClient::TlsClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsClient::~TlsClient() = default;

Result<std::shared_ptr<const TlsClient>> TlsClient::create(const Options& options) {
  static constexpr unsigned char protocols[] = "\x08http/1.1";
  auto state = std::make_unique<State>();
  state->context = new_tls_context(false);
  state->server_name = options.server_name;
  state->is_address = is_literal(options.server_name);
  state->verify = options.verify;
  auto* const context = state->context.get();
  SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1);
  // Sessions are kept by whoever calls this server, on each loop for itself.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, &TlsLayer::on_new_session);
  SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.verify || !options.ca.empty()) {
    if (const auto trusted = trust(context, options.ca); !trusted) return trusted.error();
  }
  if (!options.certificate.certificate.empty()) {
    const auto shown = show_certificate(context, options.certificate);
    if (!shown) return shown.error();
  }
  return std::make_shared<const TlsClient>(std::move(state));
}

}  // namespace understudy::net
