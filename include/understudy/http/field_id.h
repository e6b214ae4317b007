#pragma once

#include <cstdint>
#include <string_view>

namespace understudy::http {

// What a field's name says to us, found once, so that nobody need compare names again: one of the
// names that something here asks for, the beginning that it shares with others, or `other`. The
// table behind it is http/known_fields.h.
enum class FieldId : std::uint8_t {
  other,
  other_content,      // Content-*
  other_if,           // If-*
  other_x_forwarded,  // X-Forwarded-*
  accept,
  age,
  authorization,
  cache_control,
  connection,
  content_encoding,
  content_length,
  content_type,
  cookie,
  date,
  etag,
  expect,
  expires,
  forwarded,
  host,
  keep_alive,
  location,
  max_forwards,
  origin,
  pragma,
  proxy_authenticate,
  proxy_authentication_info,
  proxy_authorization,
  proxy_connection,
  range,
  retry_after,
  set_cookie,
  te,
  trailer,
  transfer_encoding,
  upgrade,
  vary,
  via,
  warning,
  www_authenticate,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
};

// In any case.
FieldId field_id(std::string_view name);

// Whether the id stands for one name, not for many.
constexpr bool is_one_name(FieldId id) {
  return id > FieldId::other_x_forwarded;
}

}  // namespace understudy::http
