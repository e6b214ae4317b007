#pragma once

#include <string_view>

namespace understudy::http {

// The host and port of an absolute-form target ("http://host:80/path"), empty for other forms.
std::string_view target_authority(std::string_view target);

// A host with an optional port (RFC 3986, 3.2.2 and 3.2.3), not empty, without user information.
bool is_authority(std::string_view text);

// True if both name the same host and port; the default port of the target's scheme may be left
// out.
bool same_authority(std::string_view target, std::string_view a, std::string_view b);

}  // namespace understudy::http
