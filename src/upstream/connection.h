#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "understudy/http/parser.h"
#include "understudy/net/deadline.h"
#include "understudy/net/stream.h"
#include "understudy/upstream/upstream.h"

namespace understudy::upstream {

// One connection to a server with the parser of its answers: both go from call to call.
//
//   in use (a call hears the stream) <--> at rest (we do) --> ended
//
// Owner:  a call while it is in use, its upstream while it is at rest: then nobody may say anything
//         on it but the server, and only that it closes.
// Thread: its loop.
class Upstream::Connection final : public net::Retirable, private net::StreamEvents {
 public:
  // For a stream to be opened that begins with `prologue`.
  Connection(Upstream& upstream, std::string prologue, http::ParserEvents& reader)
      : parser(http::Parser::Kind::response, reader),
        upstream_(upstream),
        prologue_(std::move(prologue)),
        deadline_(net::Deadline::calling<&Connection::end>(upstream.loop_, *this)) {}

  const std::string& prologue() const { return prologue_; }

  void rest() {
    stream->set_events(this);
    stream->read();
    deadline_.arm(limits::upstream_idle_timeout);
  }
  // Silent from now on, until its taker sets the stream's events.
  void wake() {
    stream->set_events(nullptr);
    deadline_.disarm();
  }

  std::unique_ptr<net::Stream> stream;
  http::Parser parser;
  std::string scratch;  // room for the next request's head; empty

 private:
  void on_data(std::string_view) override { end(); }  // nobody asked: not to be trusted any more
  void on_end() override { end(); }
  void on_failed(Error) override { end(); }
  void end() { upstream_.end_idle(*this); }

  Upstream& upstream_;
  const std::string prologue_;
  net::Deadline deadline_;
};

}  // namespace understudy::upstream
