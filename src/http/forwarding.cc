#include "understudy/http/forwarding.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "target.h"
#include "understudy/base/ascii.h"

namespace understudy::http {
namespace {

constexpr std::string_view pseudonym = "understudy";  // in Via

// Fields that speak about one connection only, whether Connection names them or not: RFC
// 9110, 7.6.1, and those of RFC 2616, 13.5.1 that are still sent.
constexpr std::string_view hop_by_hop[] = {
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authentication-Info",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Transfer-Encoding",
    "Upgrade",
};

// Fields that are meant for the other end, whatever Connection says: a client that names them there
// wants to have them lost between us and the upstream.
constexpr std::string_view end_to_end[] = {
    "Accept", "Authorization", "Cache-Control", "Cookie", "Date",     "ETag",
    "Expect", "Expires",       "Forwarded",     "Host",   "Location", "Origin",
    "Range",  "Set-Cookie",    "Trailer",       "Vary",   "Via",      "WWW-Authenticate",
};
constexpr std::string_view end_to_end_prefixes[] = {"Content-", "X-Forwarded-"};

// Fields that frame, route, authenticate or control a message and therefore belong to its head only
// (RFC 9110, 6.5.1).
constexpr std::string_view head_only[] = {
    "Age",          "Authorization", "Cache-Control", "Cookie",      "Date",
    "Expect",       "Expires",       "Forwarded",     "Host",        "Location",
    "Max-Forwards", "Pragma",        "Range",         "Retry-After", "Set-Cookie",
    "Trailer",      "Vary",          "Via",           "Warning",     "WWW-Authenticate",
};
constexpr std::string_view head_only_prefixes[] = {"Content-", "If-", "X-Forwarded-"};

template <std::size_t count>
bool is_listed(const std::string_view (&names)[count], std::string_view name) {
  return std::any_of(std::begin(names), std::end(names),
                     [name](std::string_view listed) { return ascii::iequals(listed, name); });
}

template <std::size_t count>
bool begins_as(const std::string_view (&prefixes)[count], std::string_view name) {
  return std::any_of(std::begin(prefixes), std::end(prefixes), [name](std::string_view prefix) {
    return ascii::iequals(name.substr(0, prefix.size()), prefix);
  });
}

// Decides which fields of one head stay.
class Filter {
 public:
  explicit Filter(const Fields& fields) : fields_(fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!ascii::iequals(fields[i].name, "Connection")) continue;
      const std::string_view value = fields[i].value;
      names_fields_ |= !ascii::iequals(value, "keep-alive") && !ascii::iequals(value, "close");
    }
  }

  bool drops(std::string_view name) const {
    if (is_listed(hop_by_hop, name)) return true;
    if (!names_fields_ || !fields_.list_has("Connection", name)) return false;
    return !is_listed(end_to_end, name) && !begins_as(end_to_end_prefixes, name);
  }

 private:
  const Fields& fields_;
  bool names_fields_ = false;
};

// Writes the one framing field of a head: in the place and under the name of the field that framed
// the message when it was received, else at the end.
class FramingField {
 public:
  FramingField(Fields& out, const Framing& framing) : out_(out), framing_(framing) {}

  // True if the field called `name` frames messages: it has been taken care of.
  bool takes(std::string_view name) {
    const bool is_length = ascii::iequals(name, "Content-Length");
    if (!is_length && !ascii::iequals(name, "Transfer-Encoding")) return false;
    if (framing_.body == (is_length ? BodyKind::length : BodyKind::chunked)) write(name);
    return true;
  }

  void finish() {
    if (framing_.body == BodyKind::length) write("Content-Length");
    if (framing_.body == BodyKind::chunked) write("Transfer-Encoding");
  }

 private:
  void write(std::string_view name) {
    if (std::exchange(is_written_, true)) return;
    const bool is_length = framing_.body == BodyKind::length;
    out_.add(name, is_length ? std::to_string(framing_.length) : "chunked");
  }

  Fields& out_;
  const Framing& framing_;
  bool is_written_ = false;
};

void add_via(Fields& fields, Version received) {
  std::string value = received == Version::http_1_1 ? "1.1 " : "1.0 ";
  fields.add("Via", value.append(pseudonym));
}

std::optional<std::size_t> last_index(const Fields& fields, std::string_view name) {
  for (std::size_t i = fields.size(); i > 0; --i) {
    if (ascii::iequals(fields[i - 1].name, name)) return i - 1;
  }
  return std::nullopt;
}

// More than we add to any head, so that writing it is one allocation.
constexpr std::size_t added_fields = 8;
constexpr std::size_t added_bytes = 512;

void reserve_like(Fields& out, const Fields& fields) {
  out.reserve(fields.size() + added_fields, fields.bytes() + added_bytes);
}

// HTTP/1.0 knows no Host; upstreams are spoken to in HTTP/1.1, which demands one.
void add_missing_host(Fields& out, const RequestHead& head, std::string_view upstream_host) {
  if (head.fields.has("Host")) return;
  const std::string_view authority = target_authority(head.target);
  out.add("Host", authority.empty() ? upstream_host : authority);
}

std::string_view own_authority(const RequestHead& head) {
  const std::string_view authority = target_authority(head.target);
  return authority.empty() ? head.fields.find("Host") : authority;
}

// Where a request came from: X-Forwarded-* and Forwarded.
class Provenance {
 public:
  Provenance(Fields& out, const RequestHead& head, const ForwardingContext& context)
      : out_(out), context_(context), host_(own_authority(head)) {
    if (!context.is_trusted) return;
    last_for_ = last_index(head.fields, "X-Forwarded-For");
    last_forwarded_ = last_index(head.fields, "Forwarded");
    has_proto_ = head.fields.has("X-Forwarded-Proto");
    has_host_ = head.fields.has("X-Forwarded-Host");
  }

  // True if the field with that index has been taken care of.
  bool takes(std::size_t index, const Field& field) {
    if (!context_.adds_x_forwarded && !context_.adds_forwarded) return false;
    if (!context_.is_trusted) return is_claim(field.name);
    if (index == last_for_ && context_.adds_x_forwarded && !context_.client_ip.empty()) {
      append(field, std::string(context_.client_ip));
      return true;
    }
    if (index != last_forwarded_ || !context_.adds_forwarded) return false;
    append(field, element());
    return true;
  }

  void finish() {
    if (context_.adds_x_forwarded) add_missing();
    if (context_.adds_forwarded && !last_forwarded_) out_.add("Forwarded", element());
  }

 private:
  static bool is_claim(std::string_view name) {
    constexpr std::string_view prefix = "X-Forwarded-";
    return ascii::iequals(name, "Forwarded") ||
           ascii::iequals(name.substr(0, prefix.size()), prefix);
  }

  void append(const Field& field, const std::string& what) {
    std::string list(field.value);
    if (!list.empty()) list.append(", ");
    out_.add(field.name, list.append(what));
  }

  void add_missing() {
    if (!last_for_ && !context_.client_ip.empty()) {
      out_.add("X-Forwarded-For", context_.client_ip);
    }
    if (!has_proto_) out_.add("X-Forwarded-Proto", scheme());
    if (!has_host_ && !host_.empty()) out_.add("X-Forwarded-Host", host_);
  }

  // RFC 7239, 4: what holds a colon is quoted, IPv6 in brackets besides.
  std::string element() const {
    const std::string_view ip = context_.client_ip;
    const bool is_v6 = ip.find(':') != ip.npos;
    std::string out = "for=";
    out.append(is_v6 ? "\"[" : "").append(ip.empty() ? "unknown" : ip).append(is_v6 ? "]\"" : "");
    if (!host_.empty()) out.append(";host=\"").append(host_).append("\"");
    return out.append(";proto=").append(scheme());
  }

  std::string_view scheme() const { return context_.is_tls ? "https" : "http"; }

  Fields& out_;
  const ForwardingContext& context_;
  const std::string_view host_;
  std::optional<std::size_t> last_for_, last_forwarded_;  // of a trusted client
  bool has_proto_ = false, has_host_ = false;
};

// Of a number that framing has found good.
std::string one_less(std::string_view number) {
  const auto value = ascii::to_number(number);
  return std::to_string(value.value_or(1) - 1);
}

// The sender wants trailers and said so as RFC 9110, 10.1.4 asks; we pass them on.
bool wants_trailers(const Fields& fields) {
  return fields.list_has("TE", "trailers") && fields.list_has("Connection", "TE");
}

void add_request_connection(Fields& out, bool is_upgrade, bool has_te) {
  if (is_upgrade) {
    out.add("Connection", has_te ? "Upgrade, TE" : "Upgrade");
  } else if (has_te) {
    out.add("Connection", "TE");
  }
}

bool may_announce_length(const ResponseHead& head, std::string_view method) {
  constexpr int ok = 200, no_content = 204, not_modified = 304;
  if (head.status < ok || head.status == no_content) return false;
  return head.status == not_modified || method == "HEAD";
}

bool is_interim(int status) {
  constexpr int ok = 200, switching = 101;
  return status < ok && status != switching;
}

// What the answer says about the connection to the client; empty when there is nothing to say.
std::string_view client_connection(bool names_upgrade, bool keep_alive, Version version) {
  if (names_upgrade) return keep_alive ? "Upgrade" : "close, Upgrade";
  if (!keep_alive) return "close";
  return version == Version::http_1_0 ? "keep-alive" : "";
}

}  // namespace

RequestHead for_upstream(const RequestHead& head, const Framing& framing,
                         const ForwardingContext& context) {
  const Filter filter(head.fields);
  RequestHead out{head.method, head.target, Version::http_1_1, {}};
  reserve_like(out.fields, head.fields);
  add_missing_host(out.fields, head, context.upstream_host);

  const bool has_te = wants_trailers(head.fields);
  const bool counts_hops = head.method == "TRACE" || head.method == "OPTIONS";
  bool has_te_field = false;
  Provenance provenance(out.fields, head, context);
  FramingField framing_field(out.fields, framing);
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    const auto [name, value] = head.fields[i];
    if (framing_field.takes(name) || provenance.takes(i, {name, value})) continue;
    if (ascii::iequals(name, "Expect") && !framing.expects_continue) continue;
    if (counts_hops && ascii::iequals(name, "Max-Forwards")) {
      out.fields.add(name, one_less(value));
    } else if (context.is_upgrade && ascii::iequals(name, "Upgrade")) {
      out.fields.add(name, value);
    } else if (has_te && !has_te_field && ascii::iequals(name, "TE")) {
      out.fields.add(name, "trailers");
      has_te_field = true;
    } else if (!filter.drops(name)) {
      out.fields.add(name, value);
    }
  }

  provenance.finish();
  if (context.adds_via) add_via(out.fields, head.version);
  add_request_connection(out.fields, context.is_upgrade, has_te);
  framing_field.finish();
  return out;
}

Framing client_framing(const Framing& answer, const AnswerContext& context) {
  const bool is_old = context.client_version == Version::http_1_0;
  Framing out = answer;
  if (is_old && answer.body == BodyKind::chunked) out.body = BodyKind::until_close;
  if (!is_old && answer.body == BodyKind::until_close) out.body = BodyKind::chunked;
  out.keep_alive = context.keep_alive && out.body != BodyKind::until_close;
  return out;
}

ResponseHead for_client(const ResponseHead& head, const Framing& framing,
                        const AnswerContext& context) {
  const Filter filter(head.fields);
  ResponseHead out{head.status, head.reason, Version::http_1_1, {}};
  reserve_like(out.fields, head.fields);
  constexpr int upgrade_required = 426;
  const bool names_upgrade =
      framing.upgrade || (head.status == upgrade_required && head.fields.has("Upgrade"));
  FramingField framing_field(out.fields, framing);
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    const auto [name, value] = head.fields[i];
    if (ascii::iequals(name, "Content-Length") && may_announce_length(head, context.method)) {
      out.fields.add(name, value);
    } else if (framing_field.takes(name)) {
      continue;
    } else if ((names_upgrade && ascii::iequals(name, "Upgrade")) || !filter.drops(name)) {
      out.fields.add(name, value);
    }
  }
  if (is_interim(head.status)) return out;

  const bool keep_alive =
      framing.upgrade || (context.keep_alive && framing.body != BodyKind::until_close);
  const auto connection = client_connection(names_upgrade, keep_alive, context.client_version);
  if (!connection.empty()) out.fields.add("Connection", connection);
  framing_field.finish();
  return out;
}

Fields allowed_trailers(const Fields& trailers) {
  const Filter filter(trailers);
  Fields out;
  for (std::size_t i = 0; i < trailers.size(); ++i) {
    const auto [name, value] = trailers[i];
    if (filter.drops(name) || is_listed(head_only, name)) continue;
    if (!begins_as(head_only_prefixes, name)) out.add(name, value);
  }
  return out;
}

}  // namespace understudy::http
