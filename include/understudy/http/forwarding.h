#pragma once

#include <string>
#include <string_view>

#include "understudy/http/head.h"

namespace understudy::http {

// What an intermediary does to heads (RFC 9110, 7.6): hop-by-hop fields and those named in
// Connection go, framing is written anew, everything else stays in order, case and number.

// What forwarding a request must know beyond the request.
struct ForwardingContext {
  std::string_view client_ip;      // empty when it has none: a Unix socket
  std::string_view upstream_host;  // written as Host when the request had none (HTTP/1.0)
  bool is_upgrade = false;         // keep Upgrade and Connection: Upgrade
  bool is_tls = false;             // the client speaks TLS with us
  bool is_trusted = false;         // what the client says about those before it is kept
  bool adds_x_forwarded = true;    // X-Forwarded-For, -Proto and -Host
  bool adds_forwarded = false;     // Forwarded (RFC 7239)
  bool adds_via = true;
};

// The request as upstreams see it: hop-by-hop fields removed, one framing field (from `framing`) in
// its old place, and told where it came from: appended to what a trusted client says of it, begun
// afresh for all others, whose Forwarded and X-Forwarded-* are dropped; left alone when neither is
// added. Both upstreams get the same head.
RequestHead for_upstream(const RequestHead& head, const Framing& framing,
                         const ForwardingContext& context);

// What forwarding an answer must know beyond the answer.
struct AnswerContext {
  Version client_version = Version::http_1_1;
  std::string_view method;  // of the request
  bool keep_alive = true;   // whether our connection to the client goes on
};

// How the answer's body is framed towards the client: chunked for HTTP/1.1 when the length is not
// known, until_close for HTTP/1.0.
Framing client_framing(const Framing& answer, const AnswerContext& context);

// Appends the answer's head as the client gets it. `framing` is what client_framing() returned.
// HEAD and 304 keep the primary's Content-Length field if it had one. No Via is added: a gateway
// need not (RFC 9110, 7.6.3), and the live answer stays as the service gave it.
void write_answer_head(std::string& out, const ResponseHead& head, const Framing& framing,
                       const AnswerContext& context);

// Trailers without the fields that may not stand there (RFC 9110, 6.5.1).
Fields allowed_trailers(const Fields& trailers);

}  // namespace understudy::http
