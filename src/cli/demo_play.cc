#include "cli/demo_play.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "understudy/base/ascii.h"
#include "understudy/base/hash.h"
#include "understudy/json/writer.h"

namespace understudy::cli::play {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t customers = 50;
constexpr std::uint64_t products = 400;
constexpr std::uint64_t lost_account = 42;  // the one whose status is wrong
constexpr std::uint64_t dear_products = 7;  // one of so many got another price
constexpr std::uint64_t broken_pages = 4;   // one of so many recommendations is an error page
constexpr Duration slow = 40ms;
constexpr int cents = 100;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view error_page =
    "<!doctype html><html><head><title>Oops</title></head>"
    "<body><h1>Something went wrong</h1><p>Please try again later.</p></body></html>";

// A price in cents that depends on the product alone.
std::uint64_t price_of(std::uint64_t id) {
  return 199 + id * 137 % 9000;
}

std::string amount(std::uint64_t value) {
  return fmt::format("{}.{:02}", value / cents, value % cents);
}

// Where the identifier stands in a target such as "/users/{id}".
struct Place {
  std::string_view method;
  std::string_view prefix;
  bool has_id;
};

std::optional<std::uint64_t> id_in(std::string_view target, const Place& place) {
  const auto path = target.substr(0, target.find('?'));
  if (!place.has_id) return path == place.prefix ? std::optional<std::uint64_t>(0) : std::nullopt;
  if (path.substr(0, place.prefix.size()) != place.prefix) return std::nullopt;
  return ascii::to_number(path.substr(place.prefix.size()));
}

}  // namespace

Request request(std::uint64_t number) {
  // How often each kind comes in a round of twenty.
  constexpr std::array<std::uint64_t, 10> last = {6, 9, 11, 12, 13, 14, 16, 17, 18, 19};
  constexpr std::uint64_t round = 20;
  const auto slot = number % round;
  const auto turn = number / round;
  const auto product = 1000 + (turn * 7 + slot) % products;
  const auto customer = 1 + (turn * 3 + slot) % customers;
  const auto kind = std::lower_bound(last.begin(), last.end(), slot) - last.begin();
  switch (kind) {
    case 0:
      return {"GET", fmt::format("/products/{}", product), ""};
    case 1:
      return {"GET", fmt::format("/users/{}", customer), ""};
    case 2:
      return {"GET", fmt::format("/orders/{}", product), ""};
    case 3:
      return {"GET", fmt::format("/catalog?page={}", turn % 5), ""};
    case 4:
      return {"GET", "/images/logo.svg", ""};
    case 5:
      return {"GET", fmt::format("/accounts/{}", 1 + turn % customers), ""};
    case 6:
      return {"GET", fmt::format("/search?q=shoes&page={}", turn % 5), ""};
    case 7:
      return {"GET", fmt::format("/recommendations/{}", customer), ""};
    case 8:
      return {"POST", "/orders",
              fmt::format(R"({{"product":{},"quantity":{}}})", product, 1 + turn % 3)};
    default:
      return {"GET", "/health", ""};
  }
}

Actor::Actor(Role role, std::uint64_t seed, const Clock& clock)
    : role_(role), seed_(seed), clock_(clock) {}

Answer Actor::answer(const Request& request) {
  struct Part {
    Place place;
    Scene scene;
  };
  static const std::array<Part, 10> parts = {{
      {{"GET", "/products/", true}, &Actor::product},
      {{"GET", "/users/", true}, &Actor::user},
      {{"GET", "/orders/", true}, &Actor::order},
      {{"POST", "/orders", false}, &Actor::new_order},
      {{"GET", "/catalog", false}, &Actor::catalog},
      {{"GET", "/accounts/", true}, &Actor::account},
      {{"GET", "/recommendations/", true}, &Actor::recommendations},
      {{"GET", "/search", false}, &Actor::search},
      {{"GET", "/images/logo.svg", false}, &Actor::logo},
      {{"GET", "/health", false}, &Actor::health},
  }};
  Answer answer;
  answer.delay = std::chrono::milliseconds(1 + noise() % 3);
  answer.fields.add("Server", is_shadow() ? "shop/2.0" : "shop/1.9");
  answer.fields.add("X-Request-Id", to_hex(noise()));
  for (const auto& [place, scene] : parts) {
    const auto id = id_in(request.target, place);
    if (place.method != request.method || !id) continue;
    (this->*scene)(answer, *id);
    return answer;
  }
  answer.status = 404;
  answer.body = "no such page\n";
  return answer;
}

std::uint64_t Actor::noise() {
  ++drawn_;
  return hash64({reinterpret_cast<const char*>(&drawn_), sizeof drawn_}, seed_);
}

// Fault: a changed price. Noise: the tags have no order.
void Actor::product(Answer& answer, std::uint64_t id) {
  const bool is_dear = is_shadow() && id % dear_products == 3;
  const auto price = price_of(id) + (is_dear ? 1 : 0);  // rounded the other way
  answer.fields.add("Content-Type", json_type);
  answer.fields.add("Cache-Control", "max-age=60");
  answer.body = fmt::format(
      R"({{"id":{},"name":"Shoe no. {}","price":{},"currency":"EUR","stock":{},"tags":{},{}}})", id,
      id, amount(price), id % 13, shuffled_tags(), noisy_end());
}

// Fault: a missing field.
void Actor::user(Answer& answer, std::uint64_t id) {
  answer.fields.add("Content-Type", json_type);
  answer.body = fmt::format(R"({{"id":{},"name":"Customer {}","email":"customer{}@example.com",)"
                            R"("address":{{"city":"Bremen"{}}},{}}})",
                            id, id, id, is_shadow() ? "" : R"(,"zip":"28195")", noisy_end());
}

// Fault: a number that became a string.
void Actor::order(Answer& answer, std::uint64_t id) {
  const auto total = amount(price_of(id) * 2);
  answer.fields.add("Content-Type", json_type);
  answer.body = fmt::format(
      R"({{"id":{},"lines":[{{"product":{},"quantity":2}}],"total":{},"currency":"EUR",{}}})", id,
      id, is_shadow() ? '"' + total + '"' : total, noisy_end());
}

// No fault: writes are mirrored, too. Noise: the new order's number.
void Actor::new_order(Answer& answer, std::uint64_t) {
  answer.status = 201;
  answer.fields.add("Content-Type", json_type);
  answer.body =
      fmt::format(R"({{"order":"{}","state":"accepted",{}}})", to_hex(noise()), noisy_end());
}

// Fault: a reordered array.
void Actor::catalog(Answer& answer, std::uint64_t) {
  std::vector<std::uint64_t> ids = {1003, 1001, 1007, 1002, 1009};
  if (is_shadow()) std::sort(ids.begin(), ids.end());
  std::string items;
  for (const auto id : ids) {
    items += fmt::format(R"({}{{"id":{},"price":{}}})", items.empty() ? "" : ",", id,
                         amount(price_of(id)));
  }
  answer.fields.add("Content-Type", json_type);
  answer.body = fmt::format(R"({{"items":[{}],{}}})", items, noisy_end());
}

// Fault: a wrong status for one id.
void Actor::account(Answer& answer, std::uint64_t id) {
  answer.fields.add("Content-Type", json_type);
  if (is_shadow() && id == lost_account) {
    answer.status = 404;
    answer.body = R"({"error":"no such account"})";
    return;
  }
  answer.body = fmt::format(R"({{"id":{},"balance":{},{}}})", id, amount(id * 1000), noisy_end());
}

// Fault: an error page that says 200.
void Actor::recommendations(Answer& answer, std::uint64_t id) {
  if (is_shadow() && id % broken_pages == 0) {
    answer.fields.add("Content-Type", "text/html; charset=utf-8");
    answer.body = error_page;
    return;
  }
  answer.fields.add("Content-Type", json_type);
  answer.body =
      fmt::format(R"({{"for":{},"products":[{},{}],{}}})", id, 1000 + id, 1001 + id, noisy_end());
}

// Fault: slow.
void Actor::search(Answer& answer, std::uint64_t) {
  if (is_shadow()) answer.delay = slow;
  answer.fields.add("Content-Type", json_type);
  answer.body = fmt::format(R"({{"hits":[1001,1002],"total":2,{}}})", noisy_end());
}

// Fault: a lost header.
void Actor::logo(Answer& answer, std::uint64_t) {
  answer.fields.add("Content-Type", "image/svg+xml");
  if (!is_shadow()) answer.fields.add("Cache-Control", "public, max-age=86400");
  answer.body = R"(<svg xmlns="http://www.w3.org/2000/svg"><circle r="10"/></svg>)";
}

void Actor::health(Answer& answer, std::uint64_t) {
  answer.fields.add("Content-Type", "text/plain");
  answer.body = "ok\n";
}

std::string Actor::shuffled_tags() {
  std::array<std::string_view, 4> tags = {"new", "sale", "summer", "leather"};
  for (std::size_t i = tags.size() - 1; i > 0; --i) std::swap(tags[i], tags[noise() % (i + 1)]);
  return fmt::format(R"(["{}","{}","{}","{}"])", tags[0], tags[1], tags[2], tags[3]);
}

// A clock and a random id, as most services have them.
std::string Actor::noisy_end() {
  return fmt::format(R"("served_at":"{}","trace":"{}")", to_rfc3339(clock_.wall()),
                     to_hex(noise()));
}

const std::vector<Fault>& planted_faults() {
  static const std::vector<Fault> faults = {
      {"GET /products/{id}", "/price", "a changed price"},
      {"GET /users/{id}", "/address/zip", "a missing field"},
      {"GET /orders/{id}", "/total", "a number that became a string"},
      {"GET /catalog", "/items", "a reordered array"},
      {"GET /images/logo.svg", "header:Cache-Control", "a lost header"},
      {"GET /accounts/{id}", "status", "a wrong status for one id"},
      {"GET /recommendations/{id}", "body", "an HTML error page with status 200"},
      {"GET /search", "", "a slow endpoint"},
  };
  return faults;
}

std::string_view configuration() {
  return R"(# Left by `understudy demo`, which ran with this; only addresses and log were others.
# Put your own services into [primary] and [[shadow]], then: understudy run -c <this file>

[[listen]]
address = "127.0.0.1:8080"

[server]
drain_timeout = "5s"

[primary]
url = "http://127.0.0.1:9001"

[[shadow]]
name         = "new-version"
url          = "http://127.0.0.1:9002"
max_inflight = 1024

# What differs between any two answers of this shop and means nothing.

[[diff.rule]]
path   = "header:X-Request-Id"
action = "ignore"
reason = "random id"

[[diff.rule]]
path   = "/trace"
action = "ignore"
reason = "random id"

[[diff.rule]]
path   = "/served_at"
action = "ignore"
reason = "clock"

[[diff.rule]]
endpoint = "POST /orders"
path     = "/order"
action   = "ignore"
reason   = "random id"

[[diff.rule]]
endpoint = "GET /products/{id}"
path     = "/tags"
array    = "set"
reason   = "random order"

[log]
path = "understudy-log"
)";
}

}  // namespace understudy::cli::play
