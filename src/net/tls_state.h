#pragma once

#include <memory>
#include <string>
#include <vector>

#include "understudy/net/tls.h"

struct evp_pkey_st;
struct ssl_ctx_st;
struct stack_st_X509;
struct x509_st;

// What TlsServer and TlsClient are made of; for net/tls*.cc only.
namespace understudy::net {

// Frees one kind of OpenSSL's objects.
struct TlsFree {
  void operator()(evp_pkey_st* key) const;
  void operator()(ssl_ctx_st* context) const;
  void operator()(stack_st_X509* chain) const;
  void operator()(x509_st* certificate) const;
};

// A certificate with its chain and key, read and found to belong together.
struct TlsIdentity {
  std::unique_ptr<x509_st, TlsFree> certificate;
  std::unique_ptr<stack_st_X509, TlsFree> chain;
  std::unique_ptr<evp_pkey_st, TlsFree> key;

  static Result<TlsIdentity> read(const TlsFiles& files);
};

struct TlsServer::State {
  std::unique_ptr<ssl_ctx_st, TlsFree> context;
  std::vector<TlsIdentity> identities;
};

struct TlsClient::State {
  std::unique_ptr<ssl_ctx_st, TlsFree> context;
  std::string server_name;
  bool is_address = false;  // no SNI (RFC 6066, 3); verified as an address
  bool verify = true;
};

// The certificates of a PEM file as roots of trust for `context`.
Result<void> trust_authorities(ssl_ctx_st* context, const std::string& file);

// What both sides have in common: versions, ciphers, curves, no renegotiation, no compression.
std::unique_ptr<ssl_ctx_st, TlsFree> new_tls_context(bool is_server);

// The last error of OpenSSL on this thread, in words; clears them all.
std::string take_tls_error();

}  // namespace understudy::net
