// docs/add-a-read-model.md shows real code: each snippet stands word for word in the file that it names.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/skip.hpp"

namespace trunkline {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.is_open(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

// The text between two marks, from `at` on, which moves behind it; empty when there is none.
std::string between(const std::string& text, std::string_view before, std::string_view after,
                    std::size_t& at) {
  const std::size_t from = text.find(before, at);
  if (from == std::string::npos) return "";
  const std::size_t start = from + before.size();
  const std::size_t end = text.find(after, start);
  at = end;
  return text.substr(start, end - start);
}

}  // namespace

TEST_CASE("every snippet of the tutorial stands in the file that it names") {
  const auto root = testing::source_dir();
  const std::string page = content(root / "docs/add-a-read-model.md");
  std::size_t snippets = 0;
  for (std::size_t at = 0;; ++snippets) {
    const std::string path = between(page, "<!-- ", " -->\n```", at);
    if (path.empty()) break;
    at = page.find('\n', page.find("```", at)) + 1;
    const std::string snippet = page.substr(at, page.find("```", at) - at);
    CHECK_MESSAGE(content(root / path).find(snippet) != std::string::npos, path, " does not hold:\n",
                  snippet);
  }
  CHECK(snippets >= 8);
}

}  // namespace trunkline
