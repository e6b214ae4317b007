#pragma once

#include <memory>
#include <string>

#include "understudy/net/tls.h"

// Certificates for tests, made with openssl when the first of them is asked for; their names are
// told in make_certificates.
namespace understudy::support {

// Where a file of that folder is: "ca.pem".
std::string certificate_file(const std::string& name);

// The pair NAME.pem and NAME.key.
net::TlsFiles certificate(const std::string& name);

// A server with these certificates; with `client_ca`, clients must show one that it signed.
std::shared_ptr<const net::TlsServer> tls_server(net::TlsTickets& tickets,
                                                 const std::vector<std::string>& names = {"server"},
                                                 const std::string& client_ca = {});

// A client that trusts our own authority.
std::shared_ptr<const net::TlsClient> tls_client(const std::string& server_name = "localhost",
                                                 const std::string& own_certificate = {});

}  // namespace understudy::support
