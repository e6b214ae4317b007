#include "report/exchange_line.h"

#include "understudy/json/document.h"
#include "understudy/record/decode.h"
#include "understudy/report/exchanges.h"

namespace understudy::report {

namespace {

// Takes members off the beginning of a line, in the order in which record::encode writes them.
class Members {
 public:
  explicit Members(std::string_view line) : line_(line) {}

  // The raw text of the string member that stands next; `prefix` is everything before its value.
  std::string_view next(std::string_view prefix) {
    if (!is_good_ || line_.substr(at_, prefix.size()) != prefix) return fail();
    const auto begin = at_ + prefix.size();
    auto end = line_.find('"', begin);
    while (end != line_.npos && is_escaped(begin, end)) end = line_.find('"', end + 1);
    if (end == line_.npos) return fail();
    at_ = end;
    return line_.substr(begin, end - begin);
  }

  bool is_good() const { return is_good_; }
  std::size_t at() const { return at_; }

 private:
  std::string_view fail() {
    is_good_ = false;
    return {};
  }

  bool is_escaped(std::size_t begin, std::size_t quote) const {
    auto at = quote;
    while (at > begin && line_[at - 1] == '\\') --at;
    return (quote - at) % 2 == 1;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  bool is_good_ = true;
};

std::optional<ExchangeStart> start_as_written(std::string_view line) {
  Members members(line);
  ExchangeStart start;
  start.id = members.next(R"({"schema_version":1,"kind":"exchange","id":")");
  start.time = members.next(R"(","time":")");
  const auto group_begin = members.at();
  start.outcome = members.next(R"(","outcome":")");
  start.reason = members.next(R"(","reason":")");
  start.signature = members.next(R"(","signature":")");
  start.shadow = members.next(R"(","shadow":")");
  const auto group_end = members.at();
  start.endpoint = members.next(R"(","endpoint":")");
  if (!members.is_good()) return std::nullopt;
  start.group = line.substr(group_begin, group_end - group_begin);
  return start;
}

}  // namespace

std::optional<ExchangeStart> start_of(std::string_view line, std::string& scratch) {
  if (const auto start = start_as_written(line)) return start;
  const auto exchange = parse_exchange(line);
  if (!exchange) return std::nullopt;
  scratch = record::encode(*exchange);
  return start_as_written(scratch);
}

std::optional<record::Exchange> parse_exchange(std::string_view line) {
  json::Document document;
  if (!document.parse(line) || document.root().type() != json::Type::object) return std::nullopt;
  return record::decode_exchange(document.root());
}

std::string group_of(const std::string& shadow, const std::string& signature) {
  record::Exchange exchange;
  exchange.outcome = record::Outcome::different;
  exchange.shadow = shadow;
  exchange.signature = signature;
  const auto line = record::encode(exchange);
  const auto start = start_as_written(line);
  return start ? std::string(start->group) : std::string();
}

}  // namespace understudy::report
