#include "understudy/upstream/upstream.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "understudy/net/deadline.h"

namespace understudy::upstream {

// One connection at rest: nobody may say anything on it but the server, and only that it closes.
//
// Owner: its upstream, until the connection is taken or ends.
class Upstream::Idle final : public net::Retirable, private net::StreamEvents {
 public:
  Idle(Upstream& upstream, std::unique_ptr<net::Stream> stream)
      : upstream_(upstream),
        stream_(std::move(stream)),
        deadline_(net::Deadline::calling<&Idle::end>(upstream.loop_, *this)) {
    stream_->set_events(this);
    stream_->read();
    deadline_.arm(limits::upstream_idle_timeout);
  }
  ~Idle() override {
    if (stream_ != nullptr) --upstream_.open_;
  }

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
  net::Deadline deadline_;
};

Upstream::Upstream(net::Loop& loop, Options options) : loop_(loop), options_(std::move(options)) {
  assert(!options_.addresses.empty());
}

Upstream::~Upstream() {
  idle_.clear();
  assert(open_ == 0 && "a call outlived its upstream");
}

std::unique_ptr<net::Stream> Upstream::take_idle() {
  if (idle_.empty()) return nullptr;
  auto idle = std::move(idle_.back());
  idle_.pop_back();
  auto stream = idle->release();
  loop_.retire(std::move(idle));
  return stream;
}

void Upstream::give_idle(std::unique_ptr<net::Stream> stream) {
  if (is_closing_ || idle_.size() >= limits::max_idle_connections) {
    stream->set_events(nullptr);
    loop_.retire(std::move(stream));
    --open_;
    return;
  }
  idle_.push_back(std::make_unique<Idle>(*this, std::move(stream)));
}

Result<net::Address> Upstream::next_address() {
  if (options_.max_connections != 0 && open_ >= options_.max_connections) {
    return Error{Code::over_limit, options_.leg,
                 fmt::format("{} has {} connections open, the maximum", options_.authority, open_)};
  }
  ++open_;
  return options_.addresses[next_++ % options_.addresses.size()];
}

void Upstream::close_idle() {
  is_closing_ = true;
  for (auto& idle : idle_) loop_.retire(std::move(idle));
  idle_.clear();
}

}  // namespace understudy::upstream
