// Runs a fuzz entry on its seeds and on a fixed number of mutations of them: the same on every
// machine and under every compiler, so that a failure can be repeated.
//
//   driver [RUNS [FIRST]]   run the seeds and the mutations FIRST .. FIRST + RUNS
//   driver FILE...          run files, for instance those that libFuzzer found

#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz.h"

namespace understudy::fuzz {
namespace {

constexpr std::uint64_t usual_runs = 20'000;
constexpr std::size_t most_mutations = 6;
// Longer inputs find nothing that shorter ones do not, and take longer.
constexpr std::size_t longest_input = 2048;
constexpr std::size_t longest_copy = 64;
constexpr std::size_t cuts_one_in = 4;  // cutting too often leaves little to read
constexpr std::string_view marks{"\r\n \t:;,=\0\x7f\xff\"09aAF/*?#", 22};

std::string current;
std::uint64_t current_run = 0;

// Shows what broke a promise before the process ends.
void on_abort(int) {
  std::fprintf(stderr, "run %llu, %zu bytes:\n", static_cast<unsigned long long>(current_run),
               current.size());
  for (const char c : current) {
    if (c >= ' ' && c < 0x7f && c != '\\') {
      std::fputc(c, stderr);
    } else {
      std::fprintf(stderr, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  std::fputs("\n", stderr);
  std::puts("0 passed, 1 failed");
  std::fflush(stdout);
}

void run(std::string input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

std::string_view any_part(Dice& dice, std::string_view text) {
  if (text.empty()) return {};
  const std::size_t at = dice.below(text.size());
  return text.substr(at, 1 + dice.below(longest_copy));
}

void mutate(Dice& dice, std::string& text) {
  enum { flip, mark, insert_mark, word, erase, repeat, splice, cut, kinds };
  const std::size_t at = dice.below(text.size() + 1);
  const char any_mark = marks[dice.below(marks.size())];
  const auto kind = dice.below(kinds);
  const bool has_byte = at < text.size();
  if (kind == flip && has_byte) text[at] = static_cast<char>(text[at] ^ (1 << dice.below(8)));
  if (kind == mark && has_byte) text[at] = any_mark;
  if (kind == insert_mark) text.insert(at, 1, any_mark);
  if (kind == word && !words().empty()) text.insert(at, words()[dice.below(words().size())]);
  if (kind == erase) text.erase(at, 1 + dice.below(longest_copy));
  if (kind == repeat) text.insert(at, std::string(any_part(dice, text)));
  if (kind == splice) text.insert(at, any_part(dice, seeds()[dice.below(seeds().size())]));
  if (kind == cut && dice.below(cuts_one_in) == 0) text.resize(at);
  if (text.size() > longest_input) text.resize(longest_input);
}

void run_mutations(std::uint64_t first, std::uint64_t count) {
  for (current_run = first; current_run < first + count; ++current_run) {
    Dice dice(current_run);
    std::string input(seeds()[dice.below(seeds().size())]);
    for (std::size_t left = 1 + dice.below(most_mutations); left > 0; --left) mutate(dice, input);
    run(std::move(input));
  }
}

bool is_number(std::string_view text) {
  return text.find_first_not_of("0123456789") == text.npos;
}

int run_files(int count, char** paths) {
  for (int i = 0; i < count; ++i) {
    std::ifstream file(paths[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot read %s\n", paths[i]);
      return 2;
    }
    run(std::string(std::istreambuf_iterator<char>(file), {}));
  }
  std::printf("%d passed, 0 failed\n", count);
  return 0;
}

int run_all(int argc, char** argv) {
  if (argc > 1 && !is_number(argv[1])) return run_files(argc - 1, argv + 1);
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : usual_runs;
  const std::uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  for (const std::string_view seed : seeds()) run(std::string(seed));
  run_mutations(first, count);
  std::printf("%llu mutations of %zu seeds\n", static_cast<unsigned long long>(count),
              seeds().size());
  std::puts("1 passed, 0 failed");
  return 0;
}

}  // namespace
}  // namespace understudy::fuzz

int main(int argc, char** argv) {
  std::signal(SIGABRT, understudy::fuzz::on_abort);
  return understudy::fuzz::run_all(argc, argv);
}
