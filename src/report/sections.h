#pragma once

#include <cstddef>
#include <string>

#include "understudy/report/render.h"

// The parts of a report, each with its heading; empty when there is nothing to say.
namespace understudy::report {

std::string endpoints_section(const Summary& summary, const Style& style);
std::string signatures_section(const Summary& summary, const Style& style);
std::string accepted_section(const Summary& summary, const Style& style);
std::string noise_section(const Summary& summary, const Style& style);
std::string latency_section(const Summary& summary, const Timings& timings, const Style& style);
std::string accounting_section(const Report& report, const Style& style);

constexpr std::size_t widest_name = 60;  // columns of an endpoint's name before its figures
constexpr std::size_t widest_id = 16;    // columns of a signature's name

// "GET /x", with the shadow's name when there are several.
std::string endpoint_name(const Summary& summary, const std::string& shadow,
                          const std::string& endpoint);

// "and 12 more (--all)": what a bounded list left out, or nothing.
std::string more_line(std::size_t total, std::size_t shown, const Style& style);

}  // namespace understudy::report
