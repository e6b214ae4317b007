#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::ledger {

using Id = std::uint32_t;

// Which of the two servers answers.
enum class Side : std::uint8_t { primary, shadow };
std::string_view name(Side side);

// One request and its two answers, all of which follows from a seed and the request's number, so
// that clients, servers and the checker agree without talking to each other.
struct Plan {
  enum class Body : std::uint8_t { none, length, chunked };
  enum class Answer : std::uint8_t { length, chunked, until_close };
  // How the client behaves; after anything but `stays` and `trickles` its connection is over.
  enum class Client : std::uint8_t {
    stays,
    trickles,           // the body in pieces
    closes,             // Connection: close
    is_old,             // HTTP/1.0
    half_closes,        // ends its side, waits for the answer
    leaves_in_body,     // goes in the middle of its own body
    leaves_unanswered,  // goes when it has said everything
    leaves_in_answer,   // goes when the answer begins
  };
  // How a server behaves.
  enum class Server : std::uint8_t {
    answers,
    trickles,        // the answer in pieces
    hints,           // 103, then the answer
    answers_early,   // when the head is there; then reads on
    closes_after,    // a whole answer, then a close that nobody was told of
    swallows,        // closes a connection in the moment of its reuse
    closes_instead,  // of an answer
    cuts,            // half an answer, a clean end
    resets,          // half an answer, a reset
  };

  std::uint64_t seed = 0;
  Id id = 0;
  std::string_view method = "GET";
  Body body = Body::none;
  std::size_t body_bytes = 0;
  bool has_trailers = false;
  bool expects = false;  // Expect: 100-continue
  Client client = Client::stays;
  int status = 200;
  Answer answer = Answer::length;
  std::size_t answer_bytes = 0;
  Server primary = Server::answers;
  Server shadow = Server::answers;
  bool differs = false;  // the shadow's body

  // The one kind that may be sent again, once, when a reused connection turns out to be closed.
  bool may_repeat() const { return (method == "GET" || method == "HEAD") && body == Body::none; }
  // Another request may follow on the connection without waiting for this one's answer.
  bool may_be_followed() const;
  bool keeps_connection() const { return client <= Client::trickles; }
  bool leaves() const { return client >= Client::leaves_in_body; }
  Server server(Side side) const { return side == Side::primary ? primary : shadow; }
  // This server, as planned, sends a whole answer, should it get the request.
  bool is_answered(Side side) const { return server(side) < Server::closes_instead; }
};

Plan plan_of(std::uint64_t seed, Id id);

std::string target_of(const Plan& plan);
// Fields of its own in every request and answer: lines that each end in CRLF.
std::string fields_of(const Plan& plan);
std::string request_body(const Plan& plan);
std::string answer_body(const Plan& plan, Side side);

// What a message is known by: all that its sender put into it.
std::uint32_t request_sum(std::string_view method, std::string_view target, std::string_view fields,
                          std::string_view body);
std::uint32_t answer_sum(int status, std::string_view body);
std::uint32_t request_sum(const Plan& plan);
std::uint32_t answer_sum(const Plan& plan, Side side);

}  // namespace understudy::ledger
