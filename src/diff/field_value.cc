#include "diff/field_value.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <utility>

#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

using Texts = std::vector<std::string>;

// The parts between separators that stand neither in a quoted string nor in <...>; empty ones are
// dropped (RFC 9110, 5.6.1.2).
std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  bool is_quoted = false, is_bracketed = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool is_end = i == text.size();
    const char c = is_end ? separator : text[i];
    if (is_quoted && c == '\\' && !is_end) {
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

Parameter parameter_of(std::string_view text) {
  const auto equals = text.find('=');
  Parameter result{ascii::to_lower(ascii::trim(text.substr(0, equals))), {}};
  if (equals != text.npos) result.value = unquoted(ascii::trim(text.substr(equals + 1)));
  return result;
}

Texts as_set(Texts texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

// Calls `take` for each element of a list that may stand in several lines.
template <typename Take>
Texts each_element(const std::vector<std::string_view>& values, Take take) {
  Texts result;
  for (const auto line : values) {
    for (const auto element : parts_of(line, ',')) result.push_back(take(element));
  }
  return as_set(std::move(result));
}

// RFC 9110, 5.6.7. The formats are those of the C locale, which is ours.
std::optional<std::time_t> instant_of(std::string_view text) {
  const std::string copy(text);
  for (const auto* const format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const auto* const end = strptime(copy.c_str(), format, &parts);
    if (end != nullptr && *end == '\0') return timegm(&parts);
  }
  return std::nullopt;
}

std::string instant(std::string_view text) {
  const auto seconds = instant_of(text);
  return seconds ? std::to_string(*seconds) : std::string(text);
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
  auto authority = ascii::to_lower(rest.substr(0, end));
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
  Texts parameters;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto parameter = parameter_of(parts[i]);
    if (parameter.name == "charset") parameter.value = ascii::to_lower(parameter.value);
    parameters.push_back(parameter.text());
  }
  std::string result = take(parts.front());
  for (const auto& parameter : as_set(std::move(parameters))) result.append(";").append(parameter);
  return result;
}

std::string link(std::string_view text) {
  return with_parameters(text, [](std::string_view target) {
    const bool is_bracketed = target.size() >= 2 && target.front() == '<' && target.back() == '>';
    return is_bracketed ? url(target.substr(1, target.size() - 2)) : std::string(target);
  });
}

// RFC 6265, 5.2. Cookies are taken away by an expiry that is long past.
std::string cookie(std::string_view line) {
  constexpr std::time_t long_past = 946'684'800;  // the year 2000
  const auto parts = parts_of(line, ';');
  if (parts.empty()) return {};
  const auto equals = std::min(parts.front().find('='), parts.front().size());
  const bool has_value = equals + 1 < parts.front().size();
  Texts attributes;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto attribute = parameter_of(parts[i]);
    if (attribute.name == "expires") {
      const auto at = instant_of(attribute.value);
      attribute.value = at && *at < long_past ? "past" : "";
    } else if (attribute.name != "path") {
      attribute.value = ascii::to_lower(attribute.value);
    }
    if (attribute.name == "domain" && attribute.value.starts_with('.')) attribute.value.erase(0, 1);
    attributes.push_back(attribute.text());
  }
  std::string result(ascii::trim(parts.front().substr(0, equals)));
  result += has_value ? "=*" : "=";
  for (const auto& attribute : as_set(std::move(attributes))) result.append(";").append(attribute);
  return result;
}

using Meaning = Texts (*)(const std::vector<std::string_view>& values);

Texts tokens(const std::vector<std::string_view>& values) {
  return each_element(values, [](std::string_view element) { return ascii::to_lower(element); });
}
Texts methods(const std::vector<std::string_view>& values) {
  return each_element(values, [](std::string_view element) { return std::string(element); });
}
Texts directives(const std::vector<std::string_view>& values) {
  return each_element(values,
                      [](std::string_view element) { return parameter_of(element).text(); });
}
Texts links(const std::vector<std::string_view>& values) {
  return each_element(values, link);
}

template <std::string (*spell)(std::string_view)>
Texts lines(const std::vector<std::string_view>& values) {
  Texts result;
  for (const auto value : values) result.push_back(spell(value));
  return result;
}
std::string type(std::string_view value) {
  return with_parameters(value, [](std::string_view name) { return ascii::to_lower(name); });
}
Texts cookies(const std::vector<std::string_view>& values) {
  return as_set(lines<cookie>(values));
}

constexpr std::array<std::pair<std::string_view, Meaning>, 19> meanings{{
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
    {"set-cookie", cookies},
    {"trailer", tokens},
    {"vary", tokens},
}};

}  // namespace

std::vector<std::string> meaning_of(std::string_view name,
                                    const std::vector<std::string_view>& values) {
  for (const auto& [known, meaning] : meanings) {
    if (ascii::iequals(known, name)) return meaning(values);
  }
  return {values.begin(), values.end()};
}

}  // namespace understudy::diff
