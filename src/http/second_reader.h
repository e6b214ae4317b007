#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "understudy/http/head.h"

namespace understudy::http {

// The second opinion on a message: llhttp reads the same bytes, and where it understands them
// differently from our own reading the message is refused. A difference between two readers is
// exactly what request smuggling needs, so none may pass.
//
// Owner:   a parser.
// Thread:  its loop.
class SecondReader {
 public:
  explicit SecondReader(bool reads_requests);
  ~SecondReader();
  SecondReader(const SecondReader&) = delete;
  SecondReader& operator=(const SecondReader&) = delete;

  // `raw` is a whole head with its empty line. Starts over: whatever was read before is forgotten.
  bool agrees(std::string_view raw, const RequestHead& head);
  bool agrees(std::string_view raw, const ResponseHead& head);
  // The body that framing found in the head just read, if there is one.
  bool agrees_on_framing(const Framing& framing) const;

  // The parts of a chunked body, in order, after a head that announced one. `digits` without its
  // line end and extension; `raw` is the trailer section with its empty line.
  bool agrees_on_chunk(std::string_view digits, std::uint64_t size);
  bool agrees_on_data(std::string_view piece);
  bool agrees_on_data_end();
  bool agrees_on_trailers(std::string_view raw, const Fields& trailers);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace understudy::http
