#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "understudy/http/field_id.h"

namespace understudy::http {

enum FieldTrait : std::uint8_t {
  // Speaks about one connection only, whether Connection names it or not: RFC 9110, 7.6.1, and
  // those of RFC 2616, 13.5.1 that are still sent.
  hop_by_hop = 1,
  // Meant for the other end, whatever Connection says: a client that names it there wants to have
  // it lost between us and the upstream.
  end_to_end = 2,
  // Frames, routes, authenticates or controls a message and therefore belongs to its head only (RFC
  // 9110, 6.5.1).
  head_only = 4,
  // Claims to know where a request came from.
  tells_origin = 8,
};

struct KnownField {
  FieldId id;
  std::string_view name;  // or how it begins, if the id stands for many
  unsigned traits = 0;
};

// In the order of the ids.
constexpr KnownField known_fields[] = {
    {FieldId::other, "", 0},
    {FieldId::other_content, "Content-", end_to_end | head_only},
    {FieldId::other_if, "If-", head_only},
    {FieldId::other_x_forwarded, "X-Forwarded-", end_to_end | head_only | tells_origin},
    {FieldId::accept, "Accept", end_to_end},
    {FieldId::age, "Age", head_only},
    {FieldId::authorization, "Authorization", end_to_end | head_only},
    {FieldId::cache_control, "Cache-Control", end_to_end | head_only},
    {FieldId::connection, "Connection", hop_by_hop},
    {FieldId::content_encoding, "Content-Encoding", end_to_end | head_only},
    {FieldId::content_length, "Content-Length", end_to_end | head_only},
    {FieldId::content_type, "Content-Type", end_to_end | head_only},
    {FieldId::cookie, "Cookie", end_to_end | head_only},
    {FieldId::date, "Date", end_to_end | head_only},
    {FieldId::etag, "ETag", end_to_end},
    {FieldId::expect, "Expect", end_to_end | head_only},
    {FieldId::expires, "Expires", end_to_end | head_only},
    {FieldId::forwarded, "Forwarded", end_to_end | head_only | tells_origin},
    {FieldId::host, "Host", end_to_end | head_only},
    {FieldId::keep_alive, "Keep-Alive", hop_by_hop},
    {FieldId::location, "Location", end_to_end | head_only},
    {FieldId::max_forwards, "Max-Forwards", head_only},
    {FieldId::origin, "Origin", end_to_end},
    {FieldId::pragma, "Pragma", head_only},
    {FieldId::proxy_authenticate, "Proxy-Authenticate", hop_by_hop},
    {FieldId::proxy_authentication_info, "Proxy-Authentication-Info", hop_by_hop},
    {FieldId::proxy_authorization, "Proxy-Authorization", hop_by_hop},
    {FieldId::proxy_connection, "Proxy-Connection", hop_by_hop},
    {FieldId::range, "Range", end_to_end | head_only},
    {FieldId::retry_after, "Retry-After", head_only},
    {FieldId::set_cookie, "Set-Cookie", end_to_end | head_only},
    {FieldId::te, "TE", hop_by_hop},
    {FieldId::trailer, "Trailer", end_to_end | head_only},
    {FieldId::transfer_encoding, "Transfer-Encoding", hop_by_hop},
    {FieldId::upgrade, "Upgrade", hop_by_hop},
    {FieldId::vary, "Vary", end_to_end | head_only},
    {FieldId::via, "Via", end_to_end | head_only},
    {FieldId::warning, "Warning", head_only},
    {FieldId::www_authenticate, "WWW-Authenticate", end_to_end | head_only},
    {FieldId::x_forwarded_for, "X-Forwarded-For", end_to_end | head_only | tells_origin},
    {FieldId::x_forwarded_host, "X-Forwarded-Host", end_to_end | head_only | tells_origin},
    {FieldId::x_forwarded_proto, "X-Forwarded-Proto", end_to_end | head_only | tells_origin},
};

constexpr const KnownField& known(FieldId id) {
  return known_fields[static_cast<std::size_t>(id)];
}

constexpr bool has_trait(FieldId id, FieldTrait trait) {
  return (known(id).traits & trait) != 0;
}

}  // namespace understudy::http
