#include "understudy/base/result.h"

namespace understudy {

std::string_view name(Leg leg) {
  switch (leg) {
    case Leg::client:
      return "client";
    case Leg::primary:
      return "primary";
    case Leg::shadow:
      return "shadow";
    case Leg::reference:
      return "reference";
    case Leg::self:
      return "self";
  }
  return "self";
}

std::string_view name(Code code) {
  switch (code) {
    case Code::bad_config:
      return "bad_config";
    case Code::bad_input:
      return "bad_input";
    case Code::io:
      return "io";
    case Code::bad_request:
      return "bad_request";
    case Code::unsupported:
      return "unsupported";
    case Code::head_too_large:
      return "head_too_large";
    case Code::target_too_long:
      return "target_too_long";
    case Code::unknown_version:
      return "unknown_version";
    case Code::unmet_expectation:
      return "unmet_expectation";
    case Code::bad_answer:
      return "bad_answer";
    case Code::refused:
      return "refused";
    case Code::unreachable:
      return "unreachable";
    case Code::unresolved:
      return "resolve";
    case Code::reset:
      return "reset";
    case Code::closed_early:
      return "closed_early";
    case Code::tls_expired:
      return "tls_expired";
    case Code::tls_unknown_issuer:
      return "tls_unknown_issuer";
    case Code::tls_wrong_name:
      return "tls_wrong_name";
    case Code::tls_client_certificate:
      return "tls_client_certificate";
    case Code::tls_version:
      return "tls_version";
    case Code::tls:
      return "tls";
    case Code::timed_out:
      return "timed_out";
    case Code::over_limit:
      return "over_limit";
    case Code::cancelled:
      return "cancelled";
  }
  return "io";
}

bool is_tls(Code code) {
  return code >= Code::tls_expired && code <= Code::tls;
}

}  // namespace understudy
