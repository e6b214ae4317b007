#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "report/facts.h"
#include "report/html_parts.h"
#include "report/noise.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

void put_noise(Html& page, const Summary& summary) {
  const auto places = noise_places(summary);
  if (places.empty()) return;
  begin_section(page, "noise", "Noise",
                "Places where the primary differs from itself, or that are made anew for each "
                "answer. Not held against the shadow.");
  begin_table(page, "noise", "Places that are noise, the most frequent first");
  page.begin("thead").begin("tr");
  for (const auto* name : {"Endpoint", "Place", "Kind"}) {
    page.element("th", name, {{"scope", "col"}, {"data-sort", "text"}});
  }
  page.element("th", "Differed", {{"scope", "col"}, {"data-sort", "number"}});
  page.element("th", "Why", {{"scope", "col"}, {"data-sort", "text"}});
  page.end().end().begin("tbody");
  const auto shown = std::min(limits::page_rows, places.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [endpoint, place] = places[i];
    page.begin("tr").begin("th", {{"scope", "row"}});
    put_endpoint_name(page, summary, endpoint->name, endpoint->shadow);
    page.end().begin("td");
    page.element("code", cut_middle(harmless(place->key.place), limits::page_place_columns)).end();
    page.element("td", diff::name(place->key.kind));
    put_count(page, place->counts.differed);
    page.element("td", evidence(*place, *endpoint)).end();
  }
  page.end();
  end_table(page);
  put_more(page, places.size(), shown, "understudy report --json");
  page.end();
}

}  // namespace understudy::report
