#include "ledger/book.h"

#include <filesystem>
#include <fstream>
#include <type_traits>

namespace understudy::ledger {

// Writer and reader are the same program on the same machine.
static_assert(std::is_trivially_copyable_v<Entry>);

bool Book::save(const std::string& path) const {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(entries_.data()),
            static_cast<std::streamsize>(entries_.size() * sizeof(Entry)));
  return out.good();
}

Book Book::load(const std::string& path) {
  Book book;
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(path, failure);
  if (failure) return book;
  book.entries_.resize(bytes / sizeof(Entry));
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(book.entries_.data()),
          static_cast<std::streamsize>(book.entries_.size() * sizeof(Entry)));
  return book;
}

}  // namespace understudy::ledger
