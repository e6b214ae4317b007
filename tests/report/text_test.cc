#include "report/text.h"

#include <doctest/doctest.h>

using namespace understudy::report;

TEST_CASE("text: what could command a terminal is written out") {
  CHECK(harmless("plain ünïcödé 日本") == "plain ünïcödé 日本");
  CHECK(harmless("\x1b[31mred\x07\n\t") == "\\x1b[31mred\\x07\\n\\t");
  CHECK(harmless(std::string("a\0b\x7f", 4)) == "a\\x00b\\x7f");
  CHECK(harmless("\xc2\x9b"
                 "31m") == "\\x9b31m");  // a C1 control sequence
  CHECK(harmless("\xe2\x80\xae"
                 "evil") == "\\u202eevil");                         // right to left
  CHECK(harmless("\xff\xc3(\xc0\xaf") == "\\xff\\xc3(\\xc0\\xaf");  // not UTF-8, overlong
  CHECK(harmless("\xed\xa0\x80") == "\\xed\\xa0\\x80");             // a surrogate
}

TEST_CASE("text: columns are counted as a terminal shows them") {
  CHECK(columns("abc") == 3);
  CHECK(columns("日本") == 4);
  CHECK(columns("e\xcc\x81") == 1);  // e and a combining acute
  CHECK(columns("😀") == 2);
}

TEST_CASE("text: cutting keeps within the width and never halves a character") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdefg", 6) == "abc...");
  CHECK(cut("日本語日本語", 8) == "日本...");
  CHECK(cut_middle("/one/two/three/four", 12) == "/on...e/four");
  CHECK(columns(left("日本語", 5)) == 5);
  CHECK(right("7", 3) == "  7");
  for (std::size_t width = 0; width < 30; ++width) {
    CHECK(columns(cut("日本語 abc 日本語", width)) <= width);
    CHECK(columns(cut_middle("日本語 abc 日本語", width)) <= width);
  }
}

TEST_CASE("text: wrapping loses nothing and prefers spaces") {
  CHECK(wrap("one two three", 8) == std::vector<std::string>{"one two ", "three"});
  CHECK(wrap("onetwothree", 8) == std::vector<std::string>{"onetwoth", "ree"});
  CHECK(wrap("", 8) == std::vector<std::string>{""});
  CHECK(wrap("日本語", 1).size() == 3);
}

TEST_CASE("text: long values are cut so that their difference is seen") {
  const std::string same(200, 'x');
  const auto both = cut_around_difference(same + "1 end", same + "2 end", 30);
  CHECK(both.primary.find('1') != std::string::npos);
  CHECK(both.shadow.find('2') != std::string::npos);
  CHECK(columns(both.primary) <= 30);
  CHECK(cut_around_difference("short", "other", 30).primary == "short");
  const auto early = cut_around_difference("1" + same, "2" + same, 30);
  CHECK(early.primary.starts_with("1xxx"));
}

TEST_CASE("text: figures are written for people") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(brief(9'999) == "9,999");
  CHECK(brief(12'345) == "12.3k");
  CHECK(brief(999'499) == "999k");
  CHECK(brief(1'000'000) == "1M");
  CHECK(brief(12'345'678) == "12.3M");
  CHECK(brief(999'600'000) == "1G");
  CHECK(brief(UINT64_MAX) == "18.4E");
  CHECK(percent(0, 5) == "0 %");
  CHECK(percent(1, 0) == "0 %");
  CHECK(percent(1, 100'000) == "< 0.01 %");
  CHECK(percent(1, 300) == "0.33 %");
  CHECK(percent(99'999, 100'000) == "> 99.9 %");
  CHECK(percent(1, 1) == "100 %");
  CHECK(duration(999) == "999 us");
  CHECK(duration(1'234) == "1.23 ms");
  CHECK(duration(123'456) == "123 ms");
  CHECK(duration(2'500'000) == "2.50 s");
  CHECK(duration(86'400'000'000) == "86400 s");
  CHECK(duration(86'400'000'001) == "> 1 day");
  CHECK(bytes(1023) == "1023 B");
  CHECK(bytes(1536) == "1.5 KiB");
  CHECK(counted(1, "request") == "1 request");
  CHECK(counted(2000, "request") == "2,000 requests");
}
