#pragma once

#include "understudy/base/result.h"

struct ssl_st;

namespace understudy::net {

// Why the last operation on `ssl` failed, in words about the peer; clears OpenSSL's errors.
Error explain_tls_failure(const ssl_st* ssl);

}  // namespace understudy::net
