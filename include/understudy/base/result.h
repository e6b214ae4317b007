#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace understudy {

// Who an error is about. The client sees errors of the client and primary legs only; an error of
// any other leg only ever becomes a count and a record.
enum class Leg { client, primary, shadow, reference, self };

// What went wrong, coarse enough to count by.
enum class Code {
  bad_config,              // the configuration or the command line
  bad_input,               // a file, a log line, an argument
  io,                      // the operating system refused
  bad_request,             // the client's message cannot be framed or understood
  unsupported,             // understood, but not done here (extension method, coding)
  head_too_large,          // 431
  target_too_long,         // 414
  unknown_version,         // 505: an HTTP version that we do not speak
  unmet_expectation,       // 417
  bad_answer,              // an upstream's message cannot be framed or understood
  refused,                 // connection refused
  unreachable,             // no route, no address
  unresolved,              // the name has no address that is known
  reset,                   // connection reset
  closed_early,            // clean end in the middle of a message
  tls_expired,             // the peer's certificate has expired, or is not valid yet
  tls_unknown_issuer,      // nobody that we trust vouches for the peer's certificate
  tls_wrong_name,          // the peer's certificate is for another name
  tls_client_certificate,  // a client's certificate is missing or refused: ours or the client's
  tls_version,             // no version of TLS that both sides speak
  tls,                     // anything else that kept a TLS connection from being one
  timed_out,
  over_limit,  // one of our own limits was reached
  cancelled,   // ended by ourselves: shutdown, the other side left
};

std::string_view name(Leg leg);
std::string_view name(Code code);
// One of those that begin with tls.
bool is_tls(Code code);

// A failure of untrusted input or of the environment. `detail` is a whole sentence fragment for
// people: what, where and, if there is one, the next step.
struct Error {
  Code code = Code::io;
  Leg leg = Leg::self;
  std::string detail;
};

// A value or the error that kept us from having one. Ignoring it is a compile error.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Requires: ok().
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Requires: !ok().
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// A result without a value: `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }

  // Requires: !ok().
  const Error& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace understudy
