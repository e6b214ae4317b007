#include "config/keys.h"

#include <array>

#include "config/key_of.h"

namespace understudy::config {
namespace {

constexpr Bounds waits{1000, limits::max_configured_wait.count()};
constexpr Bounds counts{0, limits::max_configured_count};
constexpr Bounds at_least_one{1, limits::max_configured_count};
constexpr Bounds loops{1, limits::max_loops};
constexpr Bounds memory{0, limits::max_configured_memory};
constexpr Bounds none{};

// A key of a route that overrides the shadow's own value when it is there.
template <typename Type, auto has, auto member>
constexpr Key override_key(std::string_view name, std::string_view meaning) {
  return {"route",
          name,
          Type::name,
          meaning,
          none,
          [](const Target& target, const Node& node, const Bounds& range) {
            auto read = Type::read(node, range);
            if (!read.faults.empty()) return read.faults;
            auto& values = std::get<Route*>(target)->override;
            values.*has = true;
            values.*member = std::move(read.value);
            return Faults();
          },
          [](const Target& target) -> std::optional<std::string> {
            const auto& values = std::get<Route*>(target)->override;
            if (!(values.*has)) return std::nullopt;
            return Type::print(values.*member);
          }};
}

using Action = DiffRule::Action;

// One of the four forms of a rule's action: `set` takes the value, `get` shows it when the rule has
// that form.
template <typename Type, void (*set)(DiffRule&, typename Type::Value),
          std::optional<typename Type::Value> (*get)(const DiffRule&)>
constexpr Key action_key(std::string_view name, std::string_view meaning) {
  return {"diff.rule",
          name,
          Type::name,
          meaning,
          none,
          [](const Target& target, const Node& node, const Bounds& range) {
            auto read = Type::read(node, range);
            if (!read.faults.empty()) return read.faults;
            set(*std::get<DiffRule*>(target), std::move(read.value));
            return Faults();
          },
          [](const Target& target) -> std::optional<std::string> {
            const auto value = get(*std::get<DiffRule*>(target));
            if (!value) return std::nullopt;
            return Type::print(*value);
          }};
}

// What setters take is theirs, also where they do not keep it.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void set_action(DiffRule& rule, std::string) {
  rule.action = Action::ignore;
}
std::optional<std::string> get_action(const DiffRule& rule) {
  if (rule.action != Action::ignore) return std::nullopt;
  return "ignore";
}

// NOLINTNEXTLINE(performance-unnecessary-value-param)
void set_array(DiffRule& rule, std::string how) {
  rule.action = how == "set"        ? Action::array_set
                : how == "multiset" ? Action::array_multiset
                                    : Action::array_key;
  if (rule.action == Action::array_key) rule.key = how.substr(how.find(':') + 1);
}
std::optional<std::string> get_array(const DiffRule& rule) {
  if (rule.action == Action::array_set) return "set";
  if (rule.action == Action::array_multiset) return "multiset";
  if (rule.action == Action::array_key) return "key:" + rule.key;
  return std::nullopt;
}

void set_tolerance(DiffRule& rule, Tolerance tolerance) {
  rule.action = Action::tolerance;
  rule.tolerance = tolerance;
}
std::optional<Tolerance> get_tolerance(const DiffRule& rule) {
  if (rule.action != Action::tolerance) return std::nullopt;
  return rule.tolerance;
}

void set_match(DiffRule& rule, std::string pattern) {
  rule.action = Action::match;
  rule.pattern = std::move(pattern);
}
std::optional<std::string> get_match(const DiffRule& rule) {
  if (rule.action != Action::match) return std::nullopt;
  return rule.pattern;
}

// Files whose contents are part of the configuration: it is printed whole, without them.
template <auto member>
constexpr Key included_files(std::string_view section, std::string_view name,
                             std::string_view meaning) {
  Key made = key<ListType<check_text>, member>(section, name, meaning);
  made.print = [](const Target&) -> std::optional<std::string> { return std::nullopt; };
  return made;
}

// Files that are there or not.
template <auto member>
constexpr Key optional_files(std::string_view section, std::string_view name,
                             std::string_view meaning) {
  Key made = key<FilesType, member>(section, name, meaning);
  made.print = [](const Target& target) -> std::optional<std::string> {
    const auto& files = std::get<ListenTls*>(target)->*member;
    if (files.empty()) return std::nullopt;
    return FilesType::print(files);
  };
  return made;
}

using Overrides = Route::Override;

constexpr std::string_view proxy_out = "tells the upstream who the client is: `off`, `v1` or `v2`";
constexpr std::string_view upstream_ca = "PEM file with whom to trust; the system's when not given";
constexpr std::string_view upstream_cert = "PEM file shown to an upstream that asks for one";
constexpr std::string_view upstream_key = "its private key, a PEM file";
constexpr std::string_view upstream_name = "asked for and verified instead of the URL's host";
constexpr std::string_view upstream_verify = "`false`: any certificate will do";

constexpr auto keys = std::to_array<Key>({
    key<TextType<check_listen>, &Listen::address>(
        "listen", "address",
        "`host:port`, `[v6]:port` or `unix:/path`; port 0 lets the system choose"),
    key<TextType<check_proxy_in>, &Listen::proxy_protocol>(
        "listen", "proxy_protocol",
        "PROXY protocol v1 and v2 from trusted proxies: `off`, `accept` or `require`"),

    optional_files<&ListenTls::cert>(
        "listen.tls", "cert", "PEM; the first is the default, others are chosen by their names"),
    optional_files<&ListenTls::key>("listen.tls", "key", "PEM; one for each of `cert`"),
    optional_text<&ListenTls::client_ca, check_text>(
        "listen.tls", "client_ca", "PEM file; clients must show a certificate that it signed"),

    key<AutoCountType, &Server::workers>(
        "server", "workers", "live loops; `\"auto\"` = the CPUs this process may use", loops),
    key<AutoCountType, &Server::backstage>("server", "backstage", "loops for shadows and comparing",
                                           loops),
    key<CountType, &Server::backstage_nice>(
        "server", "backstage_nice",
        "their lower priority: a full machine drops copies, not live requests", Bounds{0, 19}),
    key<DurationType, &Server::handshake_timeout>(
        "server", "handshake_timeout", "from accept to the end of PROXY header and TLS handshake",
        waits),
    key<DurationType, &Server::header_timeout>("server", "header_timeout",
                                               "for a whole request head", waits),
    key<DurationType, &Server::body_timeout>(
        "server", "body_timeout", "between two reads of a request body, two writes of an answer",
        waits),
    key<SizeType, &Server::min_body_rate>(
        "server", "min_body_rate",
        "a second, over `body_timeout`: what a body must bring and a reader take; 0 = anything",
        Bounds{0, limits::mib}),
    key<DurationType, &Server::keepalive_timeout>("server", "keepalive_timeout",
                                                  "of an idle client connection", waits),
    key<DurationType, &Server::tunnel_timeout>(
        "server", "tunnel_timeout", "of silence in both directions after an upgrade (WebSocket)",
        waits),
    key<DurationType, &Server::drain_timeout>(
        "server", "drain_timeout", "what SIGTERM leaves to the requests that still run", waits),
    key<DurationType, &Server::resolve_interval>(
        "server", "resolve_interval", "between two look-ups of the upstreams' names", waits),
    key<SizeType, &Server::max_head_bytes>("server", "max_head_size",
                                           "a request head; beyond it 431, and 414 for the target",
                                           Bounds{limits::kib, limits::max_head_bytes_ceiling}),
    key<CountType, &Server::max_connections>("server", "max_connections",
                                             "0 = what descriptors allow, less a reserve; "
                                             "each live loop has an equal part",
                                             counts),
    key<PeersType, &Server::trusted_proxies>(
        "server", "trusted_proxies",
        "whose `X-Forwarded-*` and `Forwarded` are kept and appended to: addresses, networks, "
        "`\"unix\"`, `\"private\"`"),
    key<TextType<check_forwarded>, &Server::forwarded>(
        "server", "forwarded",
        "what upstreams are told of the client: `x-forwarded`, `forwarded` (RFC 7239), `both` or "
        "`off`"),
    key<BooleanType, &Server::via>("server", "via", "`Via` in requests to upstreams"),

    key<UrlType, &Primary::url>(
        "primary", "url", "the live service, `http://host:port` or `unix:/path`; must be given"),
    key<DurationType, &Primary::connect_timeout>("primary", "connect_timeout", "for a connection",
                                                 waits),
    key<DurationType, &Primary::timeout>(
        "primary", "timeout", "from the request's last byte to the head of the answer", waits),
    key<DurationType, &Primary::idle_timeout>("primary", "idle_timeout",
                                              "between two reads of the answer", waits),
    key<CountType, &Primary::max_connections>("primary", "max_connections",
                                              "for each live loop; 0 = no cap", counts),
    key<TextType<check_proxy_out>, &Primary::proxy_protocol>("primary", "proxy_protocol",
                                                             proxy_out),

    optional_text<&UpstreamTls::ca, check_text>("primary.tls", "ca", upstream_ca),
    optional_text<&UpstreamTls::cert, check_text>("primary.tls", "cert", upstream_cert),
    optional_text<&UpstreamTls::key, check_text>("primary.tls", "key", upstream_key),
    optional_text<&UpstreamTls::server_name, check_server_name>("primary.tls", "server_name",
                                                                upstream_name),
    key<BooleanType, &UpstreamTls::verify>("primary.tls", "verify", upstream_verify),

    optional_text<&Shadow::name, check_name>("shadow", "name",
                                             "unique; `shadow`, `shadow-2`, ... when not given"),
    key<UrlType, &Shadow::url>("shadow", "url", "the new version, as `primary.url`; must be given"),
    key<PercentType, &Shadow::percent>("shadow", "percent", "share of requests that is mirrored"),
    key<TextType<check_sample_key>, &Shadow::sample_key>(
        "shadow", "sample_key",
        "`none`, `client_ip`, `header:X`, `cookie:X` or `query:X`: equal keys are mirrored "
        "together"),
    key<ListType<check_method>, &Shadow::methods>(
        "shadow", "methods",
        "mirrored; `[\"GET\", \"HEAD\", \"OPTIONS\"]` where writes must not be repeated"),
    key<DurationType, &Shadow::timeout>("shadow", "timeout",
                                        "of a whole copy, connect to last byte", waits),
    key<CountType, &Shadow::max_inflight>("shadow", "max_inflight",
                                          "copies at the same time; more are dropped and counted",
                                          at_least_one),
    key<SizeType, &Shadow::max_body_bytes>(
        "shadow", "max_body_size",
        "of a request body held for the shadow at any moment, not of what may pass", memory),
    key<SizeType, &Shadow::max_memory_bytes>("shadow", "max_memory",
                                             "everything held for this shadow together", memory),
    key<TextType<check_host>, &Shadow::host>("shadow", "host",
                                             "`preserve`, `upstream` or a literal Host"),
    key<FieldsType, &Shadow::set_headers>("shadow", "set_headers",
                                          "set in copies; the mark guards against loops"),
    key<ListType<check_field>, &Shadow::remove_headers>("shadow", "remove_headers",
                                                        "left out of copies"),
    key<TextType<check_proxy_out>, &Shadow::proxy_protocol>("shadow", "proxy_protocol", proxy_out),

    optional_text<&UpstreamTls::ca, check_text>("shadow.tls", "ca", upstream_ca),
    optional_text<&UpstreamTls::cert, check_text>("shadow.tls", "cert", upstream_cert),
    optional_text<&UpstreamTls::key, check_text>("shadow.tls", "key", upstream_key),
    optional_text<&UpstreamTls::server_name, check_server_name>("shadow.tls", "server_name",
                                                                upstream_name),
    key<BooleanType, &UpstreamTls::verify>("shadow.tls", "verify", upstream_verify),

    key<TextType<check_pattern>, &Route::path>("route", "path",
                                               "segments; `*` or `{name}` is one, `**` any number"),
    key<ListType<check_method>, &Route::methods>("route", "methods", "the route is for"),
    key<FieldsType, &Route::headers>("route", "headers",
                                     "all must be in the request; `\"*\"` = any value"),
    optional_text<&Route::shadow, check_name>("route", "shadow",
                                              "a shadow's name; every shadow when not given"),
    key<BooleanType, &Route::mirror>("route", "mirror", "`false`: never mirrored"),
    override_key<PercentType, &Overrides::has_percent, &Overrides::percent>(
        "percent", "instead of the shadow's own"),
    override_key<TextType<check_sample_key>, &Overrides::has_sample_key, &Overrides::sample_key>(
        "sample_key", "instead of the shadow's own"),
    override_key<ListType<check_method>, &Overrides::has_mirror_methods,
                 &Overrides::mirror_methods>("mirror_methods",
                                             "instead of the shadow's own `methods`"),
    override_key<FieldsType, &Overrides::has_set_headers, &Overrides::set_headers>(
        "set_headers", "instead of the shadow's own"),
    override_key<ListType<check_field>, &Overrides::has_remove_headers, &Overrides::remove_headers>(
        "remove_headers", "instead of the shadow's own"),

    key<TextType<check_sample_key>, &Session::key>(
        "session", "key",
        "what its requests have in common, as `sample_key`: `none`, `client_ip`, `header:X`, "
        "`cookie:X` or `query:X`"),

    key<SizeType, &Diff::max_body_bytes>(
        "diff", "max_body_size",
        "compared as a tree up to here; beyond it by length and block hashes", memory),
    key<ListType<check_field>, &Diff::ignore_headers>("diff", "ignore_headers", "not compared"),
    key<ListType<check_endpoint>, &Diff::endpoints>(
        "diff", "endpoints", "templates such as `\"/users/{id}/orders/{order}\"`"),
    key<BooleanType, &Diff::learn_endpoints>(
        "diff", "learn_endpoints",
        "many endpoints that differ in one word of the path and whose answers look alike are one: "
        "`/articles/{name}`"),
    included_files<&Diff::rule_files>(
        "diff", "rule_files",
        "files with `[[rule]]` tables, read after `[[diff.rule]]`; a relative path is seen from "
        "the file that names it"),

    key<TextType<check_rule_endpoint>, &DiffRule::endpoint>(
        "diff.rule", "endpoint", "the rule is for; `\"*\"` = every endpoint"),
    optional_text<&DiffRule::path, check_place>("diff.rule", "path",
                                                "a JSON pointer with `*` (one step) and `**` "
                                                "(any), `header:X`, `status`, ...; must be given"),
    action_key<TextType<check_action>, set_action, get_action>(
        "action", "`\"ignore\"`; a rule has exactly one of the next four"),
    action_key<TextType<check_array>, set_array, get_array>(
        "array", "order does not count: `\"set\"`, `\"multiset\"` or `\"key:<field>\"`"),
    action_key<ToleranceType, set_tolerance, get_tolerance>(
        "tolerance",
        "how far two numbers may be apart: `0.01`, or `\"1%\"` "
        "of the larger one"),
    action_key<TextType<check_regex>, set_match, get_match>(
        "match", "a regular expression (RE2) for the shadow's value"),
    optional_text<&DiffRule::reason, check_text>("diff.rule", "reason", "for people"),
    optional_text<&DiffRule::expires, check_date>(
        "diff.rule", "expires",
        "the last day (UTC) of the rule, seen at start and reload: `\"2027-01-31\"`"),

    key<ReferenceType, &Noise::reference>(
        "noise", "reference",
        "who answers a second time: `\"self\"` (the primary, safe methods only) or the URL of a "
        "second primary"),
    key<PercentType, &Noise::percent>("noise", "percent",
                                      "of mirrored exchanges that the reference answers, too, "
                                      "behind the first 64 of each endpoint"),
    key<CountType, &Noise::max_per_second>("noise", "max_per_second",
                                           "requests to the reference, of each backstage loop",
                                           at_least_one),
    key<TextType<check_noise_mode>, &Noise::mode>(
        "noise", "mode",
        "how the report judges: by `\"evidence\"`, or by Diffy's formulas: `\"diffy\"`"),

    key<TextType<check_recheck>, &Recheck::when>(
        "recheck", "when", "`auto`: if there is a `noise.reference`; `always` or `never`"),
    key<DurationType, &Recheck::delay>("recheck", "delay", "until both are asked again", waits),
    key<CountType, &Recheck::max_per_second>(
        "recheck", "max_per_second", "requests asked again, of each backstage loop", at_least_one),

    key<ListType<check_field>, &Privacy::headers>(
        "privacy", "headers", "pseudonyms in the log; of Set-Cookie the values of cookies"),
    key<ListType<check_pointer>, &Privacy::paths>("privacy", "paths",
                                                  "places in JSON bodies that are secret"),
    key<ListType<check_detector>, &Privacy::detect>("privacy", "detect",
                                                    "what is recognised anywhere in a value"),

    key<TextType<check_text>, &Log::path>("log", "path", "a directory of NDJSON segments"),
    key<SizeType, &Log::segment_bytes>(
        "log", "segment", "size of a segment",
        Bounds{limits::min_segment_bytes, limits::max_configured_memory}),
    key<SizeType, &Log::keep_bytes>("log", "keep", "oldest segments go first, counted",
                                    Bounds{limits::min_segment_bytes, limits::max_configured_disk}),
    key<CountType, &Log::examples>(
        "log", "examples",
        "full records per signature and hour; the rest is counted, never lost from the figures",
        counts),
});

std::size_t one(const Config&) {
  return 1;
}

template <auto member>
constexpr Section single(std::string_view name, std::string_view meaning) {
  return {name,
          false,
          meaning,
          one,
          [](Config& config, std::size_t) -> Target { return &(config.*member); },
          nullptr};
}

template <auto member>
constexpr Section repeated(std::string_view name, std::string_view meaning) {
  return {name,
          true,
          meaning,
          [](const Config& config) { return (config.*member).size(); },
          [](Config& config, std::size_t index) -> Target { return &(config.*member)[index]; },
          [](Config& config) { (config.*member).emplace_back(); }};
}

// A table within each of another: `[listen.tls]`, or `tls = { ... }` in `[[listen]]`.
template <auto outer, auto inner>
constexpr Section within(std::string_view name, std::string_view meaning) {
  return {
      name,
      false,
      meaning,
      [](const Config& config) { return (config.*outer).size(); },
      [](Config& config, std::size_t index) -> Target { return &((config.*outer)[index].*inner); },
      nullptr};
}

constexpr auto sections = std::to_array<Section>({
    repeated<&Config::listen>("listen", "Where clients come in. `[listen]` serves too."),
    within<&Config::listen, &Listen::tls>(
        "listen.tls",
        "HTTPS instead of HTTP; also written `tls = { cert = ..., key = ... }` in `[[listen]]`."),
    single<&Config::server>("server", "The live path."),
    single<&Config::primary>("primary", "The service whose answers clients get."),
    {"primary.tls", false, "For an `https://` URL.", one,
     [](Config& config, std::size_t) -> Target { return &config.primary.tls; }, nullptr},
    repeated<&Config::shadows>("shadow",
                               "A server that gets copies. `[shadow]` serves too; several are "
                               "allowed, each with its own limits and report."),
    within<&Config::shadows, &Shadow::tls>("shadow.tls", "For an `https://` URL."),
    repeated<&Config::routes>("route",
                              "First match wins; what it names overrides the shadow's own value."),
    single<&Config::session>(
        "session",
        "Which requests belong together. When a shadow did not get a write of a session, what "
        "differs in its answers to the session later is counted apart, as `tainted`."),
    single<&Config::diff>("diff", "How answers are compared."),
    {"diff.rule", true, "A place that is treated specially.",
     [](const Config& config) { return config.diff.rules.size(); },
     [](Config& config, std::size_t index) -> Target { return &config.diff.rules[index]; },
     [](Config& config) { config.diff.rules.emplace_back(); }},
    single<&Config::noise>("noise", "Which differences are none of the shadow's."),
    single<&Config::recheck>(
        "recheck",
        "Requests with a safe method whose answers differ in a new way are asked again, of the "
        "shadow and of the primary (or the URL in `noise.reference`): does it stay?"),
    single<&Config::privacy>("privacy", "What must not stand in the log."),
    single<&Config::log>("log", "What is written."),
});

constexpr auto reserved = std::to_array<Reserved>({
    {"", "admin", "the admin endpoint is not supported yet"},
});

}  // namespace

std::span<const Key> all_keys() {
  return keys;
}
std::span<const Section> all_sections() {
  return sections;
}
std::span<const Reserved> all_reserved() {
  return reserved;
}

const Section* find_section(std::string_view name) {
  for (const auto& section : sections) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

const Key* find_key(std::string_view section, std::string_view name) {
  for (const auto& candidate : keys) {
    if (candidate.section == section && candidate.name == name) return &candidate;
  }
  return nullptr;
}

std::string shown(const Section& section) {
  return section.is_repeated ? fmt::format("[[{}]]", section.name)
                             : fmt::format("[{}]", section.name);
}

}  // namespace understudy::config
