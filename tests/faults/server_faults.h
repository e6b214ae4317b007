#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "support/scripted_server.h"
#include "understudy/base/clock.h"
#include "understudy/base/limits.h"

namespace understudy::faults {

using namespace std::chrono_literals;
using support::ScriptedServer;

// What a client gets from a primary with a fault.
enum class Seen {
  bad_gateway,      // 502, and the connection goes on
  gateway_timeout,  // 504, likewise
  cut,              // a begun answer without an end that anybody could take for one
  whole,            // the answer, unharmed
  endless,          // as much as it wants to read
};

// What one leg makes of it, and after which wait of the default configuration; zero is at once.
struct AtPrimary {
  Seen seen;
  Duration after{};
};
struct AtShadow {
  std::string_view outcome;
  Duration after{};
};

// One way in which a server fails, and what comes of it on both legs.
struct ServerFault {
  std::string_view name;  // "a server that ..."
  void (*play)(ScriptedServer& server);
  AtPrimary primary;
  AtShadow shadow;
};

inline constexpr std::string_view body = "live";
inline constexpr const char* healthy_answer =
    "HTTP/1.1 200 Scripted\r\nContent-Length: 4\r\n\r\nlive";
inline constexpr const char* by_length = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
inline constexpr const char* by_half = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
inline constexpr const char* in_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
inline constexpr const char* in_size = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1";
inline constexpr const char* in_chunk =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf";
inline constexpr const char* after_chunk =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
inline constexpr const char* in_trailers =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX-Tr";
inline constexpr const char* until_close = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf";
inline constexpr const char* in_head = "HTTP/1.1 200 OK\r\nContent-Le";

inline constexpr Duration head_wait = limits::primary_timeout;
inline constexpr Duration body_wait = limits::primary_idle_timeout;
inline constexpr Duration shadow_wait = limits::shadow_timeout;

inline constexpr AtPrimary refused_by_us{Seen::bad_gateway};
inline constexpr AtShadow late{"shadow_failed:timed_out", shadow_wait};
inline constexpr AtShadow reset{"shadow_failed:reset"};
inline constexpr AtShadow closed{"shadow_failed:closed_early"};
inline constexpr AtShadow bad{"shadow_failed:bad_answer"};

inline constexpr ServerFault server_faults[] = {
    // It cannot be reached.
    {"refuses connections",
     [](ScriptedServer& server) { server.stops_listening(); },
     {Seen::bad_gateway},
     {"shadow_failed:refused"}},
    {"is unreachable",
     [](ScriptedServer& server) { server.is_unreachable(); },
     {Seen::bad_gateway},
     {"shadow_failed:unreachable"}},
    {"never lets a connection stand",
     [](ScriptedServer& server) { server.is_swamped(); },
     {Seen::gateway_timeout, limits::connect_timeout},
     {"shadow_failed:timed_out", limits::connect_timeout}},

    // It says nothing, or nothing more.
    {"accepts and says nothing",
     [](ScriptedServer& server) { server.stays_silent(); },
     {Seen::gateway_timeout, head_wait},
     late},
    {"never reads",
     [](ScriptedServer& server) { server.stops_reading(); },
     {Seen::gateway_timeout, head_wait},
     late},
    {"stops in its head",
     [](ScriptedServer& server) { server.answers(in_head); },
     {Seen::gateway_timeout, head_wait},
     late},
    {"stops after its head",
     [](ScriptedServer& server) { server.answers(by_length); },
     {Seen::cut, body_wait},
     late},
    {"stops in a body by length",
     [](ScriptedServer& server) { server.answers(by_half); },
     {Seen::cut, body_wait},
     late},
    {"stops in the size of a chunk",
     [](ScriptedServer& server) { server.answers(in_size); },
     {Seen::cut, body_wait},
     late},
    {"stops in a chunk",
     [](ScriptedServer& server) { server.answers(in_chunk); },
     {Seen::cut, body_wait},
     late},
    {"stops in its trailers",
     [](ScriptedServer& server) { server.answers(in_trailers); },
     {Seen::cut, body_wait},
     late},
    {"stops in a body until close",
     [](ScriptedServer& server) { server.answers(until_close); },
     {Seen::cut, body_wait},
     late},

    // It resets.
    {"resets at once",
     [](ScriptedServer& server) { server.resets_at_once(); },
     {Seen::bad_gateway},
     reset},
    {"resets instead of answering",
     [](ScriptedServer& server) { server.resets(); },
     {Seen::bad_gateway},
     reset},
    {"resets in its head",
     [](ScriptedServer& server) { server.resets_after(in_head); },
     {Seen::bad_gateway},
     reset},
    {"resets after its head",
     [](ScriptedServer& server) { server.resets_after(by_length); },
     {Seen::cut},
     reset},
    {"resets in a body by length",
     [](ScriptedServer& server) { server.resets_after(by_half); },
     {Seen::cut},
     reset},
    {"resets after a whole body by length",
     [](ScriptedServer& server) { server.resets_after(healthy_answer); },
     {Seen::whole},
     {"same"}},
    {"resets before its first chunk",
     [](ScriptedServer& server) { server.resets_after(in_chunks); },
     {Seen::cut},
     reset},
    {"resets in the size of a chunk",
     [](ScriptedServer& server) { server.resets_after(in_size); },
     {Seen::cut},
     reset},
    {"resets in a chunk",
     [](ScriptedServer& server) { server.resets_after(in_chunk); },
     {Seen::cut},
     reset},
    {"resets between two chunks",
     [](ScriptedServer& server) { server.resets_after(after_chunk); },
     {Seen::cut},
     reset},
    {"resets in its trailers",
     [](ScriptedServer& server) { server.resets_after(in_trailers); },
     {Seen::cut},
     reset},
    {"resets in a body until close",
     [](ScriptedServer& server) { server.resets_after(until_close); },
     {Seen::cut},
     reset},

    // It closes cleanly, but too early.
    {"closes instead of answering",
     [](ScriptedServer& server) { server.closes_after(""); },
     {Seen::bad_gateway},
     closed},
    {"closes in its head",
     [](ScriptedServer& server) { server.closes_after(in_head); },
     {Seen::bad_gateway},
     closed},
    {"closes after its head",
     [](ScriptedServer& server) { server.closes_after(by_length); },
     {Seen::cut},
     closed},
    {"closes in a body by length",
     [](ScriptedServer& server) { server.closes_after(by_half); },
     {Seen::cut},
     closed},
    {"closes before its first chunk",
     [](ScriptedServer& server) { server.closes_after(in_chunks); },
     {Seen::cut},
     closed},
    {"closes in the size of a chunk",
     [](ScriptedServer& server) { server.closes_after(in_size); },
     {Seen::cut},
     closed},
    {"closes in a chunk",
     [](ScriptedServer& server) { server.closes_after(in_chunk); },
     {Seen::cut},
     closed},
    {"closes between two chunks",
     [](ScriptedServer& server) { server.closes_after(after_chunk); },
     {Seen::cut},
     closed},
    {"closes in its trailers",
     [](ScriptedServer& server) { server.closes_after(in_trailers); },
     {Seen::cut},
     closed},

    // It trickles, a byte a second.
    {"trickles its head",
     [](ScriptedServer& server) {
       server.trickles("HTTP/1.1 200 Scripted and at great length, one byte after the other", 1s);
     },
     {Seen::gateway_timeout, head_wait},
     late},
    {"trickles a short body",
     [](ScriptedServer& server) {
       server.trickles(healthy_answer, 1s, std::string_view(healthy_answer).size() - 3);
     },
     {Seen::whole, 3s},
     {"same", 3s}},
    {"trickles a long body",
     [](ScriptedServer& server) {
       const auto answer = ScriptedServer::message(200, std::string(90, 'a'));
       server.trickles(answer, 1s, answer.size() - 90);
     },
     {Seen::whole, 90s},
     late},

    // It floods.
    {"floods with a body until close",
     [](ScriptedServer& server) { server.floods(); },
     {Seen::endless},
     late},
    {"floods with chunks",
     [](ScriptedServer& server) {
       server.floods(in_chunks, "1000\r\n" + std::string(0x1000, 'x') + "\r\n");
     },
     {Seen::endless},
     late},
    {"floods with a body by an immense length",
     [](ScriptedServer& server) {
       server.floods("HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\n", "x");
     },
     {Seen::endless},
     late},
    {"floods with one field",
     [](ScriptedServer& server) { server.floods("HTTP/1.1 200 OK\r\nX: ", "x"); }, refused_by_us,
     bad},
    {"floods with fields",
     [](ScriptedServer& server) { server.floods("HTTP/1.1 200 OK\r\n", "X: y\r\n"); },
     refused_by_us, bad},
    {"floods with interim answers",
     [](ScriptedServer& server) { server.floods("", "HTTP/1.1 103 Hints\r\nX: y\r\n\r\n"); },
     refused_by_us, bad},
    {"floods with a chunk extension",
     [](ScriptedServer& server) { server.floods(std::string(in_chunks) + "4;", "x=y;"); },
     {Seen::cut},
     bad},
    {"floods with digits of a chunk size",
     [](ScriptedServer& server) { server.floods(in_chunks, "0"); },
     {Seen::cut},
     bad},
    {"floods with trailers",
     [](ScriptedServer& server) { server.floods(std::string(in_chunks) + "0\r\n", "X: y\r\n"); },
     {Seen::cut},
     bad},

    // It lies about its length.
    {"sends more than it promised",
     [](ScriptedServer& server) { server.answers(std::string(healthy_answer) + "and more"); },
     {Seen::whole},
     {"same"}},
    {"states two lengths",
     [](ScriptedServer& server) {
       server.answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nlive");
     },
     refused_by_us, bad},
    {"states a length below zero",
     [](ScriptedServer& server) {
       server.answers("HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nlive");
     },
     refused_by_us, bad},
    {"states a length that no number holds",
     [](ScriptedServer& server) {
       server.answers("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nlive");
     },
     refused_by_us, bad},
    {"sends a chunk longer than its size",
     [](ScriptedServer& server) {
       server.answers(std::string(in_chunks) + "2\r\nlive\r\n0\r\n\r\n");
     },
     {Seen::cut},
     bad},
    {"states a chunk size that no number holds",
     [](ScriptedServer& server) {
       server.answers(std::string(in_chunks) + "10000000000000000\r\nlive\r\n0\r\n\r\n");
     },
     {Seen::cut},
     bad},

    // It answers garbage.
    {"answers a poem", [](ScriptedServer& server) { server.answers("Roses are red\r\n\r\n"); },
     refused_by_us, bad},
    {"answers zeros", [](ScriptedServer& server) { server.answers(std::string(1000, '\0')); },
     refused_by_us, bad},
    {"answers in TLS",
     [](ScriptedServer& server) { server.answers(std::string("\x15\x03\x01\x00\x02\x02\x46", 7)); },
     refused_by_us, bad},
    {"answers in another protocol",
     [](ScriptedServer& server) { server.answers("SSH-2.0-OpenSSH_9.2\r\n"); }, refused_by_us, bad},
    {"answers without a status",
     [](ScriptedServer& server) { server.answers("HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"); },
     refused_by_us, bad},
    {"answers in version 9.9",
     [](ScriptedServer& server) {
       server.answers("HTTP/9.9 200 OK\r\nContent-Length: 4\r\n\r\nlive");
     },
     refused_by_us, bad},
    {"answers with a NUL in a field",
     [](ScriptedServer& server) {
       server.answers(std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 28));
     },
     refused_by_us, bad},
    {"switches protocols unasked",
     [](ScriptedServer& server) {
       server.answers("HTTP/1.1 101 Switch\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly");
     },
     refused_by_us, bad},
    {"puts garbage where a chunk belongs",
     [](ScriptedServer& server) { server.answers(std::string(after_chunk) + "what?\r\n"); },
     {Seen::cut},
     bad},
};

}  // namespace understudy::faults
