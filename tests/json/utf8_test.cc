#include "understudy/json/utf8.h"

#include <string>

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("utf8: sequences have the length that their bytes say") {
  CHECK(json::utf8_sequence("a\xff") == 1);
  CHECK(json::utf8_sequence("\xc3\xa9") == 2);
  CHECK(json::utf8_sequence("\xe2\x82\xac") == 3);
  CHECK(json::utf8_sequence("\xf4\x8f\xbf\xbf") == 4);
  for (const auto* bad : {"", "\x80", "\xc3", "\xc0\x80", "\xc3z", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    CAPTURE(bad);
    CHECK(json::utf8_sequence(bad) == 0);
  }
}

TEST_CASE("utf8: a prefix cuts between characters") {
  CHECK(json::utf8_prefix("abc", 5) == "abc");
  CHECK(json::utf8_prefix("abc", 2) == "ab");
  CHECK(json::utf8_prefix("a\xe2\x82\xac", 3) == "a");
  CHECK(json::utf8_prefix("a\xe2\x82\xacz", 4) == "a\xe2\x82\xac");
  CHECK(json::utf8_prefix("\xf0\x9f\x98\x80", 3).empty());
  CHECK(json::utf8_prefix("\x80\x80\x80\x80\x80\x80", 5).size() == 5);
}

TEST_CASE("utf8: whole texts are checked") {
  CHECK(json::is_utf8(""));
  CHECK(json::is_utf8("na\xc3\xafve \xf0\x9f\x98\x80"));
  CHECK_FALSE(json::is_utf8("\xc3"));
  CHECK_FALSE(json::is_utf8(std::string(100, 'a') + "\xff"));
}
