// The same for OpenSSL: what fails says that there is no memory, as the library does.
#include <mutex>
#include <set>

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "sweep/shim_internal.h"

namespace understudy::sweep {

namespace {

std::mutex mutex;             // guards what follows
std::set<const void*> peers;  // their settings and their connections

void note(const void* object, bool is_peer) {
  const std::lock_guard lock(mutex);
  if (is_peer) {
    peers.insert(object);
  } else {
    peers.erase(object);
  }
}

bool is_peer(const void* object) {
  const std::lock_guard lock(mutex);
  return peers.count(object) != 0;
}

bool fails(const void* object, Call call) {
  if (is_peer(object) || strike(call) == 0) return false;
  ERR_raise(ERR_LIB_SSL, ERR_R_MALLOC_FAILURE);
  return true;
}

template <typename Function>
Function* next(const char* symbol) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, symbol));
}

}  // namespace

extern "C" {

SSL_CTX* shim_ctx_new(const SSL_METHOD* method) __asm__("SSL_CTX_new");
SSL_CTX* shim_ctx_new(const SSL_METHOD* method) {
  static auto* const real = next<SSL_CTX*(const SSL_METHOD*)>("SSL_CTX_new");
  auto* const made = real(method);
  note(made, is_in_peer_scope());
  return made;
}

SSL* shim_new(SSL_CTX* context) __asm__("SSL_new");
SSL* shim_new(SSL_CTX* context) {
  static auto* const real = next<SSL*(SSL_CTX*)>("SSL_new");
  if (fails(context, Call::tls_make)) return nullptr;
  auto* const made = real(context);
  note(made, is_peer(context));
  return made;
}

int shim_handshake(SSL* ssl) __asm__("SSL_do_handshake");
int shim_handshake(SSL* ssl) {
  static auto* const real = next<int(SSL*)>("SSL_do_handshake");
  return fails(ssl, Call::tls_handshake) ? -1 : real(ssl);
}

int shim_read_ex(SSL* ssl, void* room, std::size_t size, std::size_t* got) __asm__("SSL_read_ex");
int shim_read_ex(SSL* ssl, void* room, std::size_t size, std::size_t* got) {
  static auto* const real = next<int(SSL*, void*, std::size_t, std::size_t*)>("SSL_read_ex");
  return fails(ssl, Call::tls_read) ? 0 : real(ssl, room, size, got);
}

int shim_write_ex(SSL* ssl, const void* bytes, std::size_t size,
                  std::size_t* taken) __asm__("SSL_write_ex");
int shim_write_ex(SSL* ssl, const void* bytes, std::size_t size, std::size_t* taken) {
  static auto* const real = next<int(SSL*, const void*, std::size_t, std::size_t*)>("SSL_write_ex");
  return fails(ssl, Call::tls_write) ? 0 : real(ssl, bytes, size, taken);
}

}  // extern "C"

}  // namespace understudy::sweep
