#include "diff/detect.h"

#include <string>

#include <doctest/doctest.h>

using namespace understudy;

namespace {

using Find = std::optional<diff::Span> (*)(std::string_view, std::size_t);

// What is found first, "-" for nothing.
std::string first(Find find, std::string_view text) {
  const auto found = find(text, 0);
  if (found) CHECK(diff::may_hold_secret(text));
  return found ? std::string(text.substr(found->begin, found->end - found->begin)) : "-";
}

}  // namespace

TEST_CASE("detect: email addresses, also in targets, without the punctuation around them") {
  CHECK(first(diff::find_email, "to <bob.b+x@mail.example.com>.") == "bob.b+x@mail.example.com");
  CHECK(first(diff::find_email, "mail bob@example.com.") == "bob@example.com");
  CHECK(first(diff::find_email, "/u?m=bob%40example.com&x") == "bob%40example.com");
  CHECK(first(diff::find_email, "a@b then bob@example.com") == "bob@example.com");
  for (const auto* none :
       {"", "@", "a@b", "@example.com", "a@.com", "a@example.c", "50%40", "a @ b.com"}) {
    CAPTURE(none);
    CHECK(first(diff::find_email, none) == "-");
  }
}

TEST_CASE("detect: card numbers of known networks with the right sum") {
  CHECK(first(diff::find_card, "pay 4111111111111111 now") == "4111111111111111");
  CHECK(first(diff::find_card, "4111-1111-1111-1111") == "4111-1111-1111-1111");
  CHECK(first(diff::find_card, "3782 822463 10005") == "3782 822463 10005");
  CHECK(first(diff::find_card, "4111111111111111 2026") == "4111111111111111");
  CHECK(first(diff::find_card, "no 12 5555555555554444") == "5555555555554444");
  for (const auto* none : {"", "4111111111111112", "1700000000001", "41111111111111111111",
                           "0000000000000000", "4111 1111 1111"}) {
    CAPTURE(none);
    CHECK(first(diff::find_card, none) == "-");
  }
}

TEST_CASE("detect: tokens of three parts") {
  CHECK(first(diff::find_jwt, "Bearer eyJh.eyJz.c2ln-_ x") == "eyJh.eyJz.c2ln-_");
  CHECK(first(diff::find_jwt, "eyJh.eyJz.") == "eyJh.eyJz.");
  for (const auto* none : {"", "eyJ", "eyJh.eyJz", "keyJh.eyJz.c2ln", "eyJh..c2ln"}) {
    CAPTURE(none);
    CHECK(first(diff::find_jwt, none) == "-");
  }
}

TEST_CASE("detect: most texts are told at a glance to hold no secret") {
  for (const auto* plain :
       {"", "created_at", "2024-05-17T09:10:31.482123Z", "key", "eJy", "an \"a\""}) {
    CAPTURE(plain);
    CHECK(!diff::may_hold_secret(plain));
  }
}

TEST_CASE("detect: hostile text is read through all the same") {
  std::string signs;
  for (int i = 0; i < 100'000; ++i) signs += "a%40";
  CHECK(first(diff::find_email, signs) == "-");
  CHECK(first(diff::find_card, std::string(300'000, '4')) == "-");
  CHECK(first(diff::find_jwt, std::string(300'000, 'e') + "yJ.") == "-");
}
