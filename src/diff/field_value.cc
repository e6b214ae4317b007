#include "diff/field_value.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <utility>

#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

using Texts = std::vector<std::string>;
using Values = std::vector<std::string_view>;

// The parts between separators that stand neither in a quoted string nor in <...>; empty ones are
// dropped (RFC 9110, 5.6.1.2).
std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  bool is_quoted = false, is_bracketed = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool is_end = i == text.size();
    const char c = is_end ? separator : text[i];
    if (is_quoted && c == '\\' && i + 1 < text.size()) {
      ++i;
      continue;
    }
    if (!is_bracketed && c == '"') is_quoted = !is_quoted;
    if (!is_quoted && (c == '<' || c == '>')) is_bracketed = c == '<';
    if (!is_end && (c != separator || is_quoted || is_bracketed)) continue;
    const auto part = ascii::trim(text.substr(begin, i - begin));
    if (!part.empty()) parts.push_back(part);
    begin = i + 1;
  }
  return parts;
}

// A quoted string's text (RFC 9110, 5.6.4); anything else as it is.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string result;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    result += text[i];
  }
  return result;
}

// name[=value]
struct Parameter {
  std::string name;  // in lower case
  std::string value;
  std::string text() const { return name + '=' + value; }
};

// The value as it stands, in quotes or not.
Parameter raw_parameter_of(std::string_view text) {
  const auto equals = std::min(text.find('='), text.size());
  const auto value = text.substr(std::min(equals + 1, text.size()));
  return {ascii::to_lower(ascii::trim(text.substr(0, equals))), std::string(ascii::trim(value))};
}

Parameter parameter_of(std::string_view text) {
  auto result = raw_parameter_of(text);
  result.value = unquoted(result.value);
  return result;
}

Texts as_set(Texts texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

// In the order of their names; of one name, in their own.
std::string joined(std::vector<Parameter> parameters) {
  std::stable_sort(parameters.begin(), parameters.end(),
                   [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  std::string result;
  for (const auto& parameter : parameters) result.append("\n").append(parameter.text());
  return result;
}

// The elements of a list that may stand in several lines.
Values elements_of(const Values& lines) {
  Values elements;
  for (const auto line : lines) {
    for (const auto element : parts_of(line, ',')) elements.push_back(element);
  }
  return elements;
}

// What `spell` makes of each.
template <typename Spell>
Texts spelled(const Values& values, Spell spell) {
  Texts result;
  for (const auto value : values) result.push_back(spell(value));
  return result;
}

// RFC 9110, 5.6.7. The formats are those of the C locale, which is ours. Cookies have one more, and
// it is the usual one there.
std::optional<std::time_t> instant_of(std::string_view text) {
  const std::string copy(text);
  for (const auto* const format : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                   "%a %b %e %H:%M:%S %Y", "%a, %d-%b-%Y %H:%M:%S GMT"}) {
    std::tm parts{};
    const auto* const end = strptime(copy.c_str(), format, &parts);
    if (end == nullptr || *end != '\0') continue;
    const auto day = parts.tm_mday;
    const auto seconds = timegm(&parts);
    if (parts.tm_mday == day) return seconds;  // else there is no such day
  }
  return std::nullopt;
}

std::string instant(std::string_view text) {
  const auto seconds = instant_of(text);
  return seconds ? '@' + std::to_string(*seconds) : std::string(text);
}

bool is_unreserved(char c) {
  return ascii::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

int hex_digit(char c) {
  return ascii::is_digit(c) ? c - '0' : ascii::lower(c) - 'a' + 10;
}

// RFC 3986, 6.2.2: %7e is ~, %2f is %2F.
std::string with_plain_escapes(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() && ascii::is_hex(text[i + 1]) &&
                           ascii::is_hex(text[i + 2]);
    if (!is_escape) {
      result += text[i];
      continue;
    }
    const int code = hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]);
    if (is_unreserved(static_cast<char>(code))) {
      result += static_cast<char>(code);
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      result += '%';
      result += digits[static_cast<std::size_t>(code / 16)];
      result += digits[static_cast<std::size_t>(code % 16)];
    }
    i += 2;
  }
  return result;
}

// Scheme and host in any case, a port that the scheme has anyway, no path for "/".
std::string url(std::string_view text) {
  const auto mark = text.find("://");
  if (mark == text.npos || text.find_first_of("/?#") < mark) return with_plain_escapes(text);
  const auto scheme = ascii::to_lower(text.substr(0, mark));
  const auto rest = text.substr(mark + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  // What stands before the host, if anything, is a name and a password.
  const auto at = rest.substr(0, end).rfind('@');
  const auto host = at == rest.npos ? 0 : at + 1;
  auto authority =
      std::string(rest.substr(0, host)) + ascii::to_lower(rest.substr(host, end - host));
  const std::string_view port = scheme == "http" ? ":80" : scheme == "https" ? ":443" : "";
  if (!port.empty() && authority.ends_with(port)) authority.resize(authority.size() - port.size());
  if (authority.ends_with(':')) authority.pop_back();
  const auto path = rest.substr(end);
  const bool has_path = !path.empty() && path.front() == '/';
  return scheme + "://" + authority + (has_path ? "" : "/") + with_plain_escapes(path);
}

// "a; x=1; y=2": the first part by `take`, the parameters in any order.
template <typename Take>
std::string with_parameters(std::string_view text, Take take) {
  const auto parts = parts_of(text, ';');
  if (parts.empty()) return {};
  std::vector<Parameter> parameters;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto parameter = parameter_of(parts[i]);
    if (parameter.name == "charset") parameter.value = ascii::to_lower(parameter.value);
    parameters.push_back(std::move(parameter));
  }
  return take(parts.front()) + joined(std::move(parameters));
}

std::string link(std::string_view text) {
  return with_parameters(text, [](std::string_view target) {
    const bool is_bracketed = target.size() >= 2 && target.front() == '<' && target.back() == '>';
    return is_bracketed ? url(target.substr(1, target.size() - 2)) : std::string(target);
  });
}

// One line of Set-Cookie (RFC 6265, 5.2): unlike elsewhere, quotes mean nothing.
struct Cookie {
  std::string key;   // name, domain and path: a later one with the same takes its place
  std::string text;  // whether there is a value, and the attributes but for the expiry
  std::optional<std::time_t> expires;
};

Cookie cookie_of(std::string_view line) {
  const auto parts = ascii::split(line, ';');
  const auto equals = std::min(parts.front().find('='), parts.front().size());
  Cookie cookie;
  cookie.text = equals + 1 < parts.front().size() ? "*" : "";
  std::vector<Parameter> attributes, scope;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto attribute = raw_parameter_of(parts[i]);
    const bool is_domain = attribute.name == "domain";
    if (attribute.name == "expires") {
      cookie.expires = instant_of(attribute.value);
      if (cookie.expires) attribute.value.clear();
    } else if (attribute.name != "path") {
      attribute.value = ascii::to_lower(attribute.value);
    }
    if (is_domain && attribute.value.starts_with('.')) attribute.value.erase(0, 1);
    (is_domain || attribute.name == "path" ? scope : attributes).push_back(std::move(attribute));
  }
  cookie.key = std::string(ascii::trim(parts.front().substr(0, equals))) + joined(std::move(scope));
  cookie.text += joined(std::move(attributes));
  return cookie;
}

std::vector<Cookie> cookies_of(const Values& lines) {
  std::vector<Cookie> cookies;
  for (const auto line : lines) cookies.push_back(cookie_of(line));
  std::stable_sort(cookies.begin(), cookies.end(),
                   [](const Cookie& a, const Cookie& b) { return a.key < b.key; });
  return cookies;
}

// An expiry is so long from now: each side has its own now.
bool same_expiry(const std::optional<std::time_t>& a, const std::optional<std::time_t>& b) {
  constexpr std::time_t most_seconds_apart = 60;
  if (!a || !b) return a.has_value() == b.has_value();
  return std::abs(*a - *b) <= most_seconds_apart;
}

bool same_cookies(const Values& a, const Values& b) {
  const auto left = cookies_of(a), right = cookies_of(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Cookie& one, const Cookie& other) {
                      return one.key == other.key && one.text == other.text &&
                             same_expiry(one.expires, other.expires);
                    });
}

using Meaning = Texts (*)(const Values& values);

Texts tokens(const Values& values) {
  return as_set(spelled(elements_of(values), ascii::to_lower));
}
Texts methods(const Values& values) {
  const auto elements = elements_of(values);
  return as_set({elements.begin(), elements.end()});
}
Texts directives(const Values& values) {
  std::vector<Parameter> all;
  for (const auto element : elements_of(values)) all.push_back(parameter_of(element));
  return {joined(std::move(all))};
}
Texts links(const Values& values) {
  return as_set(spelled(elements_of(values), link));
}

template <std::string (*spell)(std::string_view)>
Texts lines(const Values& values) {
  return spelled(values, spell);
}
std::string type(std::string_view value) {
  return with_parameters(value, [](std::string_view name) { return ascii::to_lower(name); });
}

constexpr std::array<std::pair<std::string_view, Meaning>, 22> meanings{{
    {"accept", tokens},
    {"accept-ch", tokens},
    {"accept-encoding", tokens},
    {"accept-language", tokens},
    {"accept-patch", tokens},
    {"accept-post", tokens},
    {"accept-ranges", tokens},
    {"access-control-allow-headers", tokens},
    {"access-control-allow-methods", methods},
    {"access-control-expose-headers", tokens},
    {"allow", methods},
    {"cache-control", directives},
    {"content-location", lines<url>},
    {"content-type", lines<type>},
    {"date", lines<instant>},
    {"expires", lines<instant>},
    {"last-modified", lines<instant>},
    {"link", links},
    {"location", lines<url>},
    {"retry-after", lines<instant>},
    {"trailer", tokens},
    {"vary", tokens},
}};

}  // namespace

bool say_the_same(std::string_view name, const std::vector<std::string_view>& a,
                  const std::vector<std::string_view>& b) {
  if (ascii::iequals(name, "set-cookie")) return same_cookies(a, b);
  for (const auto& [known, meaning] : meanings) {
    if (ascii::iequals(known, name)) return meaning(a) == meaning(b);
  }
  return a == b;
}

}  // namespace understudy::diff
