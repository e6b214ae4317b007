#include "config/checks.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include <arpa/inet.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/base/path_pattern.h"

namespace understudy::config {
namespace {

// sockaddr_un holds 108 bytes with the closing zero.
constexpr std::size_t max_unix_path_bytes = 107;
constexpr std::size_t max_name_bytes = 64;
constexpr std::size_t max_host_bytes = 255;

Result<void> expect(bool is_good, const char* form) {
  if (is_good) return {};
  return Error{Code::bad_config, Leg::self, form};
}

bool all_of(std::string_view text, bool (*is_good)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_good);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_token_char(char c) {  // RFC 9110, 5.6.2
  return ascii::is_alpha(c) || ascii::is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_name_char(char c) {
  return ascii::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '_' || c == '.';
}

bool is_token(std::string_view text) {
  return all_of(text, is_token_char);
}

bool is_ip(int family, std::string_view text) {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(family, std::string(text).c_str(), address) == 1;
}

bool is_port(std::string_view text) {
  const auto port = ascii::to_number(text);
  return port && *port <= std::numeric_limits<std::uint16_t>::max();
}

// "[...]" around an IPv6 address.
bool is_bracketed(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         is_ip(AF_INET6, text.substr(1, text.size() - 2));
}

bool is_host(std::string_view text) {
  if (text.substr(0, 1) == "[") return is_bracketed(text);
  return all_of(text, is_name_char) && text.size() <= max_host_bytes;
}

// After "prefix:", a token.
bool is_prefixed_token(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix && is_token(text.substr(prefix.size()));
}

bool is_absolute_path(std::string_view text) {
  return text.substr(0, 1) == "/" && std::none_of(text.begin(), text.end(), [](char c) {
           return is_control(c) || c == ' ' || c == '?' || c == '#';
         });
}

bool is_pattern(std::string_view text) {
  return is_absolute_path(text) && PathPattern::parse(text);
}

bool is_endpoint(std::string_view text) {
  const auto space = text.find(' ');
  if (space == text.npos) return is_pattern(text);
  return is_token(text.substr(0, space)) && is_pattern(text.substr(space + 1));
}

// RFC 6901: "~" only as "~0" and "~1".
bool is_pointer(std::string_view text) {
  if (text.substr(0, 1) != "/") return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i])) return false;
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (text[i] == '~' && next != '0' && next != '1') return false;
  }
  return true;
}

}  // namespace

Result<void> check_text(std::string_view text) {
  const bool is_good = !text.empty() && text.size() <= limits::max_config_text_bytes &&
                       std::none_of(text.begin(), text.end(), is_control);
  return expect(is_good, "a text of 1 to 4096 bytes without control characters");
}

Result<void> check_server_name(std::string_view text) {
  return expect(is_host(text) || is_ip(AF_INET6, text), "a host's name or address");
}

Result<void> check_noise_mode(std::string_view text) {
  return expect(text == "evidence" || text == "diffy", "\"evidence\" or \"diffy\"");
}

Result<void> check_recheck(std::string_view text) {
  return expect(text == "auto" || text == "always" || text == "never",
                "\"auto\", \"always\" or \"never\"");
}

Result<void> check_proxy_in(std::string_view text) {
  return expect(text == "off" || text == "accept" || text == "require",
                "\"off\", \"accept\" or \"require\"");
}

Result<void> check_proxy_out(std::string_view text) {
  return expect(text == "off" || text == "v1" || text == "v2", "\"off\", \"v1\" or \"v2\"");
}

Result<void> check_listen(std::string_view text) {
  constexpr const char* form =
      "an address such as \"0.0.0.0:8080\", \"[::]:8080\" or \"unix:/run/understudy.sock\"";
  if (text.substr(0, 5) == "unix:") {
    const auto path = text.substr(5);
    return expect(check_text(path) && path.size() <= max_unix_path_bytes, form);
  }
  const auto colon = text.rfind(':');
  if (colon == text.npos || !is_port(text.substr(colon + 1))) return expect(false, form);
  const auto host = text.substr(0, colon);
  return expect(is_bracketed(host) || is_ip(AF_INET, host), form);
}

Result<void> check_name(std::string_view text) {
  return expect(all_of(text, is_name_char) && text.size() <= max_name_bytes,
                "1 to 64 letters, digits, \"-\", \"_\" or \".\"");
}

Result<void> check_method(std::string_view text) {
  return expect(text == "*" || is_token(text), "a method such as \"GET\", or \"*\"");
}

Result<void> check_field(std::string_view text) {
  return expect(is_token(text), "a header's name such as \"X-Test\"");
}

Result<void> check_host(std::string_view text) {
  const auto colon = text.substr(0, 1) == "[" ? text.find(':', text.find(']')) : text.rfind(':');
  const bool has_port = colon != text.npos;
  const bool is_good =
      is_host(text.substr(0, colon)) && (!has_port || is_port(text.substr(colon + 1)));
  return expect(is_good, "\"preserve\", \"upstream\" or a host such as \"api.example.com\"");
}

Result<void> check_sample_key(std::string_view text) {
  const bool is_query = text.substr(0, 6) == "query:" && check_text(text.substr(6));
  const bool is_good = text == "none" || text == "client_ip" || is_query ||
                       is_prefixed_token(text, "header:") || is_prefixed_token(text, "cookie:");
  return expect(is_good,
                "\"none\", \"client_ip\", \"header:<name>\", \"cookie:<name>\" or "
                "\"query:<name>\"");
}

Result<void> check_pattern(std::string_view text) {
  return expect(is_pattern(text), "a path such as \"/users/{id}/orders/*\" or \"/payments/**\"");
}

Result<void> check_endpoint(std::string_view text) {
  return expect(is_endpoint(text), "an endpoint such as \"/users/{id}\" or \"GET /users/{id}\"");
}

Result<void> check_rule_endpoint(std::string_view text) {
  return expect(text == "*" || is_endpoint(text),
                "an endpoint such as \"GET /users/{id}\", or \"*\"");
}

Result<void> check_pointer(std::string_view text) {
  return expect(is_pointer(text), "a JSON pointer such as \"/items/*/price\" or \"/**/password\"");
}

Result<void> check_place(std::string_view text) {
  const bool is_plain = text == "status" || text == "body" || text == "line";
  const bool is_good = is_plain || is_pointer(text) || is_prefixed_token(text, "header:") ||
                       is_prefixed_token(text, "trailer:");
  return expect(is_good,
                "a JSON pointer such as \"/items/*/price\", \"header:<name>\", "
                "\"trailer:<name>\", \"status\", \"body\" or \"line\"");
}

Result<void> check_detector(std::string_view text) {
  return expect(text == "email" || text == "card" || text == "jwt",
                "\"email\", \"card\" or \"jwt\"");
}

Result<void> check_array(std::string_view text) {
  const bool is_key = text.substr(0, 4) == "key:" && check_text(text.substr(4));
  return expect(text == "set" || text == "multiset" || is_key,
                "\"set\", \"multiset\" or \"key:<field>\"");
}

Result<void> check_forwarded(std::string_view text) {
  const bool is_good =
      text == "x-forwarded" || text == "forwarded" || text == "both" || text == "off";
  return expect(is_good, "\"x-forwarded\", \"forwarded\", \"both\" or \"off\"");
}

Result<void> check_date(std::string_view text) {
  const auto midnight = from_rfc3339(std::string(text) + "T00:00:00Z");
  // What comes back is another day when there is no such one.
  const bool is_date = midnight && to_rfc3339(*midnight).substr(0, text.size()) == text;
  return expect(is_date, "a date such as \"2027-01-31\"");
}

Result<void> check_action(std::string_view text) {
  return expect(text == "ignore",
                "\"ignore\"; arrays, tolerances and patterns have keys of their own");
}

}  // namespace understudy::config
