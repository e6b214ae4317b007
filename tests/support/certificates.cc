#include "support/certificates.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

namespace understudy::support {

namespace {

const TempDir& made_certificates() {
  static const TempDir folder;
  static const int status = std::system((MAKE_CERTIFICATES " " + folder.path()).c_str());
  REQUIRE(status == 0);
  return folder;
}

}  // namespace

std::string certificate_file(const std::string& name) {
  return made_certificates() / name;
}

net::TlsFiles certificate(const std::string& name) {
  return {certificate_file(name + ".pem"), certificate_file(name + ".key")};
}

std::shared_ptr<const net::TlsServer> tls_server(net::TlsTickets& tickets,
                                                 const std::vector<std::string>& names,
                                                 const std::string& client_ca) {
  net::TlsServer::Options options;
  for (const auto& name : names) options.certificates.push_back(certificate(name));
  if (!client_ca.empty()) options.client_ca = certificate_file(client_ca + ".pem");
  const auto server = net::TlsServer::create(options, tickets);
  REQUIRE(server);
  return *server;
}

std::shared_ptr<const net::TlsClient> tls_client(const std::string& server_name,
                                                 const std::string& own_certificate) {
  net::TlsClient::Options options;
  options.server_name = server_name;
  options.ca = certificate_file("ca.pem");
  if (!own_certificate.empty()) options.certificate = certificate(own_certificate);
  const auto client = net::TlsClient::create(options);
  REQUIRE(client);
  return *client;
}

}  // namespace understudy::support
