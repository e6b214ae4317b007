#pragma once

#include <string_view>

#include "diff/markup.h"

namespace understudy::diff {

// Reads XML or HTML with libxml2: nothing is fetched, no DTD and no external entity is loaded, and
// entities of a document's own are refused rather than expanded.
//
// Returns why the text cannot be compared as a tree, in the words of the log, or nothing:
// "invalid_xml" (not well-formed, or with declarations of entities), "too_deep" (more than
// limits::max_markup_depth elements around one), "too_large" (a tag with more attributes than
// limits::max_tag_attributes, or what looks like it). HTML is never invalid, but for one without an
// element
// ("invalid_html").
//
// Requires: UTF-8 without NUL, and a fresh `markup`.
std::string_view read_xml(std::string_view text, Markup& markup);
std::string_view read_html(std::string_view text, Markup& markup);

}  // namespace understudy::diff
