#include "understudy/http/framing.h"

#include <algorithm>

#include "lines.h"
#include "target.h"
#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy::http {
namespace {

// Said about requests; for_answer() turns it into what is said about answers.
Error refuse(std::string detail) {
  return {Code::bad_request, Leg::client, std::move(detail)};
}

Error for_answer(Error error) {
  error.code = Code::bad_answer;
  error.leg = Leg::primary;
  return error;
}

// How many fields speak about framing, connection and target, found in one pass over the head.
struct Mentions {
  std::size_t lengths = 0, codings = 0, hosts = 0, expects = 0, hops = 0;
  std::string_view length, coding, host, expect, hop, upgrade;
  bool close = false, keep_alive = false, upgrades = false;
};

void note_connection(Mentions& found, std::string_view value) {
  found.close |= ascii::list_has(value, "close");
  found.keep_alive |= ascii::list_has(value, "keep-alive");
  found.upgrades |= ascii::list_has(value, "upgrade");
}

void note(Mentions& found, FieldId id, std::string_view value) {
  switch (id) {
    case FieldId::content_length:
      ++found.lengths;
      found.length = value;
      break;
    case FieldId::transfer_encoding:
      ++found.codings;
      found.coding = value;
      break;
    case FieldId::host:
      ++found.hosts;
      found.host = value;
      break;
    case FieldId::expect:
      ++found.expects;
      found.expect = value;
      break;
    case FieldId::max_forwards:
      ++found.hops;
      found.hop = value;
      break;
    case FieldId::upgrade:
      found.upgrade = value;
      break;
    case FieldId::connection:
      note_connection(found, value);
      break;
    default:
      break;
  }
}

Mentions survey(const Fields& fields) {
  Mentions found;
  for (std::size_t i = 0; i < fields.size(); ++i) note(found, fields.id(i), fields[i].value);
  return found;
}

Result<std::uint64_t> read_length(std::string_view value) {
  if (value.size() > limits::max_length_digits) return refuse("Content-Length has too many digits");
  const auto length = ascii::to_number(value);
  if (!length) return refuse("Content-Length is not one decimal number");
  if (*length > limits::max_body_length) return refuse("Content-Length is impossibly large");
  return *length;
}

// A list of codings that ends in `chunked` could be framed, but not undone; anything else could be
// framed in two ways.
Error refuse_coding(std::string_view value) {
  const auto parts = ascii::split(value, ',');
  const auto is_plain = [](std::string_view part) {
    return is_token(part) && !ascii::iequals(part, "chunked");
  };
  if (parts.size() > 1 && ascii::iequals(parts.back(), "chunked") &&
      std::all_of(parts.begin(), parts.end() - 1, is_plain)) {
    return {Code::unsupported, Leg::client,
            "a transfer coding other than chunked is not supported"};
  }
  return refuse("Transfer-Encoding is not exactly chunked");
}

// The body as the fields announce it; `otherwise` when they say nothing.
Result<Framing> read_body(const Mentions& found, Version version, BodyKind otherwise) {
  Framing out;
  out.body = otherwise;
  if (found.codings > 0) {
    if (found.lengths > 0) return refuse("both Transfer-Encoding and Content-Length are given");
    if (found.codings > 1) return refuse("Transfer-Encoding is given more than once");
    if (version == Version::http_1_0) return refuse("Transfer-Encoding is given in HTTP/1.0");
    if (!ascii::iequals(found.coding, "chunked")) return refuse_coding(found.coding);
    out.body = BodyKind::chunked;
    return out;
  }
  if (found.lengths == 0) return out;
  if (found.lengths > 1) return refuse("Content-Length is given more than once");
  auto length = read_length(found.length);
  if (!length) return length.error();
  out.body = BodyKind::length;
  out.length = *length;
  return out;
}

bool wants_keep_alive(const Mentions& found, Version version) {
  if (found.close) return false;
  return version == Version::http_1_1 || found.keep_alive;
}

Result<void> check_host(const RequestHead& head, const Mentions& found) {
  if (found.hosts > 1) return refuse("Host is given more than once");
  if (found.hosts == 0) {
    if (head.version == Version::http_1_0) return {};
    return refuse("Host is missing");
  }
  if (!is_authority(found.host)) return refuse("Host is not a host with an optional port");
  const std::string_view authority = target_authority(head.target);
  if (!authority.empty() && !same_authority(head.target, authority, found.host)) {
    return refuse("Host is not the host of the target");
  }
  return {};
}

// TRACE and OPTIONS count those who pass them on; at 0 the next one is whom they are meant for (RFC
// 9110, 7.6.2). Other methods may carry the field and mean nothing.
Result<void> read_max_forwards(const RequestHead& head, const Mentions& found, Framing& framing) {
  if (found.hops == 0 || (head.method != "TRACE" && head.method != "OPTIONS")) return {};
  const auto left = ascii::to_number(found.hop);
  if (found.hops > 1 || !left || found.hop.size() > limits::max_length_digits) {
    return refuse("Max-Forwards is not one decimal number");
  }
  framing.is_for_us = *left == 0;
  return {};
}

// With 100-continue the client waits before it sends its body; there is nothing else that one could
// expect (RFC 9110, 10.1.1). HTTP/1.0 knows no expectations.
Result<void> read_expectation(const RequestHead& head, const Mentions& found, Framing& framing) {
  if (found.expects == 0 || head.version == Version::http_1_0) return {};
  if (found.expects > 1 || !ascii::iequals(found.expect, "100-continue")) {
    return Error{Code::unmet_expectation, Leg::client, "Expect is not exactly 100-continue"};
  }
  framing.expects_continue = framing.body == BodyKind::chunked || framing.length > 0;
  return {};
}

// Upgrades to h2c are not asked for on anybody's behalf: the client goes on in HTTP/1.1, as RFC
// 9113 has it, and nothing that we cannot read is tunnelled. Where a body follows, its bytes and
// those of the new protocol could be taken for each other.
bool asks_for_upgrade(const Mentions& found, Version version, const Framing& framing) {
  const bool has_body = framing.body == BodyKind::chunked || framing.length > 0;
  return version == Version::http_1_1 && !has_body && found.upgrades && !found.upgrade.empty() &&
         !ascii::list_has(found.upgrade, "h2c");
}

bool never_has_body(int status, std::string_view method) {
  constexpr int switching_end = 200, no_content = 204, not_modified = 304;
  return status < switching_end || status == no_content || status == not_modified ||
         method == "HEAD";
}

// An answer without a body whose fields announce one: HEAD and 304 may, elsewhere the sender is not
// to be trusted with another message.
Result<Framing> frame_bodiless(const ResponseHead& head, const Mentions& found, Framing framing) {
  constexpr int switching = 101, ok = 200, no_content = 204;
  const bool announces = framing.body == BodyKind::chunked || framing.length > 0;
  if (announces && head.status < ok)
    return for_answer(refuse("an interim answer announces a body"));
  if (announces && head.status == no_content) framing.keep_alive = false;
  if (head.status == switching) {
    if (found.upgrade.empty() || !found.upgrades) {
      return for_answer(refuse("status 101 does not say what it switches to"));
    }
    framing.upgrade = true;
  }
  framing.body = BodyKind::none;
  framing.length = 0;
  return framing;
}

}  // namespace

Result<Framing> frame_request(const RequestHead& head) {
  if (!is_token(head.method)) return refuse("the method is not a token");
  if (!is_known_method(head.method) || head.method == "CONNECT") {
    return Error{Code::unsupported, Leg::client, "the method is not supported"};
  }
  auto target = check_target(head.method, head.target);
  if (!target) return target.error();
  const Mentions found = survey(head.fields);
  auto host = check_host(head, found);
  if (!host) return host.error();
  auto framing = read_body(found, head.version, BodyKind::none);
  if (!framing) return framing.error();

  if (head.method == "TRACE" && (framing->body == BodyKind::chunked || framing->length > 0)) {
    return refuse("TRACE has a body");
  }
  auto expectation = read_expectation(head, found, *framing);
  if (!expectation) return expectation.error();
  auto max_forwards = read_max_forwards(head, found, *framing);
  if (!max_forwards) return max_forwards.error();
  framing->keep_alive = wants_keep_alive(found, head.version);
  framing->upgrade = asks_for_upgrade(found, head.version, *framing);
  return framing;
}

Result<Framing> frame_response(const ResponseHead& head, std::string_view method) {
  const Mentions found = survey(head.fields);
  auto framing = read_body(found, head.version, BodyKind::until_close);
  if (!framing) return for_answer(framing.error());
  framing->keep_alive = wants_keep_alive(found, head.version);
  if (never_has_body(head.status, method)) return frame_bodiless(head, found, *framing);
  if (framing->body == BodyKind::until_close) framing->keep_alive = false;
  return framing;
}

}  // namespace understudy::http
