#include "proxy/context.h"

#include <algorithm>

namespace understudy::proxy {

namespace {

// A copy takes two messages; a third one lets those catch up that came home in a burst.
constexpr std::size_t recycled_per_copy = 3;

// Of two caps, of which 0 is none.
std::size_t tighter(std::size_t a, std::size_t b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

upstream::Upstream::Options primary_options(const Worker::Generation& from) {
  upstream::Upstream::Options options;
  options.addresses = from.primary_addresses;
  options.authority = from.config->primary.url.label();
  options.leg = Leg::primary;
  options.connect_timeout = from.config->primary.connect_timeout;
  options.tls = from.primary_tls;
  options.max_connections =
      tighter(from.config->primary.max_connections, from.max_primary_connections);
  return options;
}

}  // namespace

House::House(net::Loop& owner_loop, std::uint32_t index) : loop(owner_loop), worker(index) {}
House::~House() = default;

std::unique_ptr<http::Parser> House::take_parser(http::ParserEvents& reader) {
  http::ParserLimits limits;
  limits.max_head_bytes = current->config.server.max_head_bytes;
  if (parsers.empty()) {
    return std::make_unique<http::Parser>(http::Parser::Kind::request, reader, limits);
  }
  auto parser = std::move(parsers.back());
  parsers.pop_back();
  parser->serve(reader, limits);
  return parser;
}

// One that failed or stopped in the middle reads nothing more.
void House::give_parser(std::unique_ptr<http::Parser> parser) {
  const bool is_at_rest = parser->is_complete() || !parser->has_begun();
  if (!is_at_rest || parsers.size() >= limits::kept_parsers) return;
  parser->next();
  parsers.push_back(std::move(parser));
}

void House::change_to(std::unique_ptr<Context> next) {
  auto before = std::exchange(current, std::move(next));
  if (before == nullptr) return;
  before->primary.close_idle();
  if (before->exchanges == 0) return loop.retire(std::move(before));
  old.push_back(std::move(before));
}

void House::drop(Context& left) {
  const auto place =
      std::find_if(old.begin(), old.end(), [&](const auto& each) { return each.get() == &left; });
  if (place == old.end()) return;  // the house itself goes
  loop.retire(std::move(*place));
  old.erase(place);
}

Result<std::unique_ptr<Context>> Context::create(House& house, Worker::Generation generation) {
  auto sampler = Sampler::create(generation.config);
  if (!sampler) return sampler.error();
  auto key = RequestKey::parse("[session] key", generation.config->session.key);
  if (!key) return key.error();
  return std::make_unique<Context>(house, std::move(generation), std::move(*sampler),
                                   std::move(*key));
}

Context::Context(House& owner, Worker::Generation&& from, Sampler&& owned_sampler,
                 RequestKey&& owned_session_key)
    : farewell{std::move(from.on_left)},
      house(owner),
      loop(owner.loop),
      snapshot(from.config),
      config(*snapshot),
      sampler(std::move(owned_sampler)),
      primary(loop, primary_options(from)),
      lane(*from.lane),
      budgets(std::move(from.budgets)),
      tainted(from.tainted),
      session_key(std::move(owned_session_key)),
      doors(config::listen_names(config)),
      listen_tls(std::move(from.listen_tls)),
      generation(from.number),
      max_connections(from.max_connections),
      recycling(net::Deadline::calling<&Context::on_recycling>(loop, *this)) {}

handoff::SessionId Context::session_of(const http::RequestHead& head,
                                       std::string_view client_ip) const {
  if (tainted == nullptr) return 0;
  const auto key = session_key.of(head, client_ip);
  return key ? tainted->session_of(*key) : 0;
}

void Context::recycle() {
  const bool is_some_left = lane.recycle(recycled_per_copy * budgets.size());
  if (is_some_left && !recycling.is_armed()) recycling.arm(limits::recycle_period);
}

void Context::on_recycling() {
  if (lane.recycle(limits::recycled_at_once)) recycling.arm(limits::recycle_period);
}

}  // namespace understudy::proxy
