#include "understudy/upstream/upstream.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "understudy/base/log.h"
#include "understudy/net/deadline.h"

namespace understudy::upstream {

// One connection at rest: nobody may say anything on it but the server, and only that it closes.
//
// Owner: its upstream, until the connection is taken or ends.
class Upstream::Idle final : public net::Retirable, private net::StreamEvents {
 public:
  Idle(Upstream& upstream, std::unique_ptr<net::Stream> stream, std::string prologue)
      : upstream_(upstream),
        stream_(std::move(stream)),
        prologue_(std::move(prologue)),
        deadline_(net::Deadline::calling<&Idle::end>(upstream.loop_, *this)) {
    stream_->set_events(this);
    stream_->read();
    deadline_.arm(limits::upstream_idle_timeout);
  }
  ~Idle() override {
    if (stream_ != nullptr) --upstream_.open_;
  }

  const std::string& prologue() const { return prologue_; }
  const net::Address& peer() const { return stream_->peer(); }

  std::unique_ptr<net::Stream> release() {
    stream_->set_events(nullptr);
    deadline_.disarm();
    return std::move(stream_);
  }

 private:
  void on_data(std::string_view) override { end(); }  // nobody asked: not to be trusted any more
  void on_end() override { end(); }
  void on_failed(Error) override { end(); }

  void end() {
    auto& idle = upstream_.idle_;
    const auto self = std::find_if(idle.begin(), idle.end(),
                                   [&](const auto& other) { return other.get() == this; });
    if (self == idle.end()) return;
    stream_->set_events(nullptr);
    deadline_.disarm();
    auto owned = std::move(*self);
    idle.erase(self);
    upstream_.loop_.retire(std::move(owned));
  }

  Upstream& upstream_;
  std::unique_ptr<net::Stream> stream_;
  const std::string prologue_;
  net::Deadline deadline_;
};

Upstream::Upstream(net::Loop& loop, Options options)
    : loop_(loop), options_(std::move(options)), addresses_(options_.addresses) {}

Upstream::~Upstream() {
  idle_.clear();
  assert(open_ == 0 && "a call outlived its upstream");
}

std::unique_ptr<net::Stream> Upstream::take_idle(std::string_view prologue) {
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&](const auto& each) { return each->prologue() == prologue; });
  if (found == idle_.rend()) return nullptr;
  auto idle = std::move(*found);
  idle_.erase(std::next(found).base());
  auto stream = idle->release();
  loop_.retire(std::move(idle));
  return stream;
}

bool Upstream::leads_to(const net::Address& address) const {
  return std::find(addresses_.begin(), addresses_.end(), address) != addresses_.end();
}

void Upstream::give_idle(std::unique_ptr<net::Stream> stream, std::string prologue) {
  remember(*stream);
  // The name may have moved while the connection was in use.
  if (is_closing_ || !leads_to(stream->peer())) {
    stream->set_events(nullptr);
    loop_.retire(std::move(stream));
    --open_;
    return;
  }
  // The one that waits longest goes: with prologues, its client may have left long ago.
  if (idle_.size() >= limits::max_idle_connections) close_oldest_idle();
  idle_.push_back(std::make_unique<Idle>(*this, std::move(stream), std::move(prologue)));
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
  loop_.retire(oldest->release());
  loop_.retire(std::move(oldest));
  --open_;
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
      idle_.begin(), idle_.end(), [&](const auto& idle) { return leads_to(idle->peer()); });
  for (auto gone = first_gone; gone != idle_.end(); ++gone) loop_.retire(std::move(*gone));
  idle_.erase(first_gone, idle_.end());
}

void Upstream::close_idle() {
  is_closing_ = true;
  for (auto& idle : idle_) loop_.retire(std::move(idle));
  idle_.clear();
}

}  // namespace understudy::upstream
