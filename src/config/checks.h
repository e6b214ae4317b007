#pragma once

#include <string_view>

#include "understudy/base/result.h"

// What a text must look like to be good for a key. Errors as in values.h: they follow "must be".
namespace understudy::config {

Result<void> check_date(std::string_view text);         // RFC 3339, full-date
Result<void> check_text(std::string_view text);         // anything without control characters
Result<void> check_listen(std::string_view text);       // 127.0.0.1:80, [::1]:80, unix:/path
Result<void> check_name(std::string_view text);         // letters, digits, "-", "_", "."
Result<void> check_method(std::string_view text);       // a token or "*"
Result<void> check_server_name(std::string_view text);  // a host's name or address
Result<void> check_proxy_in(std::string_view text);     // off | accept | require
Result<void> check_proxy_out(std::string_view text);    // off | v1 | v2
Result<void> check_field(std::string_view text);        // a header's name
Result<void> check_host(std::string_view text);         // preserve | upstream | host[:port]
Result<void> check_sample_key(std::string_view text);
Result<void> check_pattern(std::string_view text);   // a path with "*", "**" and {name}
Result<void> check_endpoint(std::string_view text);  // the same, with a method before it if wanted
Result<void> check_rule_endpoint(std::string_view text);  // the same, or "*"
Result<void> check_pointer(std::string_view text);        // RFC 6901 with "*" and "**"
Result<void> check_place(
    std::string_view text);  // a pointer, "header:X", "trailer:X", "status", ...
Result<void> check_noise_mode(std::string_view text);  // evidence | diffy
Result<void> check_recheck(std::string_view text);     // auto | always | never
Result<void> check_detector(std::string_view text);    // email | card | jwt
Result<void> check_array(std::string_view text);       // set | multiset | key:<field>
Result<void> check_action(std::string_view text);      // ignore
Result<void> check_forwarded(std::string_view text);   // x-forwarded | forwarded | both | off
Result<void> check_regex(std::string_view text);       // RE2

}  // namespace understudy::config
