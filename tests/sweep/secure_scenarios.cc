// Scenarios with TLS on every leg: the calls below it fail, and those of OpenSSL.
#include <fmt/format.h>

#include "sweep/scenarios.h"

namespace understudy::sweep {

namespace {

const std::string upload(100 * limits::kib, 's');

void tls_everywhere(Play& play) {
  play.speak_tls();
}

// Two connections of the client, one handshake of each kind: the second resumes nothing of the
// client's, but the house resumes with its primary.
void secure_exchange(Play& play) {
  play.primary().answers(200, "sealed");
  play.shadow().answers(200, "sealed");
  const auto client = play.enter();
  play.ask(*client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", {200, "sealed"});
  play.primary().closes_connections();
  play.ask(*client, "GET /b HTTP/1.1\r\nHost: a\r\n\r\n", {200, "sealed"});
}

void secure_upload(Play& play) {
  play.primary().answers(200, upload);
  play.shadow().answers(200, upload);
  const auto client = play.enter();
  play.ask(*client,
           fmt::format("POST /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                       "Content-Length: {}\r\n\r\n{}",
                       upload.size(), upload),
           {200, upload});
}

}  // namespace

const std::vector<Scenario>& secure_scenarios() {
  static const std::vector<Scenario> all{
      {"TLS: handshakes and small answers", tls_everywhere, secure_exchange, true},
      {"TLS: large bodies and the end", tls_everywhere, secure_upload, true},
  };
  return all;
}

}  // namespace understudy::sweep
