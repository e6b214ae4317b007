#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "report/html.h"
#include "understudy/report/latency.h"
#include "understudy/report/render.h"

// The parts of the page: each writes its section, or nothing when there is nothing to say.
namespace understudy::report {

// What may become of a mirrored exchange: the order of bars, columns and of the legend.
struct OutcomeColumn {
  std::string_view style;  // the class in page.css
  std::string_view label;
  std::uint64_t (*count)(const Totals& totals);
  bool is_always_shown;
};
extern const std::array<OutcomeColumn, 8> outcome_columns;

// A bar of all outcomes with a text that says the same.
void put_outcome_bar(Html& page, const Totals& totals);

void put_endpoints(Html& page, const Summary& summary);
void put_signatures(Html& page, const Summary& summary, const Style& style);
void put_noise(Html& page, const Summary& summary);
void put_latency(Html& page, const Summary& summary, const Timings& timings);
void put_history(Html& page, const Summary& summary);
void put_accounting(Html& page, const Report& report);

// Whether there is more than one stretch of time to tell of.
bool has_history(const Summary& summary);

// The beginning of a section with its heading; end() closes it.
void begin_section(Html& page, std::string_view id, std::string_view title, std::string_view lead);

// The beginning of a table in a box of its own that scrolls: the box, the table, its caption.
// end_table() closes them.
void begin_table(Html& page, std::string_view id, std::string_view caption);
void end_table(Html& page);

// "and 12 more": what a bounded list left out, or nothing.
void put_more(Html& page, std::size_t total, std::size_t shown, std::string_view command);

// The name of an endpoint, with its shadow's when there are several.
void put_endpoint_name(Html& page, const Summary& summary, const std::string& endpoint,
                       const std::string& shadow);

// A figure in a table: what is shown, and what it is sorted by.
void put_figure(Html& page, std::string_view text, std::int64_t value, std::string_view style = {});
void put_count(Html& page, std::uint64_t count, std::string_view style = {});

}  // namespace understudy::report
