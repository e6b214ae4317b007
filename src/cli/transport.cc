#include "cli/transport.h"

namespace understudy::cli {

namespace {

using ServerTls = std::shared_ptr<const net::TlsServer>;
using ClientTls = std::shared_ptr<const net::TlsClient>;

Result<ServerTls> server_of(const config::ListenTls& tls, net::TlsTickets& tickets) {
  if (tls.cert.empty()) return ServerTls();
  net::TlsServer::Options options;
  for (std::size_t i = 0; i < tls.cert.size(); ++i) {
    options.certificates.push_back({tls.cert[i], tls.key[i]});
  }
  options.client_ca = tls.client_ca;
  return net::TlsServer::create(options, tickets);
}

Result<ClientTls> client_of(const config::Url& url, const config::UpstreamTls& tls) {
  if (!url.is_https) return ClientTls();
  net::TlsClient::Options options;
  options.server_name = tls.server_name.empty() ? url.host : tls.server_name;
  options.ca = tls.ca;
  options.certificate = {tls.cert, tls.key};
  options.verify = tls.verify;
  return net::TlsClient::create(options);
}

}  // namespace

Result<Transport> Transport::create(const config::Config& config, net::TlsTickets& tickets) {
  Transport made;
  for (const auto& listen : config.listen) {
    auto server = server_of(listen.tls, tickets);
    if (!server) return server.error();
    made.listen.push_back(std::move(*server));
  }
  auto primary = client_of(config.primary.url, config.primary.tls);
  if (!primary) return primary.error();
  made.primary = std::move(*primary);
  for (const auto& shadow : config.shadows) {
    auto client = client_of(shadow.url, shadow.tls);
    if (!client) return client.error();
    made.shadows.push_back(std::move(*client));
  }
  auto reference =
      config.noise.asks_primary() ? made.primary : client_of(config.noise.reference, {});
  if (!reference) return reference.error();
  made.reference = std::move(*reference);
  return made;
}

}  // namespace understudy::cli
