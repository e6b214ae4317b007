#include "understudy/http/forwarding.h"

#include <optional>
#include <string>
#include <utility>

#include "known_fields.h"
#include "target.h"
#include "understudy/base/ascii.h"
#include "understudy/http/serializer.h"

namespace understudy::http {
namespace {

constexpr std::string_view pseudonym = "understudy";  // in Via

// Decides which fields of one head stay.
class Filter {
 public:
  explicit Filter(const Fields& fields) : fields_(fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields.id(i) != FieldId::connection) continue;
      const std::string_view value = fields[i].value;
      names_fields_ |= !ascii::iequals(value, "keep-alive") && !ascii::iequals(value, "close");
    }
  }

  bool drops(std::size_t index) const {
    const FieldId id = fields_.id(index);
    if (has_trait(id, hop_by_hop)) return true;
    return names_fields_ && !has_trait(id, end_to_end) &&
           fields_.list_has("Connection", fields_[index].name);
  }

 private:
  const Fields& fields_;
  bool names_fields_ = false;
};

// The field lines of a head that nobody asks for fields: written at once.
class Lines {
 public:
  explicit Lines(std::string& out) : out_(out) {}

  void add(std::string_view name, std::string_view value) {
    out_.append(name).append(": ").append(value).append("\r\n");
  }
  void add(const Fields& from, std::size_t index) { out_.append(from.line(index)); }

 private:
  std::string& out_;
};

// Writes the one framing field of a head, to Fields or Lines: in the place and under the name of
// the field that framed the message when it was received, else at the end.
template <typename Out>
class FramingField {
 public:
  FramingField(Out& out, const Framing& framing) : out_(out), framing_(framing) {}

  // True if the field, called `name`, frames messages: it has been taken care of.
  bool takes(FieldId id, std::string_view name) {
    const bool is_length = id == FieldId::content_length;
    if (!is_length && id != FieldId::transfer_encoding) return false;
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

  Out& out_;
  const Framing& framing_;
  bool is_written_ = false;
};

void add_via(Fields& fields, Version received) {
  std::string value = received == Version::http_1_1 ? "1.1 " : "1.0 ";
  fields.add("Via", value.append(pseudonym));
}

std::optional<std::size_t> last_index(const Fields& fields, FieldId id) {
  for (std::size_t i = fields.size(); i > 0; --i) {
    if (fields.id(i - 1) == id) return i - 1;
  }
  return std::nullopt;
}

// More than we add to any head, so that writing it is one allocation.
constexpr std::size_t added_fields = 8;
constexpr std::size_t added_bytes = 512;

// HTTP/1.0 knows no Host; upstreams are spoken to in HTTP/1.1, which demands one.
void add_missing_host(Fields& out, const RequestHead& head, std::string_view upstream_host) {
  if (head.fields.has(FieldId::host)) return;
  const std::string_view authority = target_authority(head.target);
  out.add("Host", authority.empty() ? upstream_host : authority);
}

std::string_view own_authority(const RequestHead& head) {
  const std::string_view authority = target_authority(head.target);
  return authority.empty() ? head.fields.find(FieldId::host) : authority;
}

// Where a request came from: X-Forwarded-* and Forwarded.
class Provenance {
 public:
  Provenance(Fields& out, const RequestHead& head, const ForwardingContext& context)
      : out_(out), fields_(head.fields), context_(context), host_(own_authority(head)) {
    if (!context.is_trusted) return;
    last_for_ = last_index(head.fields, FieldId::x_forwarded_for);
    last_forwarded_ = last_index(head.fields, FieldId::forwarded);
    has_proto_ = head.fields.has(FieldId::x_forwarded_proto);
    has_host_ = head.fields.has(FieldId::x_forwarded_host);
  }

  // True if the field of the request with that index has been taken care of.
  bool takes(std::size_t index) {
    if (!context_.adds_x_forwarded && !context_.adds_forwarded) return false;
    if (!context_.is_trusted) return has_trait(fields_.id(index), tells_origin);
    if (index == last_for_ && context_.adds_x_forwarded && !context_.client_ip.empty()) {
      append(fields_[index], std::string(context_.client_ip));
      return true;
    }
    if (index != last_forwarded_ || !context_.adds_forwarded) return false;
    append(fields_[index], element());
    return true;
  }

  void finish() {
    if (context_.adds_x_forwarded) add_missing();
    if (context_.adds_forwarded && !last_forwarded_) out_.add("Forwarded", element());
  }

 private:
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
  const Fields& fields_;
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
  out.fields.reserve(head.fields.size() + added_fields, head.fields.bytes() + added_bytes);
  add_missing_host(out.fields, head, context.upstream_host);

  const bool has_te = wants_trailers(head.fields);
  const bool counts_hops = head.method == "TRACE" || head.method == "OPTIONS";
  bool has_te_field = false;
  Provenance provenance(out.fields, head, context);
  FramingField framing_field(out.fields, framing);
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    const FieldId id = head.fields.id(i);
    const auto [name, value] = head.fields[i];
    if (framing_field.takes(id, name) || provenance.takes(i)) continue;
    if (id == FieldId::expect && !framing.expects_continue) continue;
    if (counts_hops && id == FieldId::max_forwards) {
      out.fields.add(name, one_less(value));
    } else if (has_te && !has_te_field && id == FieldId::te) {
      out.fields.add(name, "trailers");
      has_te_field = true;
    } else if ((context.is_upgrade && id == FieldId::upgrade) || !filter.drops(i)) {
      out.fields.add(head.fields, i);
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

void write_answer_head(std::string& out, const ResponseHead& head, const Framing& framing,
                       const AnswerContext& context) {
  out.reserve(out.size() + head.reason.size() + head.fields.lines().size() + added_bytes);
  write_status_line(out, head.status, head.reason);
  Lines lines(out);
  const Filter filter(head.fields);
  constexpr int upgrade_required = 426;
  const bool names_upgrade =
      framing.upgrade || (head.status == upgrade_required && head.fields.has(FieldId::upgrade));
  FramingField framing_field(lines, framing);
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    const FieldId id = head.fields.id(i);
    if (id == FieldId::content_length && may_announce_length(head, context.method)) {
      lines.add(head.fields, i);
    } else if (framing_field.takes(id, head.fields[i].name)) {
      continue;
    } else if ((names_upgrade && id == FieldId::upgrade) || !filter.drops(i)) {
      lines.add(head.fields, i);
    }
  }
  if (!is_interim(head.status)) {
    const bool keep_alive =
        framing.upgrade || (context.keep_alive && framing.body != BodyKind::until_close);
    const auto connection = client_connection(names_upgrade, keep_alive, context.client_version);
    if (!connection.empty()) lines.add("Connection", connection);
    framing_field.finish();
  }
  out.append("\r\n");
}

Fields allowed_trailers(const Fields& trailers) {
  const Filter filter(trailers);
  Fields out;
  for (std::size_t i = 0; i < trailers.size(); ++i) {
    if (!filter.drops(i) && !has_trait(trailers.id(i), head_only)) out.add(trailers, i);
  }
  return out;
}

}  // namespace understudy::http
