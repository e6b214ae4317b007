#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::bench {

// Finds where HTTP/1.1 messages end that say their length, and nothing else of HTTP: enough for
// peers that we wrote ourselves and for proxies that pass lengths on.
//
// Owner: a connection.
class MessageReader {
 public:
  enum class Step {
    more,     // all bytes are taken; the message goes on
    head,     // a head is complete, its body follows
    message,  // a message is complete
    broken,   // no HTTP, a head that is too long, or a body whose length nobody knows
  };

  // Takes bytes from the front of `bytes`, as far as the next step. A message without a body has
  // both steps as well: `head`, then `message` with no further bytes.
  Step read(std::string_view& bytes);

  // Of the last head: an answer's status (0 of a request), and whether its sender will close.
  int status() const { return status_; }
  bool is_last() const { return is_last_; }

 private:
  Step read_head(std::string_view& bytes);
  bool understand(std::string_view head);
  bool understand_field(std::string_view line);

  std::string begun_;  // of a head that came in pieces
  std::uint64_t left_ = 0;
  bool is_in_body_ = false;
  int status_ = 0;
  bool is_last_ = false;
};

}  // namespace understudy::bench
