// Runs a fuzz entry on inputs, and on a fixed number of mutations of them: the same on every
// machine and under every compiler, so that a failure can be repeated.
//
//   driver [--runs N] [--first M] [--words FILE] PATH...
//
// PATH is an input or a folder of inputs; N mutations of them follow, from number M on, with words
// from a dictionary as libFuzzer reads it.

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz.h"
#include "mutation.h"

namespace understudy::fuzz {
namespace {

constexpr std::size_t most_mutations = 6;

// What the driver was asked to do.
struct Order {
  std::uint64_t runs = 0;
  std::uint64_t first = 0;
  Vocabulary vocabulary;
};

std::string current;
std::string current_name;

// Shows what broke a promise before the process ends.
void on_abort(int) {
  std::fprintf(stderr, "%s, %zu bytes:\n", current_name.c_str(), current.size());
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

void run(std::string name, std::string input) {
  current_name = std::move(name);
  current = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

void run_mutations(const Order& order) {
  for (auto number = order.first; number < order.first + order.runs; ++number) {
    Dice dice(number);
    std::string input = order.vocabulary.inputs[dice.below(order.vocabulary.inputs.size())];
    for (auto left = 1 + dice.below(most_mutations); left > 0; --left)
      mutate(dice, order.vocabulary, input);
    run("mutation " + std::to_string(number), std::move(input));
  }
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  must(file.good(), "the file can be read: " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

// A dictionary's line: [name=]"text", with \\, \" and \xAB inside.
void take_word(std::string_view line, std::vector<std::string>& words) {
  const auto begin = line.find('"');
  const auto end = line.rfind('"');
  if (line.starts_with('#') || begin == end) return;
  std::string word;
  for (auto i = begin + 1; i < end; ++i) {
    unsigned char byte = static_cast<unsigned char>(line[i]);
    if (line[i] == '\\' && line[i + 1] == 'x') {
      std::from_chars(&line[i + 2], &line[i + 4], byte, 16);
      i += 3;
    } else if (line[i] == '\\') {
      byte = static_cast<unsigned char>(line[++i]);
    }
    word += static_cast<char>(byte);
  }
  words.push_back(std::move(word));
}

void take_words(const std::string& path, std::vector<std::string>& words) {
  const auto text = read(path);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    take_word(std::string_view(text).substr(at, end - at), words);
    at = end + 1;
  }
}

// Runs the inputs at a path as they are.
void take_inputs(const std::filesystem::path& path, std::vector<std::string>& inputs) {
  std::vector<std::filesystem::path> files{path};
  if (is_directory(path)) files.assign(std::filesystem::directory_iterator(path), {});
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    inputs.push_back(read(file));
    run(file.string(), inputs.back());
  }
}

int run_all(const std::vector<std::string>& arguments) {
  Order order;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--runs" && has_value) {
      order.runs = std::stoull(arguments[++i]);
    } else if (arguments[i] == "--first" && has_value) {
      order.first = std::stoull(arguments[++i]);
    } else if (arguments[i] == "--words" && has_value) {
      take_words(arguments[++i], order.vocabulary.words);
    } else {
      take_inputs(arguments[i], order.vocabulary.inputs);
    }
  }
  must(!order.vocabulary.inputs.empty(), "there are inputs");
  run_mutations(order);
  std::printf("%zu inputs, %llu mutations of them\n", order.vocabulary.inputs.size(),
              static_cast<unsigned long long>(order.runs));
  std::puts("1 passed, 0 failed");
  return 0;
}

}  // namespace
}  // namespace understudy::fuzz

int main(int argc, char** argv) {
  std::signal(SIGABRT, understudy::fuzz::on_abort);
  return understudy::fuzz::run_all({argv + 1, argv + argc});
}
