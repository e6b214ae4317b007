#include "proxy/exchange.h"

#include <cassert>
#include <utility>

#include "understudy/base/limits.h"
#include "understudy/http/forwarding.h"
#include "understudy/http/serializer.h"
#include "understudy/net/proxy_header.h"

namespace understudy::proxy {

namespace {

// Answer pieces up to here are gathered into one write; larger ones go out from where they are.
constexpr std::size_t gather_bytes = 16 * limits::kib;

upstream::Call::Deadlines deadlines_of(const config::Primary& primary) {
  return {primary.timeout, primary.idle_timeout};
}

http::RequestHead head_for_primary(const config::Config& config, const Client& client,
                                   const http::RequestHead& head, const http::Framing& framing) {
  const auto& mode = config.server.forwarded;
  http::ForwardingContext forwarding;
  if (client.address.has_ip()) forwarding.client_ip = client.ip;
  forwarding.upstream_host = config.primary.url.authority;
  forwarding.is_upgrade = framing.upgrade;
  forwarding.is_tls = client.is_tls;
  forwarding.is_trusted = client.address.is_in(config.server.trusted_proxies);
  forwarding.adds_x_forwarded = mode == "x-forwarded" || mode == "both";
  forwarding.adds_forwarded = mode == "forwarded" || mode == "both";
  forwarding.adds_via = config.server.via;
  return http::for_upstream(head, framing, forwarding);
}

// The PROXY header by which an upstream learns who the client is, if it wants one.
std::string prologue_for(std::string_view proxy_protocol, const Client& client,
                         const ClientStream& stream) {
  if (proxy_protocol == "off") return {};
  const auto destination = client.destination ? *client.destination : stream.local();
  return net::proxy_header(proxy_protocol == "v1" ? 1 : 2, {client.address, destination});
}

handoff::LiveFailure failure_of(Code code) {
  using handoff::LiveFailure;
  switch (code) {
    case Code::timed_out:
      return LiveFailure::primary_timeout;
    case Code::tls:
      return LiveFailure::primary_tls;
    case Code::tls_expired:
      return LiveFailure::primary_tls_expired;
    case Code::tls_unknown_issuer:
      return LiveFailure::primary_tls_unknown_issuer;
    case Code::tls_wrong_name:
      return LiveFailure::primary_tls_wrong_name;
    case Code::tls_client_certificate:
      return LiveFailure::primary_tls_client_certificate;
    case Code::tls_version:
      return LiveFailure::primary_tls_version;
    default:
      return LiveFailure::primary_failed;
  }
}

}  // namespace

Exchange::Exchange(Context& context, ClientStream& stream, const Client& client,
                   http::RequestHead&& head, const http::Framing& framing)
    : context_(context),
      client_(stream),
      client_version_(head.version),
      request_framing_(framing),
      call_(context.primary, *this, deadlines_of(context.config.primary)),
      in_(context.house.body),
      out_(context.house.answer) {
  in_.clear();  // the exchange before may have ended before its call started
  context_.enter();
  context_.lane.counters.requests.add();
  request_.framing = framing;
  request_.head = head_for_primary(context.config, client, head, framing);
  call_.set_prologue(prologue_for(context.config.primary.proxy_protocol, client, stream));
  may_keep_alive_ = framing.keep_alive;
  awaits_continue_ = framing.expects_continue;
  request_.time = context_.loop.clock().wall();
  request_.session = context_.session_of(head, client.ip);
  for (std::uint32_t shadow = 0; shadow < context_.budgets.size(); ++shadow) {
    context_.lane.counters.shadows[shadow].received.add();
    admit_copy(shadow, head, client);
  }
  if (copies_.empty()) return;
  request_.exchange_id = {context_.house.worker, context_.house.copies};
  capture_.emplace(context_.config.diff.max_body_bytes);
  for (auto& copy : copies_) capture_->charge(copy.budget());
}

Exchange::~Exchange() {
  context_.leave();
}

void Exchange::admit_copy(std::uint32_t shadow, const http::RequestHead& head,
                          const Client& client) {
  const auto write = handoff::Write::of(context_.tainted, request_,
                                        context_.config.shadows[shadow].name, context_.loop.now());
  const auto drop = [&](handoff::NotMirrored reason) {
    context_.lane.counters.shadows[shadow].drop(reason);
    write.is_lost(handoff::taint_of(reason));
  };
  if (request_framing_.upgrade) return drop(handoff::NotMirrored::upgrade);
  if (context_.house.is_draining) return drop(handoff::NotMirrored::shutdown);
  const auto decision = context_.sampler.decide(shadow, head, client.ip);
  if (decision.reason) return drop(*decision.reason);
  CopyFeed::Setup setup;
  setup.id = (std::uint64_t{context_.house.worker} << 48) | ++context_.house.copies;
  setup.shadow = shadow;
  setup.route = decision.route;
  setup.max_body_bytes = context_.config.shadows[shadow].max_body_bytes;
  setup.budget = context_.budgets[shadow];
  setup.write = write;
  setup.prologue = prologue_for(context_.config.shadows[shadow].proxy_protocol, client, client_);
  CopyFeed copy(context_.lane, setup);
  if (!copy.is_dropped()) copies_.push_back(std::move(copy));
}

// --- request side ---

void Exchange::on_request_body(std::string_view piece) {
  awaits_continue_ = false;
  for (auto& copy : copies_) copy.add_body(request_, piece);
  if (!has_started_) {
    in_.append(piece);
    return;
  }
  call_.send(piece);
  if (call_.is_congested()) client_.pause_request();
  if (!copies_.empty()) context_.recycle();
}

void Exchange::on_request_complete(const http::Fields& trailers) {
  request_side_ = Side::done;
  request_trailers_ = http::allowed_trailers(trailers);
  if (has_started_) call_.complete(request_trailers_);
  for (auto& copy : copies_) copy.complete(request_, request_trailers_);
  if (answer_ == Side::done) finish(ExchangeEnd::close);
}

void Exchange::flush_request() {
  if (has_started_ || has_finished_) return;
  has_started_ = true;
  call_.start(request_.head, request_framing_, in_, request_side_ == Side::done, request_trailers_);
  in_.clear();
}

void Exchange::on_drained() {
  if (has_finished_) return;
  // The primary answered early and has now left the rest of the request.
  if (answer_ == Side::done && !call_.takes_body()) return finish(ExchangeEnd::close);
  client_.resume_request();
}

// --- answer side ---

void Exchange::on_informational(http::ResponseHead&& head) {
  if (has_finished_ || client_version_ == http::Version::http_1_0) return;
  constexpr int go_on = 100;
  if (head.status == go_on) awaits_continue_ = false;
  http::AnswerContext answer{client_version_, request_.head.method, true};
  http::Framing none;
  http::write_answer_head(out_, head, none, answer);
  flush_answer();
}

void Exchange::on_head(http::ResponseHead&& head, const http::Framing& framing) {
  if (has_finished_) return;
  assert(answer_ == Side::waiting && out_.empty());
  answer_ = Side::body;
  http::AnswerContext answer{client_version_, request_.head.method, true};
  // A request still under way when its answer begins may never end: this connection is not kept.
  if (request_side_ != Side::done || context_.house.is_draining) may_keep_alive_ = false;
  const auto client_framing = http::client_framing(framing, answer);
  if (client_framing.body == http::BodyKind::until_close) may_keep_alive_ = false;
  is_chunked_ = client_framing.body == http::BodyKind::chunked;
  is_until_close_ = client_framing.body == http::BodyKind::until_close;
  answer.keep_alive = may_keep_alive_;
  http::write_answer_head(out_, head, client_framing, answer);
  if (capture_) capture_->begin(std::move(head), framing.length);
}

void Exchange::on_body(std::string_view piece) {
  if (has_finished_) return;
  if (capture_) capture_->add(piece);
  if (is_chunked_) http::write_chunk_line(out_, piece.size());
  const auto end = is_chunked_ ? http::chunk_end : std::string_view();
  if (piece.size() <= gather_bytes) {
    out_.append(piece).append(end);
    if (out_.size() > gather_bytes) flush_answer();
  } else {
    client_.send({out_, piece, end});
    out_.clear();
  }
  if (!client_.is_congested() || is_paused_) return;
  is_paused_ = true;
  call_.pause();
}

void Exchange::on_read_done() {
  flush_answer();
}

void Exchange::flush_answer() {
  if (out_.empty()) return;
  client_.send({out_});
  out_.clear();
}

void Exchange::on_client_drained() {
  if (!is_paused_ || has_finished_) return;
  is_paused_ = false;
  call_.resume();
}

void Exchange::on_complete(http::Fields&& trailers) {
  if (has_finished_) return;
  answer_ = Side::done;
  if (is_chunked_) http::write_last_chunk(out_, http::allowed_trailers(trailers));
  flush_answer();
  answer_trailers_ = std::move(trailers);
  answered_at_ = context_.loop.now();
  if (request_side_ == Side::done)
    return finish(may_keep_alive_ ? ExchangeEnd::keep_alive : ExchangeEnd::close);
  // The primary answered early. If it still reads, the rest of the request goes to it; but a client
  // that waits to be told has been told to keep its body.
  if (!call_.takes_body() || awaits_continue_) finish(ExchangeEnd::close);
}

void Exchange::on_upgraded(std::unique_ptr<net::Stream> stream, std::string early_bytes) {
  flush_answer();
  if (has_finished_) {
    context_.loop.retire(std::move(stream));
    return;
  }
  has_finished_ = true;
  client_.on_upgraded(std::move(stream), std::move(early_bytes));
}

void Exchange::on_failed(Error error) {
  if (has_finished_) return;
  const bool is_late = error.code == Code::timed_out;
  failure_ = is_late ? "primary_timed_out" : "primary_failed";
  if (answer_ != Side::waiting) {
    context_.lane.counters.fail(handoff::LiveFailure::truncated);
    flush_answer();
    // A body that ends with the connection has no other sign of a cut than a reset.
    return finish(is_until_close_ ? ExchangeEnd::abort : ExchangeEnd::close);
  }
  context_.lane.counters.fail(failure_of(error.code));
  if (request_side_ != Side::done || context_.house.is_draining) may_keep_alive_ = false;
  client_.send({http::own_answer(is_late ? 504 : 502, error.detail, may_keep_alive_,
                                 request_.head.method == "HEAD")});
  finish(may_keep_alive_ ? ExchangeEnd::keep_alive : ExchangeEnd::close);
}

// --- the end ---

void Exchange::abort(handoff::NotMirrored before, std::string_view after) {
  if (has_finished_) return;
  has_finished_ = true;
  failure_ = after;
  for (auto& copy : copies_) copy.abort(before, after);
  settle_copies();
}

void Exchange::finish(ExchangeEnd end) {
  assert(!has_finished_);
  has_finished_ = true;
  if (request_side_ != Side::done) {
    const auto why = failure_.empty() ? std::string_view("early_answer") : failure_;
    for (auto& copy : copies_) copy.abort(handoff::NotMirrored::early_answer, why);
    failure_ = why;
  }
  settle_copies();
  client_.on_exchange_done(end);
}

void Exchange::settle_copies() {
  if (!copies_.empty()) tell_copies();
  context_.recycle();
}

// How the primary answered.
void Exchange::tell_copies() {
  if (!failure_.empty()) {
    for (auto& copy : copies_) copy.answered(failure_);
    return;
  }
  const auto duration = std::max(answered_at_ - call_.sent_at(), Duration::zero());
  auto captured = capture_->finish(std::move(answer_trailers_), duration.count());
  captured.is_cold = call_.is_cold();
  const auto answer = std::make_shared<const handoff::CapturedAnswer>(std::move(captured));
  const auto now = context_.loop.now();
  for (std::size_t i = 0; i < copies_.size(); ++i) {
    if (capture_->is_abandoned_by(i)) {
      copies_[i].answered("max_memory");
    } else {
      copies_[i].answered(answer, capture_->take_held(i), now);
    }
  }
}

}  // namespace understudy::proxy
