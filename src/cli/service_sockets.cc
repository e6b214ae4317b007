#include "cli/service_sockets.h"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include "understudy/base/log.h"
#include "understudy/net/address.h"

namespace understudy::cli {

namespace {

// Port 0 takes any port.
bool fits(const net::Address& wanted, const net::Address& offered) {
  if (wanted.is_unix() != offered.is_unix()) return false;
  if (wanted.is_unix()) return wanted.unix_path() == offered.unix_path();
  return wanted.ip() == offered.ip() && (wanted.port() == 0 || wanted.port() == offered.port());
}

// TCP: one socket for each worker, all on the port that the first one got. A Unix socket cannot be
// bound twice: all workers share it.
Result<std::vector<net::ListenSocket>> open(const net::Address& wanted, std::size_t workers) {
  if (const auto free = net::ListenSocket::check_free(wanted); !free) return free.error();
  std::vector<net::ListenSocket> sockets;
  const std::size_t count = wanted.is_unix() ? 1 : workers;
  for (std::size_t i = 0; i < count; ++i) {
    auto socket = net::ListenSocket::open(i == 0 ? wanted : sockets.front().address());
    if (!socket) return socket.error();
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

}  // namespace

Result<std::vector<Entrance>> Sockets::open_new(const config::Config& config, std::size_t workers) {
  std::vector<Entrance> opened;
  const auto names = config::listen_names(config);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (find(names[i]) != nullptr) continue;
    const auto wanted = net::Address::parse(config.listen[i].address);
    if (!wanted) return wanted.error();
    auto inherited = take_inherited(*wanted);
    if (inherited.empty()) {
      auto made = open(*wanted, workers);
      if (!made) return made.error();
      inherited = std::move(*made);
    }
    opened.push_back({names[i], std::move(inherited)});
  }
  return opened;
}

void Sockets::add(std::vector<Entrance> entrances) {
  for (auto& entrance : entrances) entrances_.push_back(std::move(entrance));
}

std::vector<std::string> Sockets::gone(const config::Config& config) const {
  const auto names = config::listen_names(config);
  std::vector<std::string> gone;
  for (const auto& entrance : entrances_) {
    const bool stays = std::find(names.begin(), names.end(), entrance.name) != names.end();
    if (!stays) gone.push_back(entrance.name);
  }
  return gone;
}

void Sockets::close(const std::string& name) {
  std::erase_if(entrances_, [&](const auto& entrance) { return entrance.name == name; });
}

void Sockets::close_unwanted() {
  for (const auto& socket : inherited_) {
    log::warning("a socket on {} was handed over, but no [[listen]] names it: closed",
                 socket.address().to_string());
  }
  inherited_.clear();
}

std::vector<net::Address> Sockets::addresses(const config::Config& config) const {
  std::vector<net::Address> addresses;
  for (const auto& name : config::listen_names(config)) {
    const auto* const entrance = find(name);
    if (entrance != nullptr) addresses.push_back(entrance->sockets.front().address());
  }
  return addresses;
}

void Sockets::own_files(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    bool is_used = false;
    for (auto& entrance : entrances_) {
      for (auto& socket : entrance.sockets) {
        if (!socket.address().is_unix() || socket.address().unix_path() != path) continue;
        socket.own_file(true);
        is_used = true;
      }
    }
    if (!is_used) unlink(path.c_str());
  }
}

void Sockets::leave_files() {
  for (auto& entrance : entrances_) {
    for (auto& socket : entrance.sockets) socket.own_file(false);
  }
}

const Entrance* Sockets::find(const std::string& name) const {
  for (const auto& entrance : entrances_) {
    if (entrance.name == name) return &entrance;
  }
  return nullptr;
}

// All sockets on one address that fits.
std::vector<net::ListenSocket> Sockets::take_inherited(const net::Address& wanted) {
  const auto first = std::find_if(inherited_.begin(), inherited_.end(), [&](const auto& socket) {
    return fits(wanted, socket.address());
  });
  std::vector<net::ListenSocket> taken;
  if (first == inherited_.end()) return taken;
  const auto address = first->address();
  const auto rest =
      std::stable_partition(inherited_.begin(), inherited_.end(),
                            [&](const auto& socket) { return !fits(address, socket.address()); });
  std::move(rest, inherited_.end(), std::back_inserter(taken));
  inherited_.erase(rest, inherited_.end());
  return taken;
}

Result<std::vector<Entrance>> shares_of(const std::vector<Entrance>& entrances, std::size_t worker,
                                        std::size_t workers) {
  std::vector<Entrance> shares;
  for (const auto& entrance : entrances) {
    const auto& sockets = entrance.sockets;
    Entrance share{entrance.name, {}};
    const auto count = std::max(workers, sockets.size());
    for (auto i = worker; i < count; i += workers) {
      auto shared = sockets[i % sockets.size()].share();
      if (!shared) return shared.error();
      share.sockets.push_back(std::move(*shared));
    }
    shares.push_back(std::move(share));
  }
  return shares;
}

}  // namespace understudy::cli
