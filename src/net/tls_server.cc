#include <array>
#include <cassert>
#include <chrono>
#include <cstring>
#include <string_view>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/tls_state.h"
#include "understudy/base/limits.h"

namespace understudy::net {

namespace {

constexpr std::string_view http_1_1 = "http/1.1";

// Where a context keeps its TlsTickets.
int tickets_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

bool has_name(const TlsIdentity& identity, std::string_view name, unsigned flags) {
  return X509_check_host(identity.certificate.get(), name.data(), name.size(), flags, nullptr) == 1;
}

// From the last to the first, so that of several for one kind of key the first stays.
bool use_matching(SSL* ssl, const TlsServer::State& server, std::string_view name, unsigned flags) {
  bool is_found = false;
  for (auto each = server.identities.rbegin(); each != server.identities.rend(); ++each) {
    if (!has_name(*each, name, flags)) continue;
    is_found = SSL_use_cert_and_key(ssl, each->certificate.get(), each->key.get(),
                                    each->chain.get(), 1) == 1;
  }
  return is_found;
}

// Which certificate to show: one with exactly the name asked for, else one that covers it, else the
// first.
int choose_certificate(SSL* ssl, void* state) {
  const auto& server = *static_cast<const TlsServer::State*>(state);
  const char* const asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const std::string_view name = asked != nullptr ? asked : "";
  SSL_certs_clear(ssl);
  if (!name.empty()) {
    if (use_matching(ssl, server, name, X509_CHECK_FLAG_NO_WILDCARDS)) return 1;
    if (use_matching(ssl, server, name, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)) return 1;
  }
  const auto& first = server.identities.front();
  return SSL_use_cert_and_key(ssl, first.certificate.get(), first.key.get(), first.chain.get(), 1);
}

// A client that offers protocols and not ours must not be left to guess (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
    const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
    if (name != http_1_1) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int init_ticket(const TlsTickets::Key& key, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac, bool is_new) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                   OSSL_PARAM_construct_end()};
  const auto* const aes = EVP_aes_256_cbc();
  const int is_ready = is_new ? EVP_EncryptInit_ex(cipher, aes, nullptr, key.cipher, iv)
                              : EVP_DecryptInit_ex(cipher, aes, nullptr, key.cipher, iv);
  return is_ready == 1 && EVP_MAC_init(mac, key.mac, sizeof key.mac, parameters) == 1;
}

// 0: no such key, a full handshake follows; 1: fine; 2: fine, and a new ticket is given.
int seal_or_open(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                 EVP_MAC_CTX* mac, int is_new) {
  auto& tickets =
      *static_cast<TlsTickets*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), tickets_index()));
  TlsTickets::Key key = tickets.current();
  // Those of TLS 1.3 are for one connection (RFC 8446, C.4), so each brings the next.
  bool is_renewed = SSL_version(ssl) == TLS1_3_VERSION;
  if (is_new != 0) {
    std::memcpy(name, key.name, sizeof key.name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
  } else if (std::memcmp(name, key.name, sizeof key.name) != 0) {
    if (!tickets.find(name, key)) return 0;
    is_renewed = true;
  }
  const int is_ready = init_ticket(key, iv, cipher, mac, is_new != 0);
  OPENSSL_cleanse(&key, sizeof key);
  return is_ready == 0 ? -1 : is_renewed ? 2 : 1;
}

// Tickets given under one policy for client certificates are no good under another.
void bind_tickets(SSL_CTX* context, const std::string& policy) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(policy.data(), policy.size(), digest.data(), &size, EVP_sha256(), nullptr);
  assert(size <= SSL_MAX_SID_CTX_LENGTH);
  SSL_CTX_set_session_id_context(context, digest.data(), size);
}

// The names and keys of all authorities that client certificates may come from.
std::string policy_of(STACK_OF(X509_NAME) * authorities, const X509_STORE* store) {
  std::string policy = authorities != nullptr ? "client certificates:" : "none";
  auto* const objects = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
    auto* const certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
    if (certificate == nullptr) continue;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    policy.append(reinterpret_cast<const char*>(digest.data()), size);
  }
  return policy;
}

Result<void> demand_certificates(SSL_CTX* context, const std::string& file) {
  if (const auto trusted = trust_authorities(context, file); !trusted) return trusted;
  auto* const names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) {
    return Error{Code::bad_config, Leg::self, file + ": " + take_tls_error()};
  }
  bind_tickets(context, policy_of(names, SSL_CTX_get_cert_store(context)));
  SSL_CTX_set_client_CA_list(context, names);  // takes the names
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

}  // namespace

TlsServer::TlsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsServer::~TlsServer() = default;

Result<std::shared_ptr<const TlsServer>> TlsServer::create(const Options& options,
                                                           TlsTickets& tickets) {
  assert(!options.certificates.empty());
  auto state = std::make_unique<State>();
  for (const auto& files : options.certificates) {
    auto identity = TlsIdentity::read(files);
    if (!identity) return identity.error();
    state->identities.push_back(std::move(*identity));
  }
  state->context = new_tls_context(true);
  auto* const context = state->context.get();
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_cert_cb(context, choose_certificate, state.get());
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_ex_data(context, tickets_index(), &tickets);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, seal_or_open);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  using std::chrono::seconds;
  SSL_CTX_set_timeout(context,
                      std::chrono::duration_cast<seconds>(limits::ticket_key_period).count());
  bind_tickets(context, "none");
  if (!options.client_ca.empty()) {
    const auto demanded = demand_certificates(context, options.client_ca);
    if (!demanded) return demanded.error();
  }
  return std::make_shared<const TlsServer>(std::move(state));
}

}  // namespace understudy::net
