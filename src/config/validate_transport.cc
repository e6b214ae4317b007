// What must fit together for TLS and the PROXY protocol, and the files that are named for them.
#include <fmt/format.h>

#include "config/origins.h"

namespace understudy::config {
namespace {

// Adds problems at the keys of one table.
class Table {
 public:
  Table(const Origins& origins, Loaded& loaded, std::string_view section, std::size_t index)
      : origins_(origins), loaded_(loaded), section_(section), index_(index) {}

  void problem(std::string_view key, std::string message) {
    auto made = problem_at(origins_, section_, index_, key);
    made.message = std::move(message);
    loaded_.problems.push_back(std::move(made));
  }
  void warning(std::string_view key, std::string message) {
    auto made = problem_at(origins_, section_, index_, key);
    made.message = std::move(message);
    loaded_.warnings.push_back(std::move(made));
  }
  // As problem(), about what was found in a file.
  void tell(std::string_view key, const Result<void>& checked) {
    if (checked) return;
    problem(key, fmt::format("\"{}\" in [{}]: {}", key, section_, checked.error().detail));
  }

 private:
  const Origins& origins_;
  Loaded& loaded_;
  const std::string section_;
  const std::size_t index_;
};

void validate_listen(const Config& config, const Listen& listen, Table tls, Table table) {
  if (listen.tls.cert.size() != listen.tls.key.size()) {
    tls.problem(listen.tls.cert.size() < listen.tls.key.size() ? "key" : "cert",
                fmt::format("[listen.tls] must have as many of \"cert\" ({}) as of \"key\" ({})",
                            listen.tls.cert.size(), listen.tls.key.size()));
  }
  if (listen.tls.cert.empty() && !listen.tls.client_ca.empty()) {
    tls.problem("client_ca", "\"client_ca\" in [listen.tls] needs \"cert\" and \"key\", too");
  }
  if (listen.proxy_protocol != "off" && config.server.trusted_proxies.texts().empty()) {
    table.problem("proxy_protocol",
                  "\"proxy_protocol\" in [[listen]] needs \"trusted_proxies\" in [server]: who may "
                  "tell us who the client is");
  }
}

void validate_upstream(const Url& url, const UpstreamTls& tls, Table table) {
  if (tls.cert.empty() != tls.key.empty()) {
    table.problem(tls.cert.empty() ? "key" : "cert", "\"cert\" and \"key\" belong together");
  }
  const std::pair<const char*, const std::string&> texts[] = {
      {"ca", tls.ca}, {"cert", tls.cert}, {"server_name", tls.server_name}};
  for (const auto& [key, text] : texts) {
    if (text.empty() || url.is_https || url.text.empty()) continue;
    table.problem(key, fmt::format("\"{}\" is for TLS, and {} has no https://", key, url.text));
  }
  if (tls.verify || !url.is_https) return;
  table.warning("verify", fmt::format("{} is not verified: anybody on the way could answer for it",
                                      url.text));
}

void check_upstream(const UpstreamTls& tls, const FileChecks& checks, Table table) {
  if (!tls.ca.empty()) table.tell("ca", checks.authorities(tls.ca));
  if (tls.cert.empty()) return;
  const auto certificate = checks.certificate(tls.cert);
  table.tell("cert", certificate);
  if (certificate) table.tell("key", checks.key(tls.cert, tls.key));
}

void check_listen(const ListenTls& tls, const FileChecks& checks, Table table) {
  for (std::size_t i = 0; i < tls.cert.size(); ++i) {
    const auto certificate = checks.certificate(tls.cert[i]);
    table.tell("cert", certificate);
    if (certificate) table.tell("key", checks.key(tls.cert[i], tls.key[i]));
  }
  if (!tls.client_ca.empty()) table.tell("client_ca", checks.authorities(tls.client_ca));
}

}  // namespace

void validate_transport(const Config& config, const Origins& origins, Loaded& loaded) {
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    validate_listen(config, config.listen[i], {origins, loaded, "listen.tls", i},
                    {origins, loaded, "listen", i});
  }
  validate_upstream(config.primary.url, config.primary.tls, {origins, loaded, "primary.tls", 0});
  for (std::size_t i = 0; i < config.shadows.size(); ++i) {
    const auto& shadow = config.shadows[i];
    validate_upstream(shadow.url, shadow.tls, {origins, loaded, "shadow.tls", i});
  }
}

void check_files(const Config& config, const Origins& origins, const FileChecks& checks,
                 Loaded& loaded) {
  if (!checks.certificate) return;
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    check_listen(config.listen[i].tls, checks, {origins, loaded, "listen.tls", i});
  }
  check_upstream(config.primary.tls, checks, {origins, loaded, "primary.tls", 0});
  for (std::size_t i = 0; i < config.shadows.size(); ++i) {
    check_upstream(config.shadows[i].tls, checks, {origins, loaded, "shadow.tls", i});
  }
}

}  // namespace understudy::config
