#pragma once

#include <string>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/net/listen_socket.h"

namespace understudy::cli {

// One [[listen]]: its sockets, which the workers share.
struct Entrance {
  std::string name;  // as config::listen_names() has it
  std::vector<net::ListenSocket> sockets;
};

// Where the service listens, beside the workers that do: so that sockets can be kept when the
// configuration changes, and handed over to the next process.
//
// Owner: the service. Thread: its owner's.
class Sockets {
 public:
  // What another process handed over is used where it fits an address.
  explicit Sockets(std::vector<net::ListenSocket> inherited) : inherited_(std::move(inherited)) {}

  // Opens what the configuration names and is not open yet, for so many workers. Errors: bad_config
  // for the first address that cannot be had; nothing is left open then.
  Result<std::vector<Entrance>> open_new(const config::Config& config, std::size_t workers);
  void add(std::vector<Entrance> entrances);
  // Those that the configuration does not name any more.
  std::vector<std::string> gone(const config::Config& config) const;
  void close(const std::string& name);
  // What was inherited and nobody asked for is closed, with a warning.
  void close_unwanted();

  // By [[listen]], in order of the configuration.
  std::vector<net::Address> addresses(const config::Config& config) const;
  const std::vector<Entrance>& entrances() const { return entrances_; }
  // The files of Unix sockets that another process handed over are ours from now on; one that no
  // [[listen]] names is removed.
  void own_files(const std::vector<std::string>& paths);
  // The files of Unix sockets belong to the next process from now on.
  void leave_files();

 private:
  const Entrance* find(const std::string& name) const;
  std::vector<net::ListenSocket> take_inherited(const net::Address& wanted);

  std::vector<Entrance> entrances_;
  std::vector<net::ListenSocket> inherited_;
};

// A share of every socket for the workers: each socket has at least one, each worker as well.
// Errors: io.
Result<std::vector<Entrance>> shares_of(const std::vector<Entrance>& entrances, std::size_t worker,
                                        std::size_t workers);

}  // namespace understudy::cli
