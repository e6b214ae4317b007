#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "understudy/base/result.h"
#include "understudy/http/head.h"

namespace understudy::proxy {

// What requests have in common that belong together: an address, a field, a cookie or a parameter.
class RequestKey {
 public:
  // "none", "client_ip", "header:X", "cookie:X" or "query:X". Errors: bad_config for all others,
  // which names `what`, the key of the configuration.
  static Result<RequestKey> parse(std::string_view what, std::string_view text);

  // Nothing: the request has none. Valid as long as `head` and `client_ip` are.
  std::optional<std::string_view> of(const http::RequestHead& head,
                                     std::string_view client_ip) const;

 private:
  enum class Source { none, client_ip, header, cookie, query };
  Source source_ = Source::none;
  std::string name_;
};

}  // namespace understudy::proxy
