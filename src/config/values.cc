#include "understudy/config/values.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "config/checks.h"
#include "understudy/base/ascii.h"

namespace understudy::config {
namespace {

Error expected(std::string detail) {
  return {Code::bad_config, Leg::self, std::move(detail)};
}

// A number and what follows it: "250" and "ms".
struct Measure {
  std::uint64_t count = 0;
  std::string_view unit;
};

std::optional<Measure> split_measure(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && ascii::is_digit(text[digits])) ++digits;
  const auto count = ascii::to_number(text.substr(0, digits));
  if (!count) return std::nullopt;
  return Measure{*count, ascii::trim(text.substr(digits))};
}

// A unit, what it is worth in the smallest one, and how many of it make it the one to print.
struct Unit {
  std::string_view name;
  std::uint64_t worth;
  std::uint64_t printed_from;
};

// "60s" and "90s" read better than "1m" and "90s".
constexpr std::array<Unit, 5> time_units = {{{"h", 3'600'000'000, 1},
                                             {"m", 60'000'000, 2},
                                             {"s", 1'000'000, 1},
                                             {"ms", 1000, 1},
                                             {"us", 1, 0}}};

constexpr std::array<Unit, 7> size_units = {{{"GiB", std::uint64_t{1} << 30, 1},
                                             {"MiB", std::uint64_t{1} << 20, 1},
                                             {"KiB", std::uint64_t{1} << 10, 1},
                                             {"B", 1, 0},
                                             {"GB", 1'000'000'000, 0},
                                             {"MB", 1'000'000, 0},
                                             {"KB", 1000, 0}}};

template <std::size_t size>
std::optional<std::uint64_t> parse_measure(std::string_view text,
                                           const std::array<Unit, size>& units) {
  const auto measure = split_measure(text);
  if (!measure) return std::nullopt;
  for (const auto& unit : units) {
    if (unit.name != measure->unit) continue;
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (measure->count > most / unit.worth) return std::nullopt;
    return measure->count * unit.worth;
  }
  return std::nullopt;
}

template <std::size_t size>
std::string print_measure(std::uint64_t amount, const std::array<Unit, size>& units) {
  for (const auto& unit : units) {
    const bool fits = amount % unit.worth == 0 && amount / unit.worth >= unit.printed_from;
    if (fits) return fmt::format("{}{}", amount / unit.worth, unit.name);
  }
  return fmt::format("{}", amount);
}

constexpr std::string_view http_port = "80";
constexpr std::string_view https_port = "443";
constexpr std::string_view url_form = "a URL such as \"http://10.0.0.1:8080\"";

// What stands after the scheme: host and port, nothing else.
Result<std::string_view> authority_of(std::string_view rest) {
  const auto end = rest.find_first_of("/?#");
  const auto authority = rest.substr(0, end);
  const auto tail = end == rest.npos ? std::string_view() : rest.substr(end);
  if (authority.find('@') != authority.npos) {
    return expected(fmt::format("{} without user or password", url_form));
  }
  if (!tail.empty() && tail != "/") {
    return expected(fmt::format("{} without path, query or fragment", url_form));
  }
  return authority;
}

Result<std::string_view> without_scheme(std::string_view text) {
  const auto colon = text.find("://");
  const std::string scheme = ascii::to_lower(text.substr(0, colon));
  if (colon != text.npos && (scheme == "http" || scheme == "https")) return text.substr(colon + 3);
  return expected(std::string(url_form));
}

Result<Url> parse_unix_url(std::string_view text) {
  if (!check_listen(text)) {
    return expected("a path of 1 to 107 bytes behind \"unix:\", such as \"unix:/run/app.sock\"");
  }
  Url url;
  url.text = url.host = std::string(text);
  url.authority = "localhost";
  return url;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto amount = parse_measure(text, time_units);
  if (!amount) return expected("a duration such as \"250ms\", \"10s\" or \"5m\"");
  return Duration(static_cast<std::int64_t>(*amount));
}

std::string print_duration(Duration duration) {
  if (duration.count() == 0) return "0s";
  return print_measure(static_cast<std::uint64_t>(duration.count()), time_units);
}

Result<std::size_t> parse_size(std::string_view text) {
  const auto amount = parse_measure(text, size_units);
  if (!amount) return expected("a size such as \"64KiB\", \"1MiB\" or \"4GiB\"");
  return static_cast<std::size_t>(*amount);
}

std::string print_size(std::size_t bytes) {
  if (bytes == 0) return "0B";
  return print_measure(bytes, size_units);
}

Result<Url> parse_url(std::string_view text) {
  if (text.substr(0, 5) == "unix:") return parse_unix_url(text);
  const auto rest = without_scheme(text);
  if (!rest) return rest.error();
  const auto authority = authority_of(*rest);
  if (!authority) return authority.error();
  const bool is_v6 = authority->substr(0, 1) == "[";
  const auto colon = authority->find(':', is_v6 ? authority->find(']') : 0);
  const auto host = authority->substr(0, colon);
  const bool is_https = ascii::iequals(text.substr(0, 5), "https");
  const auto usual_port = is_https ? https_port : http_port;
  const auto port_text = colon == authority->npos ? usual_port : authority->substr(colon + 1);
  const auto port = ascii::to_number(port_text);
  if (!port || *port == 0 || *port > std::numeric_limits<std::uint16_t>::max()) {
    return expected(fmt::format("{} with a port from 1 to 65535", url_form));
  }
  if (!check_host(host)) return expected(fmt::format("{} with a valid host", url_form));

  Url url;
  url.text = std::string(text);
  url.is_https = is_https;
  url.host = std::string(is_v6 ? host.substr(1, host.size() - 2) : host);
  url.port = static_cast<std::uint16_t>(*port);
  url.authority =
      std::to_string(*port) == usual_port ? std::string(host) : fmt::format("{}:{}", host, *port);
  return url;
}

std::vector<std::string> listen_names(const Config& config) {
  std::vector<std::string> names;
  for (const auto& listen : config.listen) {
    auto name = listen.address;
    for (int i = 2; std::find(names.begin(), names.end(), name) != names.end(); ++i) {
      name = fmt::format("{} ({})", listen.address, i);
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string print_number(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

}  // namespace understudy::config
