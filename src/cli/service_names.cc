#include "cli/service_names.h"

#include <utility>

#include "understudy/net/loop.h"

namespace understudy::cli {

namespace {

bool is_name(const config::Url& url) {
  if (url.port == 0) return false;  // a Unix socket
  const bool is_v6 = url.host.find(':') != std::string::npos;
  return !net::Address::parse(is_v6 ? "[" + url.host + "]:0" : url.host + ":0");
}

}  // namespace

Names::Names(net::LoopThread& thread, const config::Config& config, const net::LookUp& look_up)
    : thread_(thread) {
  std::vector<const config::Url*> urls = {&config.primary.url};
  for (const auto& shadow : config.shadows) urls.push_back(&shadow.url);
  if (config.asks_again()) urls.push_back(&config.asked_again());
  addresses_.resize(urls.size());
  std::vector<std::size_t> names;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (is_name(*urls[i])) {
      names.push_back(i);
    } else if (auto found = net::resolve(urls[i]->host, urls[i]->port)) {
      addresses_[i] = std::move(*found);
    }
  }
  unknown_ = names.size();
  if (names.empty()) return;
  on_thread([&] {
    for (const auto i : names) {
      net::Resolver::Options options{urls[i]->host, urls[i]->port, config.server.resolve_interval};
      if (look_up) options.look_up = look_up;
      resolvers_.push_back(std::make_unique<net::Resolver>(
          thread_.loop(), std::move(options),
          [this, i](const Result<Addresses>& result) { on_told(i, result); }));
    }
  });
}

Names::~Names() {
  if (!resolvers_.empty()) on_thread([this] { resolvers_.clear(); });
}

void Names::wait(Duration patience) {
  std::unique_lock lock(mutex_);
  told_.wait_for(lock, patience, [this] { return unknown_ == 0; });
}

Names::Addresses Names::addresses(std::size_t upstream) const {
  const std::lock_guard lock(mutex_);
  return addresses_[upstream];
}

void Names::follow(std::function<void(std::size_t, const Addresses&)> changed) {
  if (resolvers_.empty()) return;
  on_thread([&] {
    changed_ = std::move(changed);
    for (std::size_t i = 0; i < addresses_.size(); ++i) changed_(i, addresses(i));
  });
}

void Names::on_told(std::size_t upstream, const Result<Addresses>& result) {
  {
    const std::lock_guard lock(mutex_);
    if (unknown_ > 0) --unknown_;
    if (result) addresses_[upstream] = *result;
  }
  told_.notify_all();
  if (result && changed_) changed_(upstream, *result);
}

void Names::on_thread(const std::function<void()>& task) {
  if (thread_.loop().is_current_thread()) return task();
  thread_.run([&](net::Loop&) { task(); });
}

}  // namespace understudy::cli
