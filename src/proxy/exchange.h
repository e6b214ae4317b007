#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/client.h"
#include "proxy/client_stream.h"
#include "proxy/context.h"
#include "proxy/copy_feed.h"
#include "understudy/http/head.h"
#include "understudy/upstream/call.h"

namespace understudy::proxy {

// One live request and its answer: passes both through, and lets the copies for the shadows see
// them. Two small machines, never their product:
//
//   request side:  body --> done        answer side:  waiting --> body --> done
//   client gone, primary failed, shutdown: from any state --> finish()
//   both done --> finish()              finish() runs once; later events are ignored
//
// Owner:   a session, one at a time. Lives until the turn in which it finished has ended.
// Thread:  its worker's loop.
class Exchange final : public net::Retirable, private upstream::CallEvents {
 public:
  // `context` and `stream` must outlive the exchange.
  Exchange(Context& context, ClientStream& stream, const Client& client, http::RequestHead&& head,
           const http::Framing& framing);
  ~Exchange() override;

  Context& context() const { return context_; }
  void on_request_body(std::string_view piece);
  void on_request_complete(const http::Fields& trailers);
  // All that was read in one go has been told: send it on.
  void flush_request();
  void on_client_drained();

  // The client left, was too slow or broke the rules, or the service stops. Nothing more is sent;
  // the client stream is not told.
  void abort(handoff::NotMirrored before, std::string_view after);

  bool is_request_done() const { return request_side_ == Side::done; }
  bool has_answered() const { return answer_ != Side::waiting; }
  bool is_answered() const { return answer_ == Side::done; }  // early, while the request goes on

 private:
  enum class Side { waiting, body, done };

  void admit_copy(std::uint32_t shadow, const http::RequestHead& head, const Client& client);

  void on_informational(http::ResponseHead&& head) override;
  void on_head(http::ResponseHead&& head, const http::Framing& framing) override;
  void on_body(std::string_view piece) override;
  void on_complete(http::Fields&& trailers) override;
  void on_read_done() override;
  void on_upgraded(std::unique_ptr<net::Stream> stream, std::string early_bytes) override;
  void on_drained() override;
  void on_failed(Error error) override;

  void flush_answer();
  void settle_copies();
  void tell_copies();
  void finish(ExchangeEnd end);

  Context& context_;
  ClientStream& client_;
  const http::Version client_version_;
  const http::Framing request_framing_;
  handoff::Begin request_;  // what copies are made from; head as upstreams see it
  upstream::Call call_;
  std::vector<CopyFeed> copies_;
  std::optional<handoff::AnswerCapture> capture_;

  Side request_side_ = Side::body;
  Side answer_ = Side::waiting;
  http::Fields request_trailers_;
  std::string& in_;   // the house's scratch: body bytes of this turn, read before the call started
  std::string& out_;  // the house's scratch: answer bytes of this turn that were not sent yet
  http::Fields answer_trailers_;
  Instant answered_at_{};
  std::string_view failure_;  // why there is no answer to compare; static text
  bool has_started_ = false;  // the call was started
  bool is_chunked_ = false;   // how the answer's body is framed to the client
  bool is_until_close_ = false;
  bool may_keep_alive_ = false;
  bool is_paused_ = false;        // the answer waits for the client
  bool awaits_continue_ = false;  // the client sends its body only when it is told to
  bool has_finished_ = false;
};

}  // namespace understudy::proxy
