#include <doctest/doctest.h>

#include "understudy/base/limits.h"
#include "understudy/handoff/message.h"

using namespace understudy;
using namespace understudy::handoff;

namespace {

http::ResponseHead ok() {
  http::ResponseHead head;
  head.status = 200;
  head.reason = "OK";
  return head;
}

std::string bytes(std::size_t size, char seed = 'a') {
  std::string text(size, seed);
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(seed + i % 23);
  return text;
}

CapturedAnswer captured(std::string_view body, std::size_t max_bytes, std::size_t step) {
  AnswerCapture capture(max_bytes);
  capture.begin(ok());
  for (std::size_t at = 0; at < body.size(); at += step) capture.add(body.substr(at, step));
  return capture.finish({}, 7);
}

}  // namespace

TEST_CASE("capture: a small answer is kept whole and not hashed") {
  const auto answer = captured("hello world", 11, 4);

  CHECK(answer.head.status == 200);
  CHECK(answer.head.reason == "OK");
  CHECK(answer.body == "hello world");
  CHECK(answer.total_bytes == 11);
  CHECK(answer.duration_us == 7);
  CHECK_FALSE(answer.is_cut);
  CHECK(answer.hashes.total_bytes() == 0);
}

TEST_CASE("capture: of a larger answer the first part is kept and the whole is hashed") {
  const auto body = bytes(300'000);
  BlockHashes whole;
  whole.add(body);

  for (const std::size_t step : {std::size_t{999}, std::size_t{100'000}, body.size()}) {
    const auto answer = captured(body, 1000, step);
    CHECK(answer.body == body.substr(0, 1000));
    CHECK(answer.total_bytes == body.size());
    CHECK(answer.is_cut);
    CHECK(answer.hashes.total_bytes() == body.size());
    CHECK(BlockHashes::first_difference(answer.hashes, whole) == BlockHashes::npos);
  }
}

TEST_CASE("capture: a body that is as expected is not kept twice") {
  const auto body = bytes(1000);
  const auto twin = captured(body, 1000, 1000);
  Budget budget(5000, 1);
  AnswerCapture capture(1000);
  capture.charge(budget);
  capture.begin(ok(), body.size());
  capture.expect(twin);

  for (std::size_t at = 0; at < body.size(); at += 300) {
    capture.add(std::string_view(body).substr(at, 300));
  }
  CHECK(budget.held_bytes() == 2);
  const auto answer = capture.finish({}, 0);

  CHECK(answer.twin == &twin);
  CHECK(answer.body.empty());
  CHECK(answer.kept_body() == body);
  CHECK(answer.total_bytes == body.size());
}

TEST_CASE("capture: nothing more is kept as soon as it is known what to expect") {
  const auto body = bytes(1000);
  const auto twin = captured(body, 2000, 1000);

  for (const std::size_t before : {std::size_t{0}, std::size_t{1}, std::size_t{600}, body.size()}) {
    CAPTURE(before);
    AnswerCapture capture(2000);
    capture.begin(ok(), body.size());
    capture.add(std::string_view(body).substr(0, before));
    capture.expect(twin);
    capture.add(std::string_view(body).substr(before));
    const auto answer = capture.finish({}, 0);

    CHECK(answer.twin == &twin);
    CHECK(answer.body.empty());
    CHECK(answer.kept_body() == body);
    CHECK(answer.total_bytes == body.size());
  }
}

TEST_CASE("capture: a body that parted before it was known what to expect stays as it is") {
  const auto body = bytes(1000);
  for (const auto& expected : {"!" + body.substr(1), body.substr(0, 500), std::string()}) {
    CAPTURE(expected.size());
    const auto twin = captured(expected, 2000, 1000);
    AnswerCapture capture(2000);
    capture.begin(ok(), body.size());
    capture.add(std::string_view(body).substr(0, 600));
    capture.expect(twin);
    capture.add(std::string_view(body).substr(600));
    const auto answer = capture.finish({}, 0);

    CHECK(answer.twin == nullptr);
    CHECK(answer.body == body);
  }
}

TEST_CASE("capture: what parts after it was known what to expect is whole, and charged once") {
  Budget budget(5000, 1);
  const auto body = bytes(1000);
  const auto twin = captured(body, 2000, 1000);
  AnswerCapture capture(2000);
  capture.charge(budget);
  capture.begin(ok(), body.size());
  capture.add(std::string_view(body).substr(0, 300));
  capture.expect(twin);
  capture.add(std::string_view(body).substr(300, 300));
  capture.add("!" + body.substr(601));
  const auto answer = capture.finish({}, 0);

  CHECK(answer.twin == nullptr);
  CHECK(answer.body == body.substr(0, 600) + "!" + body.substr(601));
  CHECK(budget.held_bytes() == 1002);
}

TEST_CASE("capture: a body that is not as expected is kept from its begin") {
  const auto expected = bytes(1000);
  auto changed = expected;
  changed[700] = '!';
  const std::string bodies[] = {
      changed, "!" + expected.substr(1), expected.substr(0, 999), expected + "!", "", bytes(3000)};
  const auto twin = captured(expected, 2000, 1000);

  for (const auto& body : bodies) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{300}, std::size_t{5000}}) {
      CAPTURE(body.size());
      CAPTURE(step);
      AnswerCapture capture(2000);
      capture.begin(ok(), body.size());
      capture.expect(twin);
      for (std::size_t at = 0; at < body.size(); at += step) {
        capture.add(std::string_view(body).substr(at, step));
      }
      const auto answer = capture.finish({}, 0);

      CHECK(answer.twin == nullptr);
      CHECK(answer.kept_body() == std::string_view(body).substr(0, 2000));
      CHECK(answer.total_bytes == body.size());
      CHECK(answer.is_cut == (body.size() > 2000));
      if (answer.is_cut) CHECK(answer.hashes.total_bytes() == body.size());
    }
  }
}

TEST_CASE("capture: an answer that was cut is nobody's twin") {
  const auto body = bytes(1000);
  const auto cut = captured(body, 500, 1000);
  AnswerCapture capture(500);
  capture.begin(ok(), body.size());
  capture.expect(cut);
  capture.add(body);

  const auto answer = capture.finish({}, 0);

  CHECK(answer.twin == nullptr);
  CHECK(answer.body == body.substr(0, 500));
  CHECK(BlockHashes::first_difference(answer.hashes, cut.hashes) == BlockHashes::npos);
}

TEST_CASE("capture: room is made at once for as much as will come, and within the bound") {
  Budget budget(5000, 1);
  AnswerCapture capture(1000);
  capture.charge(budget);
  capture.begin(ok(), 800);
  CHECK(budget.held_bytes() == 2);
  capture.add("a");
  CHECK(budget.held_bytes() == 802);
  capture.add(bytes(799));
  CHECK(budget.held_bytes() == 802);

  AnswerCapture lied_to(1000);
  lied_to.charge(budget);
  lied_to.begin(ok(), UINT64_MAX);
  lied_to.add("a");
  CHECK(budget.held_bytes() == 802 + 1002);
}

TEST_CASE("capture: nothing is kept of a body when the bound is zero") {
  const auto answer = captured("abc", 0, 1);

  CHECK(answer.body.empty());
  CHECK(answer.is_cut);
  CHECK(answer.hashes.total_bytes() == 3);
}

TEST_CASE("capture: every sharing shadow is charged for head and body until the answer dies") {
  Budget first(1000, 1), second(1000, 1);
  {
    AnswerCapture capture(500);
    capture.charge(first);
    capture.charge(second);
    capture.begin(ok());
    capture.add(bytes(100));
    const auto answer = capture.finish({}, 0);
    CHECK(first.held_bytes() == 102);
    CHECK(second.held_bytes() == 102);
  }
  CHECK(first.held_bytes() == 0);
  CHECK(second.held_bytes() == 0);
}

TEST_CASE("capture: what is charged grows in steps and never exceeds the bound of the body") {
  Budget budget(10'000, 1);
  AnswerCapture capture(1000);
  capture.charge(budget);
  capture.begin(ok());

  capture.add(bytes(100));
  capture.add(bytes(1));
  CHECK(budget.held_bytes() == 2 + 200);
  for (int i = 0; i < 899; ++i) capture.add("x");

  CHECK(budget.held_bytes() == 2 + 1000);
  CHECK_FALSE(capture.is_abandoned());
  CHECK_FALSE(capture.finish({}, 0).is_cut);
}

TEST_CASE("capture: the hashes of a large answer are charged too") {
  Budget budget(1 * limits::mib, 1);
  AnswerCapture capture(10);
  capture.charge(budget);
  capture.begin(ok());

  capture.add(bytes(11));

  CHECK(budget.held_bytes() > limits::hash_part_bytes);
}

TEST_CASE("capture: one exhausted budget leaves the answer to the others") {
  Budget large(1000, 1), small(50, 1);
  AnswerCapture capture(500);
  capture.charge(large);
  capture.charge(small);
  capture.begin(ok());
  capture.add(bytes(40));
  CHECK_FALSE(capture.is_abandoned_by(1));

  capture.add(bytes(80));

  CHECK(capture.is_abandoned_by(1));
  CHECK_FALSE(capture.is_abandoned_by(0));
  CHECK_FALSE(capture.is_abandoned());
  CHECK(small.held_bytes() == 0);
  CHECK(large.held_bytes() > 0);
  CHECK(capture.finish({}, 9).body.size() == 120);
}

TEST_CASE("capture: when every budget is exhausted it is abandoned and gives everything back") {
  Budget first(60, 1), second(50, 1);
  AnswerCapture capture(500);
  capture.charge(first);
  capture.charge(second);
  capture.begin(ok());

  capture.add(bytes(40));
  capture.add(bytes(80));

  CHECK(capture.is_abandoned());
  CHECK(first.held_bytes() == 0);
  CHECK(second.held_bytes() == 0);
  const auto answer = capture.finish({}, 9);
  CHECK(answer.head.status == 200);
  CHECK(answer.body.empty());
  CHECK(answer.total_bytes == 120);
  CHECK(answer.duration_us == 9);
}

TEST_CASE("capture: a head that does not fit abandons it") {
  Budget budget(1, 1);
  AnswerCapture capture(500);
  capture.charge(budget);

  capture.begin(ok());

  CHECK(capture.is_abandoned());
  CHECK(capture.finish({}, 0).head.reason.empty());
}
