#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report/html_parts.h"
#include "report/text.h"

namespace understudy::report {

namespace {

constexpr double width = 720, panel_height = 90, gap = 30;

// The difference of both legs in most exchanges lies between the outer two of these.
constexpr std::array<double, 3> band{0.1, 0.5, 0.9};

// "12:30:00", or with the day where the log is longer than one.
std::string clock_text(WallTime at, bool has_day) {
  constexpr std::size_t day = 5, hour = 11, end = 19;
  auto text = to_rfc3339(at).substr(has_day ? day : hour, has_day ? end - day : end - hour);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

// The value at quantile `q` of shadow minus primary; requires pairs.
std::int64_t difference_us(const record::Latencies& latency, double q) {
  const auto faster = static_cast<double>(latency.faster_by.count());
  const auto slower = static_cast<double>(latency.slower_by.count());
  const auto rank = q * (faster + slower);
  // The most negative difference is the largest of what the shadow was faster by.
  if (rank < faster) return -latency.faster_by.quantile_us(1 - rank / faster);
  return latency.slower_by.quantile_us((rank - faster) / slower);
}

std::string signed_duration(std::int64_t us) {
  return (us < 0 ? "-" : "+") + duration(std::abs(us));
}

std::string number(double value) {
  return fmt::format("{:.1f}", value);
}

// What one shadow's stretches look like, in panels below each other on one axis of time.
class HistoryChart {
 public:
  explicit HistoryChart(const Shadow& shadow)
      : stretches_(shadow.history), step_(width / static_cast<double>(shadow.history.size())) {
    for (const auto& stretch : stretches_) {
      const auto& totals = stretch.totals;
      most_requests_ = std::max(most_requests_, totals.with_outcome());
      highest_rate_ = std::max(highest_rate_, rate(totals));
      if (totals.latency.pairs() == 0) continue;
      for (const auto q : band) {
        largest_us_ = std::max(largest_us_, std::abs(difference_us(totals.latency, q)));
      }
    }
    // Where nothing differs, or nobody knows pairs, there is nothing to draw.
    panels_.push_back(&HistoryChart::put_requests);
    if (highest_rate_ > 0) panels_.push_back(&HistoryChart::put_rates);
    if (largest_us_ > 0) panels_.push_back(&HistoryChart::put_differences);
  }

  void put(Html& page) const {
    const auto height = static_cast<double>(panels_.size()) * (panel_height + gap) + gap;
    page.begin("svg", {{"viewBox", fmt::format("0 0 {} {}", width, height)},
                       {"class", "chart"},
                       {"role", "img"},
                       {"aria-label", label()}});
    double top = gap;
    for (const auto put_panel : panels_) {
      (this->*put_panel)(page, top);
      top += panel_height + gap;
    }
    put_times(page, top - gap);
    page.end();
  }

 private:
  static double rate(const Totals& totals) {
    if (totals.compared() == 0) return 0;
    return static_cast<double>(totals.different) / static_cast<double>(totals.compared());
  }

  double left(std::size_t index) const { return step_ * static_cast<double>(index); }

  static void put_title(Html& page, double top, std::string_view text) {
    page.element("text", text, {{"class", "title"}, {"x", "0"}, {"y", number(top - 8)}});
  }

  void put_block(Html& page, std::size_t index, std::string_view style, double top,
                 double height) const {
    page.empty("rect", {{"class", std::string(style)},
                        {"x", number(left(index) + step_ / 10)},
                        {"y", number(top)},
                        {"width", number(step_ * 0.8)},
                        {"height", number(height)}});
  }

  void put_base(Html& page, double y) const {
    page.empty("path", {{"class", "axis"}, {"d", fmt::format("M0 {}H{}", number(y), width)}});
  }

  void put_requests(Html& page, double top) const {
    put_title(page, top, fmt::format("mirrored requests, up to {}", grouped(most_requests_)));
    const auto scale =
        panel_height / static_cast<double>(std::max<std::uint64_t>(1, most_requests_));
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
      auto bottom = top + panel_height;
      for (const auto& outcome : outcome_columns) {
        const auto height = scale * static_cast<double>(outcome.count(stretches_[i].totals));
        if (height == 0) continue;
        bottom -= height;
        put_block(page, i, outcome.style, bottom, height);
      }
    }
    put_base(page, top + panel_height);
  }

  void put_rates(Html& page, double top) const {
    put_title(page, top, fmt::format("share that differs, up to {:.2g} %", 100 * highest_rate_));
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
      const auto height = panel_height * rate(stretches_[i].totals) / highest_rate_;
      if (height > 0) put_block(page, i, "different", top + panel_height - height, height);
    }
    put_base(page, top + panel_height);
  }

  // Above the middle the shadow is slower.
  void put_differences(Html& page, double top) const {
    put_title(page, top,
              fmt::format("shadow slower (up) or faster (down) than the primary, up to {}: a line "
                          "at the median, most exchanges in the bar",
                          duration(largest_us_)));
    const auto middle = top + panel_height / 2;
    const auto y = [&](const record::Latencies& latency, double q) {
      const auto part =
          static_cast<double>(difference_us(latency, q)) / static_cast<double>(largest_us_);
      return middle - part * panel_height / 2;
    };
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
      const auto& latency = stretches_[i].totals.latency;
      if (latency.pairs() == 0) continue;
      const auto highest = y(latency, band[2]);
      put_block(page, i, "band", highest, std::max(1.0, y(latency, band[0]) - highest));
      page.empty("path", {{"class", "shadow-line"},
                          {"d", fmt::format("M{} {}h{}", number(left(i) + step_ / 10),
                                            number(y(latency, band[1])), number(step_ * 0.8))}});
    }
    put_base(page, middle);
  }

  void put_times(Html& page, double bottom) const {
    constexpr std::size_t names = 5;
    const bool has_day = stretches_.back().from - stretches_.front().from > std::chrono::hours(24);
    const auto every = (stretches_.size() + names - 1) / names;
    for (std::size_t i = 0; i < stretches_.size(); i += every) {
      page.empty("path", {{"class", "axis"},
                          {"d", fmt::format("M{} {}v5", number(left(i)), number(bottom))}});
      page.element("text", clock_text(stretches_[i].from, has_day),
                   {{"class", "title"}, {"x", number(left(i))}, {"y", number(bottom + 18)}});
    }
  }

  std::string label() const {
    std::size_t differing = 0;
    for (const auto& stretch : stretches_) differing += stretch.totals.different != 0 ? 1 : 0;
    return fmt::format("answers differ in {} of {}, in at most {:.2g} % of one", grouped(differing),
                       counted(stretches_.size(), "period"), 100 * highest_rate_);
  }

  const std::vector<Stretch>& stretches_;
  double step_;
  std::uint64_t most_requests_ = 0;
  double highest_rate_ = 0;
  std::int64_t largest_us_ = 0;
  std::vector<void (HistoryChart::*)(Html&, double) const> panels_;
};

// The same in figures.
void put_figures(Html& page, const Shadow& shadow, std::size_t index) {
  const bool has_day =
      shadow.history.back().from - shadow.history.front().from > std::chrono::hours(24);
  page.begin("details").element("summary", "In figures");
  begin_table(page, fmt::format("history-{}", index),
              fmt::format("Shadow {} over time (UTC)", shadow.name));
  page.begin("thead").begin("tr").element("th", "From", {{"scope", "col"}});
  for (const auto& outcome : outcome_columns) {
    page.element("th", outcome.label, {{"scope", "col"}, {"data-sort", "number"}});
  }
  for (const auto* name : {"slower by, p10", "median", "p90"}) {
    page.element("th", name, {{"scope", "col"}, {"data-sort", "number"}});
  }
  page.end().end().begin("tbody");
  for (const auto& [from, totals] : shadow.history) {
    page.begin("tr").element("th", clock_text(from, has_day), {{"scope", "row"}});
    for (const auto& outcome : outcome_columns) {
      put_count(page, outcome.count(totals), outcome.style);
    }
    for (const auto q : band) {
      if (totals.latency.pairs() == 0) {
        put_figure(page, "-", 0, "none");
        continue;
      }
      const auto us = difference_us(totals.latency, q);
      put_figure(page, signed_duration(us), us);
    }
    page.end();
  }
  page.end();
  end_table(page);
  page.end();
}

}  // namespace

bool has_history(const Summary& summary) {
  return std::any_of(summary.shadows.begin(), summary.shadows.end(),
                     [](const Shadow& shadow) { return shadow.history.size() > 1; });
}

void put_history(Html& page, const Summary& summary) {
  if (!has_history(summary)) return;
  begin_section(page, "history", "Over time",
                "When it happened. Colours are those of the endpoints; what became noise later "
                "may stand here as it was counted first.");
  std::size_t index = 0;
  for (const auto& shadow : summary.shadows) {
    ++index;
    if (shadow.history.size() < 2) continue;
    page.begin("figure");
    page.begin("div", {{"class", "scroll"},
                       {"tabindex", "0"},
                       {"role", "region"},
                       {"aria-label", fmt::format("Shadow {} over time", shadow.name)}});
    HistoryChart(shadow).put(page);
    page.end().begin("figcaption");
    page.element("strong", fmt::format("Shadow {}", shadow.name));
    page.text(
        fmt::format(", {} for each bar, times in UTC", duration(shadow.stretch_length.count())));
    page.end().end();
    put_figures(page, shadow, index);
  }
  page.end();
}

}  // namespace understudy::report
