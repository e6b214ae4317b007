#include "proxy/request_key.h"

#include <fmt/format.h>

#include "understudy/base/ascii.h"

namespace understudy::proxy {

namespace {

std::optional<std::string_view> parameter(std::string_view list, char separator,
                                          std::string_view name) {
  while (!list.empty()) {
    const auto end = list.find(separator);
    const auto part = ascii::trim(list.substr(0, end));
    if (part.size() > name.size() && part[name.size()] == '=' &&
        part.substr(0, name.size()) == name) {
      return part.substr(name.size() + 1);
    }
    if (end == list.npos) break;
    list.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace

Result<RequestKey> RequestKey::parse(std::string_view what, std::string_view text) {
  RequestKey key;
  if (text == "none") return key;
  const auto colon = text.find(':');
  const auto kind = text.substr(0, colon);
  const auto name = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  if (text == "client_ip") key.source_ = Source::client_ip;
  if (!name.empty()) {
    if (kind == "header") key.source_ = Source::header;
    if (kind == "cookie") key.source_ = Source::cookie;
    if (kind == "query") key.source_ = Source::query;
    key.name_ = name;
  }
  if (key.source_ != Source::none) return key;
  return Error{
      Code::bad_config, Leg::self,
      fmt::format("{} \"{}\" is none of none, client_ip, header:X, cookie:X, query:X", what, text)};
}

std::optional<std::string_view> RequestKey::of(const http::RequestHead& head,
                                               std::string_view client_ip) const {
  switch (source_) {
    case Source::none:
      return std::nullopt;
    case Source::client_ip:
      return client_ip;
    case Source::header: {
      const auto value = head.fields.find(name_);
      return value.data() != nullptr ? std::optional(value) : std::nullopt;
    }
    case Source::cookie:
      return parameter(head.fields.find("Cookie"), ';', name_);
    case Source::query: {
      const auto query = head.target.find('?');
      if (query == std::string::npos) return std::nullopt;
      return parameter(std::string_view(head.target).substr(query + 1), '&', name_);
    }
  }
  return std::nullopt;
}

}  // namespace understudy::proxy
