#pragma once

#include <string_view>

// The page's style sheet and script, which embed.py makes of page.css and page.js when the program
// is built, and the base 64 of their SHA-256 by which the page's policy names them.
namespace understudy::report {

extern const std::string_view page_style;
extern const std::string_view page_style_sha256;
extern const std::string_view page_script;
extern const std::string_view page_script_sha256;

}  // namespace understudy::report
