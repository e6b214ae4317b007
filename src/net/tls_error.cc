#include "net/tls_error.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "net/tls_state.h"

namespace understudy::net {

namespace {

Error tls_error(Code code, std::string detail) {
  return Error{code, Leg::self, std::move(detail)};
}

// The certificate that the peer showed was not good enough for us.
Error of_certificate(long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return tls_error(Code::tls_expired, "its certificate has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return tls_error(Code::tls_expired, "its certificate is not valid yet");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return tls_error(Code::tls_unknown_issuer,
                       fmt::format("its certificate is from an unknown issuer ({})",
                                   X509_verify_cert_error_string(verdict)));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return tls_error(Code::tls_wrong_name, "its certificate is for another name");
    default:
      return tls_error(Code::tls, fmt::format("its certificate is not accepted: {}",
                                              X509_verify_cert_error_string(verdict)));
  }
}

// What the peer said about our certificate before it hung up.
bool is_about_our_certificate(int reason) {
  switch (reason) {
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return true;
    default:
      return false;
  }
}

bool is_about_versions(int reason) {
  return reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION || reason == SSL_R_UNSUPPORTED_PROTOCOL ||
         reason == SSL_R_VERSION_TOO_LOW || reason == SSL_R_WRONG_SSL_VERSION;
}

bool is_no_tls(int reason) {
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_HTTPS_PROXY_REQUEST || reason == SSL_R_PACKET_LENGTH_TOO_LONG;
}

}  // namespace

Error explain_tls_failure(const SSL* ssl) {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  const long verdict = SSL_get_verify_result(ssl);
  const auto words = take_tls_error();
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict != X509_V_OK) {
    return of_certificate(verdict);
  }
  if (is_about_our_certificate(reason)) {
    return tls_error(Code::tls_client_certificate,
                     fmt::format("it refuses our certificate ({})", words));
  }
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    return tls_error(Code::tls_client_certificate, "it shows no certificate");
  }
  if (is_about_versions(reason)) {
    return tls_error(Code::tls_version, "it does not speak TLS 1.2 or 1.3");
  }
  if (is_no_tls(reason)) return tls_error(Code::tls, "it does not speak TLS");
  return tls_error(Code::tls, words);
}

}  // namespace understudy::net
