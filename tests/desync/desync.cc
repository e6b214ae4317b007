// Sends tricky and mutated bytes through a proxy into two toy servers, a strict primary and a
// lenient shadow, and compares what they saw.
//
//   desync FIRST RUNS FOLDER
//
// Prints the ports of primary and shadow, then waits for a line with the proxy's port. FOLDER holds
// requests that mutations start from. Promises, for each input:
// - the primary, the shadow and servers of every other habit see the same requests in what was
// sent;
// - no server gets anything that it refuses, and nothing unfinished stays on an open connection;
// - the client gets exactly the answers that the primary gave, and an end.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "fuzz/mutation.h"
#include "generator.h"
#include "toy_server.h"

namespace understudy::desync {
namespace {

using fuzz::Dice;
using fuzz::must;
using Clock = std::chrono::steady_clock;
using End = Reading::End;

constexpr auto patience = std::chrono::seconds(20);
constexpr std::size_t mutated_one_in = 3;
constexpr std::size_t most_mutations = 4;
constexpr std::size_t most_pieces = 4;
constexpr std::size_t random_habits = 3;
constexpr std::uint64_t habits_of_the_shadow = all_habits;

std::string current;
std::uint64_t current_number = 0;

void show(std::string_view title, std::string_view bytes) {
  std::fprintf(stderr, "%.*s: ", static_cast<int>(title.size()), title.data());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    std::fprintf(stderr, byte >= ' ' && byte < 0x7f && c != '\\' ? "%c" : "\\x%02x", byte);
  }
  std::fputs("\n", stderr);
}

// The client's side of one play.
struct Client {
  Socket socket;
  std::string received;
  bool has_ended = false;
  bool was_reset = false;

  void read() {
    char buffer[4096];
    while (!has_ended) {
      const auto size = ::recv(socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (size < 0 && errno == EAGAIN) return;
      has_ended = size <= 0;
      was_reset = size < 0;
      if (size > 0) received.append(buffer, static_cast<std::size_t>(size));
    }
  }

  std::size_t answers() const {
    std::size_t count = 0;
    for (auto at = received.find(answer_mark); at != received.npos;
         at = received.find(answer_mark, at + 1)) {
      ++count;
    }
    return count;
  }
};

// What all connections of one server brought in one play.
struct Seen {
  std::vector<Request> requests;

  void sort() {
    std::sort(requests.begin(), requests.end(), [](const Request& a, const Request& b) {
      return std::tie(a.method, a.target, a.body) < std::tie(b.method, b.target, b.body);
    });
  }
};

// The proxy between a client and two servers, over and over.
class House {
 public:
  void announce() const { std::cout << primary_.port() << ' ' << shadow_.port() << std::endl; }
  void open(std::uint16_t proxy) { proxy_ = proxy; }
  void play(std::string_view input, Dice& dice);
  void sum_up() const;
  void show_all() const;

 private:
  void turn(int wait_ms);
  Socket connect() const;
  bool is_settled() const;
  static bool is_quiet(const ToyServer& server);
  static bool has_refused(const ToyServer& server);
  Seen judged(const ToyServer& server, Dice& dice) const;
  void judge(Dice& dice);

  ToyServer primary_{read_strictly};
  ToyServer shadow_{
      [](std::string_view bytes) { return read_leniently(bytes, habits(habits_of_the_shadow)); }};
  std::uint16_t proxy_ = 0;
  Client client_;
  std::size_t forwarded_ = 0, mirrored_ = 0, upgrades_ = 0;
};

Socket House::connect() const {
  Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(proxy_);
  must(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
       "the proxy accepts");
  return socket;
}

void House::turn(int wait_ms) {
  std::vector<pollfd> descriptors;
  primary_.watch(descriptors);
  shadow_.watch(descriptors);
  if (!client_.has_ended) descriptors.push_back({client_.socket.get(), POLLIN, 0});
  ::poll(descriptors.data(), descriptors.size(), wait_ms);
  primary_.serve();
  shadow_.serve();
  client_.read();
}

void House::play(std::string_view input, Dice& dice) {
  constexpr int wait_ms = 20;
  client_ = {connect(), {}};
  for (auto pieces = 1 + dice.below(most_pieces); !input.empty(); --pieces) {
    const auto size = pieces <= 1 ? input.size() : 1 + dice.below(input.size());
    if (::send(client_.socket.get(), input.data(), size, MSG_NOSIGNAL) < 0) break;
    input.remove_prefix(size);
    if (!input.empty()) turn(0);
  }
  ::shutdown(client_.socket.get(), SHUT_WR);
  const auto deadline = Clock::now() + patience;
  while (!client_.has_ended || !is_settled()) {
    must(!has_refused(primary_) && !has_refused(shadow_), "a strict server refuses nothing");
    must(Clock::now() < deadline, client_.has_ended ? "both servers see the same number of requests"
                                                    : "the client sees an end");
    turn(wait_ms);
  }
  judge(dice);
  primary_.forget();
  shadow_.forget();
}

// Nothing is under way: what has begun is complete, or its connection is gone.
bool House::is_quiet(const ToyServer& server) {
  return std::all_of(
      server.connections().begin(), server.connections().end(), [](const Connection& connection) {
        return !connection.is_open || read_strictly(connection.bytes).end == End::clean;
      });
}

bool House::has_refused(const ToyServer& server) {
  return std::any_of(server.connections().begin(), server.connections().end(),
                     [](const Connection& connection) {
                       return read_strictly(connection.bytes).end == End::refused;
                     });
}

bool House::is_settled() const {
  const auto count = [](const ToyServer& server) {
    std::size_t sum = 0;
    for (const auto& connection : server.connections()) {
      for (const auto& request : read_strictly(connection.bytes).requests) {
        sum += request.upgrades ? 0 : 1;
      }
    }
    return sum;
  };
  return is_quiet(primary_) && is_quiet(shadow_) && count(primary_) == count(shadow_);
}

Seen House::judged(const ToyServer& server, Dice& dice) const {
  Seen seen;
  for (const auto& connection : server.connections()) {
    const auto strict = read_strictly(connection.bytes);
    std::vector<std::uint64_t> numbers{0, all_habits};
    for (std::uint64_t bit = 1; bit < all_habits; bit <<= 1) numbers.push_back(bit);
    for (std::size_t i = 0; i < random_habits; ++i) numbers.push_back(dice.roll() & all_habits);
    for (const auto number : numbers) {
      const auto lenient = read_leniently(connection.bytes, habits(number));
      must(lenient.requests == strict.requests, "a lenient server sees the same requests");
      must(lenient.end == strict.end, "a lenient server stops where a strict one does");
    }
    seen.requests.insert(seen.requests.end(), strict.requests.begin(), strict.requests.end());
  }
  return seen;
}

void House::judge(Dice& dice) {
  auto primary = judged(primary_, dice);
  auto shadow = judged(shadow_, dice);
  must(client_.answers() == primary.requests.size(), "the client gets what the primary answered");
  must(!client_.was_reset, "the client's connection ends in peace");
  forwarded_ += primary.requests.size();
  mirrored_ += shadow.requests.size();
  const auto upgrades =
      std::erase_if(primary.requests, [](const auto& each) { return each.upgrades; });
  upgrades_ += upgrades;
  primary.sort();
  shadow.sort();
  must(primary.requests == shadow.requests, "both servers see the same requests");
}

void House::show_all() const {
  for (const auto& connection : primary_.connections()) show("primary", connection.bytes);
  for (const auto& connection : shadow_.connections()) show("shadow", connection.bytes);
  show("client", client_.received);
}

void House::sum_up() const {
  std::cout << "forwarded " << forwarded_ << " mirrored " << mirrored_ << " upgrades " << upgrades_
            << std::endl;
}

House* house = nullptr;

// Shows what broke a promise before the process ends.
void on_abort(int) {
  std::fprintf(stderr, "input %llu\n", static_cast<unsigned long long>(current_number));
  show("sent", current);
  house->show_all();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  must(file.good(), "the file can be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string some_input(const fuzz::Vocabulary& vocabulary, Dice& dice) {
  if (dice.below(mutated_one_in) != 0) return some_stream(dice);
  auto input = dice.below(2) == 0 ? some_stream(dice)
                                  : vocabulary.inputs[dice.below(vocabulary.inputs.size())];
  for (auto left = 1 + dice.below(most_mutations); left > 0; --left) {
    fuzz::mutate(dice, vocabulary, input);
  }
  return input;
}

int run(std::uint64_t first, std::uint64_t runs, const std::filesystem::path& folder) {
  fuzz::Vocabulary vocabulary;
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(folder), {});
  std::sort(files.begin(), files.end());
  for (const auto& file : files) vocabulary.inputs.push_back(read_file(file));
  House own_house;
  house = &own_house;
  std::signal(SIGABRT, on_abort);
  own_house.announce();
  std::uint16_t port = 0;
  std::cin >> port;
  own_house.open(port);
  for (current_number = first; current_number < first + runs; ++current_number) {
    Dice dice(current_number);
    current = some_input(vocabulary, dice);
    own_house.play(current, dice);
  }
  own_house.sum_up();
  return 0;
}

}  // namespace
}  // namespace understudy::desync

int main(int argc, char** argv) {
  constexpr int arguments = 4;
  if (argc != arguments) {
    std::cerr << "usage: desync FIRST RUNS FOLDER\n";
    return 2;
  }
  return understudy::desync::run(std::stoull(argv[1]), std::stoull(argv[2]), argv[3]);
}
