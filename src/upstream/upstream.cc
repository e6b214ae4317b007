#include "understudy/upstream/upstream.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "understudy/base/log.h"
#include "upstream/connection.h"

namespace understudy::upstream {

Upstream::Upstream(net::Loop& loop, Options options)
    : loop_(loop), options_(std::move(options)), addresses_(options_.addresses) {}

Upstream::~Upstream() {
  open_ -= idle_.size();
  idle_.clear();
  assert(open_ == 0 && "a call outlived its upstream");
}

std::unique_ptr<Upstream::Connection> Upstream::take_idle(std::string_view prologue) {
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&](const auto& each) { return each->prologue() == prologue; });
  if (found == idle_.rend()) return nullptr;
  auto connection = std::move(*found);
  idle_.erase(std::next(found).base());
  connection->wake();
  return connection;
}

bool Upstream::leads_to(const net::Address& address) const {
  return std::find(addresses_.begin(), addresses_.end(), address) != addresses_.end();
}

void Upstream::give_idle(std::unique_ptr<Connection> connection) {
  remember(*connection->stream);
  // The name may have moved while the connection was in use.
  if (is_closing_ || !leads_to(connection->stream->peer())) return close(std::move(connection));
  // The one that waits longest goes: with prologues, its client may have left long ago.
  if (idle_.size() >= limits::max_idle_connections) close_oldest_idle();
  connection->parser.next();
  connection->rest();
  idle_.push_back(std::move(connection));
}

net::Opening Upstream::opening(const std::string& prologue) {
  net::Opening opening{prologue, options_.tls, {}};
  if (sessions_.empty()) return opening;
  opening.session = std::move(sessions_.back());
  sessions_.pop_back();
  return opening;
}

void Upstream::remember(net::Stream& stream) {
  auto session = stream.take_tls_session();
  if (!session) return;
  if (sessions_.size() >= limits::max_tls_sessions) sessions_.erase(sessions_.begin());
  sessions_.push_back(std::move(session));
}

void Upstream::warn(const Error& error) {
  const auto now = loop_.now();
  if (error.code == warned_of_ && now - warned_at_ < limits::tls_warning_pause) return;
  warned_of_ = error.code;
  warned_at_ = now;
  log::warning("{} {}: {} ({})", name(options_.leg), options_.authority, error.detail,
               name(error.code));
}

// At rest, and in nobody's way but that of a new connection.
void Upstream::close_oldest_idle() {
  auto oldest = std::move(idle_.front());
  idle_.erase(idle_.begin());
  close(std::move(oldest));
}

void Upstream::close(std::unique_ptr<Connection> idle) {
  idle->wake();
  loop_.retire(std::move(idle));
  --open_;
}

void Upstream::end_idle(const Connection& connection) {
  const auto found = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const auto& each) { return each.get() == &connection; });
  if (found == idle_.end()) return;
  auto ended = std::move(*found);
  idle_.erase(found);
  close(std::move(ended));
}

Result<net::Address> Upstream::next_address() {
  const bool is_full = options_.max_connections != 0 && open_ >= options_.max_connections;
  if (is_full && idle_.empty()) {
    return Error{Code::over_limit, options_.leg,
                 fmt::format("{} has {} connections open, the maximum", options_.authority, open_)};
  }
  if (addresses_.empty()) {
    return Error{Code::unresolved, options_.leg,
                 fmt::format("{} has no address that is known", options_.authority)};
  }
  if (is_full) close_oldest_idle();
  ++open_;
  return addresses_[next_++ % addresses_.size()];
}

void Upstream::set_addresses(std::vector<net::Address> addresses) {
  addresses_ = std::move(addresses);
  const auto first_gone = std::stable_partition(
      idle_.begin(), idle_.end(), [&](const auto& idle) { return leads_to(idle->stream->peer()); });
  for (auto gone = first_gone; gone != idle_.end(); ++gone) close(std::move(*gone));
  idle_.erase(first_gone, idle_.end());
}

void Upstream::close_idle() {
  is_closing_ = true;
  for (auto& idle : idle_) close(std::move(idle));
  idle_.clear();
}

}  // namespace understudy::upstream
