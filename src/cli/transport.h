#pragma once

#include <memory>
#include <vector>

#include "understudy/config/config.h"
#include "understudy/net/tls.h"

namespace understudy::cli {

// What one configuration says about TLS, with its files read: made anew for each, so that a reload
// brings new certificates to new connections.
//
// Owner: a generation; connections share what they began with. Thread: any.
struct Transport {
  std::vector<std::shared_ptr<const net::TlsServer>> listen;   // per [[listen]]; null: plain
  std::shared_ptr<const net::TlsClient> primary;               // null: plain
  std::vector<std::shared_ptr<const net::TlsClient>> shadows;  // per [[shadow]]
  std::shared_ptr<const net::TlsClient> reference;             // of [noise]

  // `tickets` must outlive it. Errors: bad_config, naming the file and what is wrong with it.
  static Result<Transport> create(const config::Config& config, net::TlsTickets& tickets);
};

}  // namespace understudy::cli
