#pragma once

#include <string_view>

namespace understudy::diff {

// Whether two different texts look random, in the same way. Requires: both are letters::word and
// nothing else.
//
// Both have the same length and the same cases of letters. Hexadecimal digits of one case from 8
// on, letters and digits of one case from 12 on, of both cases from 10 on, if kinds of characters
// alternate as they do by chance and not in words, names and numbers. Short ones must differ in
// half of their characters, which counters and article numbers do not.
bool are_token_words(std::string_view primary, std::string_view shadow);

// The same of runs with the marks of base64 or base64url, or "-" and "_" between words, from 16 on.
bool are_token_runs(std::string_view primary, std::string_view shadow);

}  // namespace understudy::diff
