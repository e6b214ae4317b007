#include "diff/value_class.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "understudy/base/hash.h"
#include "understudy/base/limits.h"

using namespace understudy;
using diff::Lean;
using diff::ValueClass;

namespace {

const WallTime now = *from_rfc3339("2026-11-28T20:10:54Z");

struct Row {
  ValueClass expected;
  std::string primary;
  std::string shadow;
};

// Both ways round; and within other text, which changes nothing.
void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    const auto expected = row.expected;
    const auto &primary = row.primary, &shadow = row.shadow;
    CAPTURE(primary);
    CAPTURE(shadow);
    CHECK(diff::name(diff::common_class(primary, shadow, now)) == diff::name(expected));
    CHECK(diff::name(diff::common_class(shadow, primary, now)) == diff::name(expected));
    const auto left = "<a b='" + primary + "' c>", right = "<a b='" + shadow + "' c>";
    CHECK(diff::name(diff::common_class(left, right, now)) == diff::name(expected));
  }
}

// Rows of one class.
void check(ValueClass expected, const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<Row> rows;
  for (const auto& [primary, shadow] : pairs) rows.push_back({expected, primary, shadow});
  check(rows);
}

// Digits that look random.
std::string random_text(unsigned seed, std::string_view alphabet, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const auto hash = keyed_hash64("test", std::to_string(seed) + "/" + std::to_string(i));
    text += alphabet[hash % alphabet.size()];
  }
  return text;
}

// Of so many pairs of random texts, how many in a hundred are tokens.
double found_percent(std::string_view alphabet, std::size_t size) {
  constexpr unsigned pairs = 2000;
  unsigned found = 0;
  for (unsigned i = 0; i < pairs; ++i) {
    const auto left = random_text(2 * i, alphabet, size);
    const auto right = random_text(2 * i + 1, alphabet, size);
    if (diff::common_class(left, right, now) == ValueClass::token) ++found;
  }
  return found * 100.0 / pairs;
}

constexpr std::string_view hex = "0123456789abcdef";
constexpr std::string_view base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view base62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view base64 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
constexpr std::string_view base64url =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

TEST_CASE("value class: moments of one form close to the request are times") {
  check(
      ValueClass::time,
      {
          {"2026-11-28T20:10:54Z", "2026-11-28T20:10:55Z"},
          {"2026-11-28T20:10:54.123Z", "2026-11-28T20:10:54.125Z"},
          {"2026-11-28T20:10:59.999+00:00", "2026-11-28T20:11:00.001+00:00"},
          {"2026-11-28T21:10:54+01:00", "2026-11-28T21:10:55+01:00"},
          {"2026-11-29T05:10:54", "2026-11-29T05:10:55"},
          {"2026-11-28 20:10:54", "2026-11-28 20:10:56"},
          {"2026-11-28 20:10:54.1 +0000 UTC", "2026-11-28 20:10:54.8 +0000 UTC"},
          {"2026/11/28 20:10:54", "2026/11/28 20:10:58"},
          {"20261128T201054Z", "20261128T201055Z"},
          {"20261128201054", "20261128201055"},
          {"2026-11-28T20:10:54,123", "2026-11-28T20:10:54,456"},
          {"Sat, 28 Nov 2026 20:10:54 GMT", "Sat, 28 Nov 2026 20:10:55 GMT"},
          {"Sat, 28-Nov-2026 23:59:59 GMT", "Sun, 29-Nov-2026 00:00:00 GMT"},
          {"Sat Nov 28 20:10:54 2026", "Sat Nov 28 20:10:55 2026"},
          {"Sat Nov 28 2026 20:10:54 GMT+0000", "Sat Nov 28 2026 20:10:55 GMT+0000"},
          {"28/Nov/2026:20:10:54 +0000", "28/Nov/2026:20:10:55 +0000"},
          {"1795896654", "1795896655"},
          {"1795896654123", "1795896654999"},
          {"1795896654123456", "1795896654123457"},
          {"1795896654123456789", "1795896655123456789"},
          {"1795896654.25", "1795896654.75"},
          {"evt-1795896654123", "evt-1795896654124"},
          {"from 2026-11-28T20:10:54Z to 2026-11-28T21:10:54Z",
           "from 2026-11-28T20:10:55Z to 2026-11-28T21:10:55Z"},
          {"max-age=60, expires 2026-11-30T20:10:54Z", "max-age=60, expires 2026-11-30T20:10:55Z"},
      });
}

TEST_CASE("value class: a fraction may lack zeros at its end, and no more") {
  check({{ValueClass::time, "2026-11-28T20:10:54.12Z", "2026-11-28T20:10:54.125Z"},
         {ValueClass::time, "2026-11-28T20:10:54.1234567Z", "2026-11-28T20:10:54.123456789Z"},
         {ValueClass::time, "1795896654.12", "1795896654.123"},
         {ValueClass::none, "2026-11-28T20:10:54.120Z", "2026-11-28T20:10:54.12Z"},
         {ValueClass::none, "2026-11-28T20:10:54.123Z", "2026-11-28T20:10:54.123456Z"},
         {ValueClass::none, "2026-11-28T20:10:54.123Z", "2026-11-28T20:10:54Z"},
         {ValueClass::none, "2026-11-28T20:10:54.000Z", "2026-11-28T20:10:55Z"},
         {ValueClass::none, "1795896654.12", "1795896654"},
         {ValueClass::none, "2026-11-28T20:10:54.1234567891Z", "2026-11-28T20:10:54.1234567892Z"}});
}

TEST_CASE("value class: other forms, zones, hours and days are no times") {
  check(ValueClass::none,
        {
            {"2026-11-28T20:10:54Z", "2026-11-28T21:10:54Z"},  // an hour
            {"2026-11-28T20:10:54Z", "2026-11-28T20:11:24Z"},  // half a minute
            {"2026-11-20T20:10:54Z", "2026-11-20T20:10:55Z"},  // not now
            {"2025-11-28T20:10:54Z", "2025-11-28T20:10:55Z"},
            {"2026-12-28T20:10:54Z", "2026-12-28T20:10:55Z"},
            {"2026-11-28T20:10:54Z", "2026-11-28T20:10:55+00:00"},  // the zone
            {"2026-11-28T20:10:54Z", "2026-11-28T20:10:54+00:00"},
            {"2026-11-28T20:10:54Z", "2026-11-28T20:10:55"},
            {"2026-11-28T20:10:54+00:00", "2026-11-28T20:10:55+01:00"},
            {"2026-11-28T20:10:54+00:00", "2026-11-28T20:10:55+0000"},
            {"2026-11-28T20:10:54Z", "2026-11-28 20:10:55Z"},  // the form
            {"2026-11-28T20:10:54Z", "2026-11-28t20:10:55Z"},
            {"2026-11-28T20:10:54", "2026/11/28T20:10:55"},
            {"2026-11-28T20:10:54.1Z", "2026-11-28T20:10:54,2Z"},
            {"Sat, 28 Nov 2026 20:10:54 GMT", "Sat, 28-Nov-2026 20:10:55 GMT"},
            {"Sat, 28 Nov 2026 20:10:54 GMT", "Sat, 28 Nov 2026 20:10:55 UTC"},
            {"Sat, 28 Nov 2026 20:10:54 GMT", "2026-11-28T20:10:55Z"},
            {"1795896654", "1795896654123"},  // the unit
            {"1795896654", "1795900254"},
            {"1795896654123", "1795896660123"},
            {"1732012345", "1732012346"},
            {"-1795896654", "-1795896655"},
            {"0.1795896654", "0.1795896655"},
            {"3.1795896654123", "3.1795896654124"},
            {"2026-11-28", "2026-11-29"},  // a date, a time of day
            {"2026-11-28T20:10Z", "2026-11-28T20:11Z"},
            {"20261128", "20261129"},
            {"20:10:54", "20:10:55"},
            {"2026-13-28T20:10:54Z", "2026-13-28T20:10:55Z"},  // no such month, hour
            {"2026-11-28T24:10:54Z", "2026-11-28T24:10:55Z"},
            {"Sat Foo 28 20:10:54 2026", "Sat Foo 28 20:10:55 2026"},
            {"2026-11-28T20:10:54Z ok", "2026-11-28T20:10:55Z no"},  // and something else
            {"2026-11-28T20:10:54Z v1", "2026-11-28T20:10:55Z v2"},
            {"from 2026-11-28T20:10:54Z to 2026-11-28T21:10:54Z",
             "from 2026-11-28T20:10:55Z to 2026-11-28T22:10:55Z"},
        });
}

TEST_CASE("value class: UUIDs of one kind are UUIDs") {
  check({
      {ValueClass::uuid, "0f8fad5b-d9cb-469f-a165-70867728950e",
       "7c9e6679-7425-40de-944b-e07fc1f90ae7"},
      {ValueClass::uuid, "{0F8FAD5B-D9CB-469F-A165-70867728950E}",
       "{7C9E6679-7425-40DE-944B-E07FC1F90AE7}"},
      {ValueClass::uuid, "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e",
       "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950f"},
      {ValueClass::uuid, "/orders/0f8fad5b-d9cb-469f-a165-70867728950e/items",
       "/orders/7c9e6679-7425-40de-944b-e07fc1f90ae7/items"},
      {ValueClass::uuid, "0193766a-0f1b-7cde-8f01-23456789abcd",
       "0193766a-0f1c-7abc-9f01-23456789abce"},
      {ValueClass::none, "0f8fad5b-d9cb-469f-a165-70867728950e",
       "7c9e6679-7425-10de-944b-e07fc1f90ae7"},
      {ValueClass::none, "0f8fad5b-d9cb-469f-a165-70867728950e",
       "7c9e6679-7425-40de-144b-e07fc1f90ae7"},
      {ValueClass::none, "0f8fad5b-d9cb-469f-a165-70867728950e",
       "7C9E6679-7425-40DE-944B-E07FC1F90AE7"},
      {ValueClass::none, "0f8fad5b-d9cb-469f-a165-70867728950e",
       "00000000-0000-0000-0000-000000000000"},
      {ValueClass::none, "0f8fad5b-d9cb-469f-a165-70867728950e",
       "7c9e6679742540de944be07fc1f90ae7"},
      {ValueClass::none, "{0f8fad5b-d9cb-469f-a165-70867728950e}",
       "7c9e6679-7425-40de-944b-e07fc1f90ae7"},
      {ValueClass::none, "0f8fad5b-d9cb-469f-a165-70867728950e",
       "7c9e6679-7425-40de-944b-e07fc1f90ag7"},
      {ValueClass::none, "/orders/0f8fad5b-d9cb-469f-a165-70867728950e/items",
       "/orders/7c9e6679-7425-40de-944b-e07fc1f90ae7/lines"},
  });
}

TEST_CASE("value class: texts that look random in the same way are tokens") {
  check(
      ValueClass::token,
      {
          {"8f3a09c1", "1b2e77d0"},
          {"req_8f3a09c1", "req_1b2e77d0"},
          {"sess-4bf92f3577b34da6a3ce929d0e0e4736", "sess-0af7651916cd43dd8448eb211c80319c"},
          {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
          {"Root=1-6b0b354e-4bf92f3577b34da6a3ce929d", "Root=1-6b0b354f-0af7651916cd43dd8448eb21"},
          {"W/\"8f3a09c1d2e4\"", "W/\"1b2e77d0aa31\""},
          {"65a1b2c3d4e5f6a7b8c9d0e1", "65a1b2c3d4e5f6a7b8c9d0e2"},
          {"01JDQ8Z4X5K3N7P2R9T6V1W8Y0", "01JDQ8Z4XB7C1D9E3F5G2H4J6K"},
          {"cus_9s6XKzkNRiz8i3", "cus_Qh4ZtPw2LmYx7b"},
          {"2XkQ9vZbR4tYw8LmN3pHs6Jd1Fa", "2XkQ9wAcT5uXv7KnM4qGr9He2Gb"},
          {"dQw4w9WgXcQ8zR1k/7Vt+A==", "Zm9vYmFy1Qx+Rt5o8LpWnB=="},
          {"nonce-rT7xQ2mB9kLpZs4w", "nonce-Yv3nD8hGf6CjXa1e"},
          {"V1StGXR8_Z5jdHi6B-myT", "Uakgb_J5m9g-0JDMbcJqL"},
          {"main.8f3a09c1.js", "main.1b2e77d0.js"},
          {"7d9f8b6c5d-x2k4q", "6c8b4f7d9c-m5z8w"},
          {"request 8f3a09c1 took", "request 1b2e77d0 took"},
          {"https://cdn.example/a.png?expires=1795900254&signature=Zm9vYmFy1Qx2Rt5o8LpW",
           "https://cdn.example/a.png?expires=1795900255&signature=dQw4w9WgXcQ8zR1k7VtA"},
          {"?sig=dQw4w9WgXcQ8zR1k%2F7VtA%3D&se=1", "?sig=Zm9vYmFy1Qx%2BRt5o8LpWn%3D&se=1"},
          {"<input name=\"csrf\" value=\"8f3a09c1d2e4b5a6\">",
           "<input name=\"csrf\" value=\"1b2e77d0aa319c8f\">"},
          {"/files/0f8fad5b-d9cb-469f-a165-70867728950e?t=1795896654",
           "/files/7c9e6679-7425-40de-944b-e07fc1f90ae7?t=1795896655"},
          {"2126770830430982151", "2126770833786429449"},
          {"1576329560973115469", "1576329561350602753"},
          {"eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU4OTY2NTR9.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_"
           "wW1gFWFOEjXk",
           "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU4OTY2NTV9."
           "Zm9vYmFy1Qx2Rt5o8LpWnBdQw4w9WgXcQ8zR1k7VtAx"},
          {"Bearer eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU4OTY2NTR9.dBjftJeZ4CVP",
           "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU4OTY2NTR9YWJj.Zm9vYmFy1Qx2"},
      });
}

TEST_CASE("value class: words, names, numbers and codes are no tokens") {
  check(ValueClass::none, {
                              {"Order 1001", "Order 1002"},
                              {"v1.2.3", "v1.2.4"},
                              {"Alice", "Maria"},
                              {"Alice Johnson", "Maria Thomson"},
                              {"JohnSmith1984", "MaryJones2001"},
                              {"PENDING_REVIEW", "APPROVED_FINAL"},
                              {"PENDING", "SHIPPED"},
                              {"PAYMENT_PENDING_REVIEW_2", "PAYMENT_REFUSED_FINALLY3"},
                              {"12.99", "13.99"},
                              {"EUR 12.99", "USD 12.99"},
                              {"2026-01-01", "2026-01-02"},
                              {"#ff8800", "#ff8801"},
                              {"#ff8800cc", "#11aa22bb"},
                              {"%2020e2F50e}", "%K9fcf10ae7}"},
                              {"DE", "FR"},
                              {"de_DE", "fr_FR"},
                              {"AB-1234", "AB-1235"},
                              {"SKU-2024A001", "SKU-2024A002"},
                              {"AB12CD34", "XY98ZW76"},
                              {"+49 30 1234567", "+49 30 1234568"},
                              {"4930123456789", "4930123456788"},
                              {"10.0.0.1", "10.0.0.2"},
                              {"192.168.100.101", "192.168.100.102"},
                              {"DE89370400440532013000", "DE02120300000000202051"},
                              {"4111111111111111", "5500005555555559"},
                              {"123456789012345678", "123456789012345679"},
                              {"12345678", "87654321"},
                              {"summer-sale-2025", "winter-sale-2026"},
                              {"/users/1234567/orders", "/users/1234568/orders"},
                              {"internationalization", "internationalisation"},
                              {"getUserByName", "getUserByMail"},
                              {"application/json", "application/text"},
                              {"max-age=3600", "max-age=7200"},
                              {"took 12 ms", "took 15 ms"},
                              {"0.0123456789", "0.9876543210"},
                              {"true", "none"},
                              {"", "8f3a09c1"},
                              {"8f3a09c1d2e4", "8f3a09c1d2"},
                              {"8F3A09C1D2E4", "1b2e77d0aa31"},
                              {"8f3a09c1d2e4b5a6", "zk3x09w1v2u4t5s6"},
                              {"req_8f3a09c1", "res_1b2e77d0"},
                              {"session_8f3a09c1d2e4b5a6", "request_1b2e77d0aa319c8f"},
                              {"8f3a09c1d2e4b5a6-prod", "1b2e77d0aa319c8f-test"},
                              {"dQw4w9WgXcQ8zR1k7VtA", "Zm9vYmFy1Qx2Rt5o8LpWnBdQ"},
                              {"dQw4w9WgXcQ8zR1k7VtABCD=", "Zm9vYmFy1Qx2Rt5o8LpWnB=="},
                              {"dQw4w9Wg+cQ8zR1k/VtABCDE", "Zm9vYmFy-Qx2Rt5o_LpWnBcd"},
                              {"request 8f3a09c1 took 3", "request 1b2e77d0 took 4"},
                              {"8f3a09c1 Alice", "1b2e77d0 Maria"},
                              {"eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU4OTY2NTR9.dBjftJeZ4CVP",
                               "eyJhbGciOiJub25lIn0.eyJpYXQiOjE3OTU4OTY2NTR9.Zm9vYmFy1Qx2"},
                              {"eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU4OTY2NTR9.dBjftJeZ4CVP",
                               "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU4OTY2NTR9.Zm9vYmFy1Qx2Rt5o"},
                              {"caf\xc3\xa9", "caf\xc3\xa8"},
                          });
}

TEST_CASE("value class: nearly all random texts are seen as such") {
  CHECK(found_percent(hex, 8) > 90);
  CHECK(found_percent(hex, 16) > 99);
  CHECK(found_percent(hex, 32) > 99);
  CHECK(found_percent(base36, 12) > 75);
  CHECK(found_percent(base36, 25) > 95);
  CHECK(found_percent(base62, 11) > 80);
  CHECK(found_percent(base62, 16) > 90);
  CHECK(found_percent(base62, 22) > 95);
  CHECK(found_percent(base62, 32) > 99);
  CHECK(found_percent(base64, 27) > 95);
  CHECK(found_percent(base64, 43) > 99);
  CHECK(found_percent(base64url, 21) > 90);
  CHECK(found_percent(base64url, 43) > 99);
  CHECK(found_percent(crockford, 26) > 95);
}

TEST_CASE("value class: long texts have none") {
  const std::string same(limits::max_classified_bytes, ' ');

  CHECK(diff::common_class(same.substr(8) + "8f3a09c1", same.substr(8) + "1b2e77d0", now) ==
        ValueClass::token);
  CHECK(diff::common_class(same.substr(7) + "8f3a09c1", same.substr(7) + "1b2e77d0", now) ==
        ValueClass::none);
}

TEST_CASE("value class: numbers are times or ids made of them") {
  const auto of = [](std::string_view a, std::string_view b) {
    CHECK(diff::common_class_of_numbers(a, b, now) == diff::common_class_of_numbers(b, a, now));
    return diff::common_class_of_numbers(a, b, now);
  };
  CHECK(of("1795896654", "1795896655") == ValueClass::time);
  CHECK(of("1795896654.5", "1795896654.75") == ValueClass::time);
  CHECK(of("1795896654123", "1795896654124") == ValueClass::time);
  CHECK(of("2126770830430982151", "2126770833786429449") == ValueClass::token);
  CHECK(of("1795896654", "1795896655.5") == ValueClass::none);
  CHECK(of("1795896654e0", "1795896655e0") == ValueClass::none);
  CHECK(of("-1795896654", "-1795896655") == ValueClass::none);
  CHECK(of("20261128201054", "20261128201154") == ValueClass::none);
  CHECK(of("12345e67", "98761e23") == ValueClass::none);
  CHECK(of("1001", "1002") == ValueClass::none);
}

TEST_CASE("lean: numbers by size, texts by length, then by bytes") {
  const auto numbers = [](std::string_view a, std::string_view b) {
    return diff::lean_of_numbers(a, b);
  };
  CHECK(numbers("9", "10") == Lean::greater);
  CHECK(numbers("10", "9.99e0") == Lean::less);
  CHECK(numbers("9007199254740993", "9007199254740992") == Lean::less);
  CHECK(numbers("1.0", "1") == Lean::none);

  CHECK(diff::lean_of_texts("b", "aa") == Lean::greater);
  CHECK(diff::lean_of_texts("aa", "b") == Lean::less);
  CHECK(diff::lean_of_texts("a", "b") == Lean::greater);
  CHECK(diff::lean_of_texts("\xc3\xa9", "zz") == Lean::greater);
  CHECK(diff::lean_of_texts("\xc3\xa9", "z") == Lean::less);
  CHECK(diff::lean_of_texts("a", "a") == Lean::none);
}
