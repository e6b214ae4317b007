#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/limits.h"
#include "understudy/base/peer_set.h"

// The effective configuration: plain values, immutable once loaded, shared by every thread.
namespace understudy::config {

// http://host:port or https://host:port of an upstream, without path, query or user part; or
// unix:/path, and then `host` is that and `port` is 0.
struct Url {
  std::string text;  // as written
  bool is_https = false;
  std::string host;  // name or address without brackets
  std::uint16_t port = 0;
  // For Host: "host" or "host:port", brackets around an IPv6 address; "localhost" for a Unix
  // socket.
  std::string authority;
  // For messages.
  const std::string& label() const { return port == 0 ? text : authority; }
};

// TLS towards clients: PEM files. Without a certificate the address speaks plain HTTP.
struct ListenTls {
  std::vector<std::string> cert;  // the first is the default; the others by their names
  std::vector<std::string> key;   // one for each of `cert`
  std::string client_ca;          // who signs clients' certificates; empty: none is asked for
};

// TLS towards an upstream whose URL says https: PEM files.
struct UpstreamTls {
  std::string ca;    // empty: the system's store
  std::string cert;  // shown to the upstream; empty: none
  std::string key;
  std::string server_name;  // empty: the URL's host
  bool verify = true;
};

// One address that clients connect to.
struct Listen {
  std::string address = "127.0.0.1:8080";  // host:port, [v6]:port, unix:/path
  std::string proxy_protocol = "off";      // off | accept | require
  ListenTls tls = {};
};

// Whoever stands before us as a rule: another proxy in the same network.
inline PeerSet usual_proxies() {
  PeerSet peers;
  static_cast<void>(peers.add("private"));
  return peers;
}

// The live path: its loops, waits and limits.
struct Server {
  unsigned workers = 0;    // 0 = auto
  unsigned backstage = 0;  // 0 = auto
  int backstage_nice = limits::backstage_nice;
  Duration handshake_timeout = limits::handshake_timeout;
  Duration header_timeout = limits::header_timeout;
  Duration body_timeout = limits::body_timeout;
  std::size_t min_body_rate = limits::min_body_rate;  // bytes a second; 0 = any
  Duration keepalive_timeout = limits::keepalive_timeout;
  Duration tunnel_timeout = limits::tunnel_idle_timeout;
  Duration drain_timeout = limits::drain_timeout;
  Duration resolve_interval = limits::resolve_interval;
  std::size_t max_head_bytes = limits::max_head_bytes;
  std::size_t max_connections = 0;  // 0 = what descriptors allow, less a reserve
  PeerSet trusted_proxies = usual_proxies();
  std::string forwarded = "x-forwarded";  // x-forwarded | forwarded | both | off
  bool via = true;
};

// The service whose answers clients get.
struct Primary {
  Url url;
  std::string proxy_protocol = "off";  // off | v1 | v2
  UpstreamTls tls;
  Duration connect_timeout = limits::connect_timeout;
  Duration timeout = limits::primary_timeout;
  Duration idle_timeout = limits::primary_idle_timeout;
  std::size_t max_connections = 0;  // per worker; 0 = no cap
};

using FieldList = std::vector<std::pair<std::string, std::string>>;

// A server that gets copies.
struct Shadow {
  std::string name;  // unique; "shadow" or "shadow-2" ... when not given
  Url url;
  std::string proxy_protocol = "off";  // off | v1 | v2
  UpstreamTls tls;
  double percent = 100.0;
  std::string sample_key = "none";  // none | client_ip | header:X | cookie:X | query:X
  std::vector<std::string> methods = {"*"};
  Duration timeout = limits::shadow_timeout;
  std::uint32_t max_inflight = limits::shadow_max_inflight;
  std::size_t max_body_bytes = limits::shadow_max_body_bytes;
  std::size_t max_memory_bytes = limits::shadow_max_memory_bytes;
  std::string host = "preserve";  // preserve | upstream | a literal
  FieldList set_headers = {{"Understudy-Shadow", "1"}};
  std::vector<std::string> remove_headers;
};

// Which requests belong together: a shadow that did not get every write of a session is not to
// blame for what differs in it later.
struct Session {
  std::string key = "none";  // as Shadow::sample_key
  bool is_on() const { return key != "none"; }
};

// First match wins; what it names overrides the shadow's own value.
struct Route {
  std::string path = "/**";  // segments, * one, ** any; {name} one
  std::vector<std::string> methods = {"*"};
  FieldList headers;   // all must be there; value "*" = any
  std::string shadow;  // empty = every shadow
  bool mirror = true;
  // What the route overrides; unset members leave the shadow's own value.
  struct Override {
    bool has_percent = false;
    double percent = 100.0;
    bool has_sample_key = false;
    std::string sample_key;
    bool has_mirror_methods = false;
    std::vector<std::string> mirror_methods;
    bool has_set_headers = false;
    FieldList set_headers;
    bool has_remove_headers = false;
    std::vector<std::string> remove_headers;
  } override;
};

// How far two numbers may be apart: by an amount, or by so many percent of the larger one.
struct Tolerance {
  double amount = 0.0;
  bool is_percent = false;
};

// One place treated specially when answers are compared.
struct DiffRule {
  std::string endpoint = "*";
  std::string path;  // RFC 6901 pointer with * and **; "header:ETag", "status"
  enum class Action {
    ignore,
    array_set,
    array_multiset,
    array_key,
    tolerance,
    match
  } action = Action::ignore;
  std::string key;  // array_key: the member that identifies an element
  Tolerance tolerance;
  std::string pattern;  // match: RE2, the shadow's value must match it
  std::string reason;
  std::string expires;  // the last day (UTC) on which the rule holds; empty: for ever
};

// How answers are compared.
struct Diff {
  std::size_t max_body_bytes = limits::diff_max_body_bytes;
  std::vector<std::string> ignore_headers = {"Date", "Server", "Connection", "Keep-Alive",
                                             "Transfer-Encoding"};
  std::vector<std::string> endpoints;   // templates: "/users/{id}/orders/{order}"
  bool learn_endpoints = true;          // names of items, from answers that look alike
  std::vector<std::string> rule_files;  // as written; their rules stand in `rules`, too
  std::vector<DiffRule> rules;
};

// A second answer to the same request shows which differences the shadow is not to blame for.
struct Noise {
  // Who gives it: its text is "off", "self" (the primary, asked again, if the method is safe), or
  // the URL of a second primary.
  Url reference = {"off", false, {}, 0, {}};
  double percent = 1.0;                                         // of mirrored exchanges
  std::uint32_t max_per_second = limits::reference_per_second;  // by each backstage loop
  std::string mode = "evidence";                                // evidence | diffy

  bool is_on() const { return reference.text != "off"; }
  // Whoever is asked a second time is the primary; without a reference, too.
  bool asks_primary() const { return reference.text == "self" || !is_on(); }
};

// A new difference is looked at again: both sides are asked a second time, and the answers say
// whether it stays.
struct Recheck {
  // auto: where Noise::reference allows to ask a second time | always | never
  std::string when = "auto";
  Duration delay = limits::recheck_delay;
  std::uint32_t max_per_second = limits::rechecks_per_second;  // by each backstage loop
};

// What must not stand in the log as it is.
struct Privacy {
  std::vector<std::string> headers = {"Authorization", "Proxy-Authorization", "Cookie",
                                      "Set-Cookie", "X-Api-Key"};
  std::vector<std::string> paths = {"/**/password"};
  std::vector<std::string> detect = {"email", "card", "jwt"};
};

// What is written, and how much of it is kept.
struct Log {
  std::string path = "understudy-log";
  std::size_t segment_bytes = limits::segment_bytes;
  std::size_t keep_bytes = limits::keep_bytes;
  std::uint32_t examples = limits::examples_per_signature;
};

// The whole: every value is there, given or default.
struct Config {
  std::vector<Listen> listen;
  Server server;
  Primary primary;
  std::vector<Shadow> shadows;
  std::vector<Route> routes;
  Session session;
  Diff diff;
  Noise noise;
  Recheck recheck;
  Privacy privacy;
  Log log;

  bool rechecks() const {
    return recheck.when == "always" || (recheck.when == "auto" && noise.is_on());
  }
  // Somebody is asked a second time, and who.
  bool asks_again() const { return noise.is_on() || rechecks(); }
  const Url& asked_again() const { return noise.asks_primary() ? primary.url : noise.reference; }
};

using Snapshot = std::shared_ptr<const Config>;

// Names each [[listen]], in order: its address, made unique where port 0 stands several times.
std::vector<std::string> listen_names(const Config& config);

}  // namespace understudy::config
