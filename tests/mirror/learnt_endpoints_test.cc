#include "mirror/learnt_endpoints.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "understudy/base/limits.h"
#include "understudy/json/document.h"

using namespace understudy;

namespace {

const std::vector<std::string> words{"amber", "birch", "cedar", "dunes", "ember",
                                     "fjord", "grove", "heath", "islet"};

constexpr std::string_view article = R"({"slug":"x","title":"t","body":[{"text":"a"}],"author":1})";
constexpr std::string_view list =
    R"({"items":[{"slug":"x","at":1}],"next":null,"total":3,"page":1})";

// Requests whose answers are told, one endpoint after the other.
class Names {
 public:
  explicit Names(const config::Diff& diff = {})
      : learnt_(std::move(*mirror::LearntEndpoints::create(diff))) {}

  // Empty `body`: an answer that says nothing.
  std::string name(const std::string& path, std::string_view body) {
    return learnt_.name("GET", path, [&]() -> std::optional<diff::Outline> {
      ++looks;
      if (body.empty()) return std::nullopt;
      json::Document document;
      REQUIRE(document.parse(body));
      const auto root = document.root();
      return diff::Outline("application/json", &root);
    });
  }

  std::vector<std::string> renamed() {
    std::vector<std::string> result;
    for (const auto& [from, to] : learnt_.take_renamed()) result.push_back(from + " -> " + to);
    return result;
  }

  int looks = 0;

 private:
  mirror::LearntEndpoints learnt_;
};

}  // namespace

TEST_CASE("learnt endpoints: words whose answers look alike are names of items") {
  Names names;
  for (std::size_t i = 0; i + 1 < limits::learnt_siblings; ++i) {
    CHECK(names.name("/articles/" + words[i], article) == "GET /articles/" + words[i]);
  }
  CHECK(names.renamed().empty());
  CHECK(names.name("/articles/latest", list) == "GET /articles/latest");

  CHECK(names.name("/articles/fjord", article) == "GET /articles/{name}");
  const auto renamed = names.renamed();
  REQUIRE(renamed.size() == limits::learnt_siblings);
  CHECK(renamed.front() == "GET /articles/amber -> GET /articles/{name}");
  CHECK(names.renamed().empty());
  // Those from before, those that come, and those of which the answer says nothing.
  CHECK(names.name("/articles/amber?page=2", article) == "GET /articles/{name}");
  CHECK(names.name("/articles/grove", article) == "GET /articles/{name}");
  CHECK(names.name("/articles/nowhere", "") == "GET /articles/{name}");
  // Others that stand beside them stay, whether they came before or come after.
  CHECK(names.name("/articles/latest", article) == "GET /articles/latest");
  CHECK(names.name("/articles/popular", list) == "GET /articles/popular");
  CHECK(names.name("/articles/popular", article) == "GET /articles/popular");
  CHECK(names.name("/articles", article) == "GET /articles");
  CHECK(names.name("/articles/grove/comments", article) == "GET /articles/grove/comments");
  CHECK(names.name("/articles/17", article) == "GET /articles/{id}");
}

TEST_CASE("learnt endpoints: several words of one path") {
  Names names;
  std::string last;
  for (std::size_t i = 0; i < limits::learnt_siblings; ++i) {
    for (const auto& word : words) {
      last = names.name(fmt::format("/shops/{}/goods/{}", words[i], word), article);
    }
  }
  CHECK(last == "GET /shops/{name}/goods/{name}");
  CHECK(names.name("/shops/islet/goods/new", article) == "GET /shops/{name}/goods/{name}");
  CHECK(names.name("/shops/amber/goods/amber", article) == "GET /shops/{name}/goods/{name}");
}

TEST_CASE("learnt endpoints: each name is looked at once") {
  Names names;
  for (int i = 0; i < 3; ++i) {
    for (const auto& word : words) names.name("/articles/" + word, article);
  }
  CHECK(names.looks == static_cast<int>(words.size()));
}

TEST_CASE("learnt endpoints: answers that say little, or differ, are no items of one kind") {
  Names names;
  for (const auto& word : words) {
    CHECK(names.name("/a/" + word, R"({"ok":true})") == "GET /a/" + word);
    CHECK(names.name("/b/" + word, "") == "GET /b/" + word);
    const auto body = fmt::format(
        R"({{"data":{{"{0}":1,"{0}_id":2,"{0}_name":3}},"error":null,"took":1}})", word);
    CHECK(names.name("/c/" + word, body) == "GET /c/" + word);
  }
  CHECK(names.renamed().empty());
}

TEST_CASE("learnt endpoints: what the configuration names stays, and it can say that all does") {
  config::Diff diff;
  diff.endpoints = {"/articles/amber", "/goods/{item}"};
  diff.rules.resize(3);
  diff.rules[0].endpoint = "GET /articles/birch";
  diff.rules[1].endpoint = "GET /articles/cedar*";
  diff.rules[2].endpoint = "GET /articles/*";
  Names names(diff);
  for (int i = 0; i < 2; ++i) {
    for (const auto* const word : {"amber", "birch", "cedar-tree", "a", "b", "c", "d", "e", "f"}) {
      names.name(std::string("/articles/") + word, article);
      CHECK(names.name(std::string("/goods/") + word, article) == "GET /goods/{item}");
    }
  }
  CHECK(names.name("/articles/a", article) == "GET /articles/{name}");
  for (const auto* const word : {"amber", "birch", "cedar-tree"}) {
    CHECK(names.name(std::string("/articles/") + word, article) ==
          std::string("GET /articles/") + word);
  }

  diff = {};
  diff.learn_endpoints = false;
  Names off(diff);
  for (const auto& word : words) CHECK(off.name("/a/" + word, article) == "GET /a/" + word);
  CHECK(off.looks == 0);
}

TEST_CASE("learnt endpoints: are bounded") {
  Names names;
  for (std::size_t i = 0; i < limits::max_learnt_endpoints; ++i) {
    std::string word;
    for (auto rest = i; word.size() < 4; rest /= 16) word += static_cast<char>('g' + rest % 16);
    names.name("/" + word, "");
    names.name("/" + word, fmt::format(R"({{"{0}":{{"{0}{0}":1,"b{0}":2,"c{0}":3}}}})", word));
  }
  const auto looks = names.looks;
  for (const auto& word : words) {
    CHECK(names.name("/articles/" + word, article) == "GET /articles/" + word);
  }
  CHECK(names.looks == looks);

  Names others;
  const std::string deep(limits::learnt_path_segments, '/');
  const std::string long_one(limits::learnt_path_bytes, 'x');
  for (const auto& word : words) {
    CHECK(others.name("/" + deep + word, article) == "GET /" + deep + word);
    CHECK(others.name("/" + long_one + "/" + word, article) == "GET /" + long_one + "/" + word);
  }
  CHECK(others.looks == 0);
}
