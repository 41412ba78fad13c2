#include "ingest/lines.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace trunkline;

namespace {

std::vector<std::string> cut(std::string_view text, std::size_t piece_size, std::size_t bytes_max) {
  std::vector<std::string> lines;
  Lines cutting(bytes_max, [&](std::uint64_t number, std::optional<std::string_view> line) {
    lines.push_back(std::to_string(number) + ":" + std::string{line.value_or("(too long)")});
    return done();
  });
  for (; !text.empty(); text.remove_prefix(std::min(piece_size, text.size())))
    REQUIRE(cutting.feed(text.substr(0, piece_size)).ok());
  REQUIRE(cutting.finish().ok());
  return lines;
}

std::string elements(std::string text) {
  const std::size_t size = text.size();
  text.append(json::padding, ' ');
  ArrayElements cutting(std::string_view{text}.substr(0, size));
  std::string all;
  while (true) {
    const auto element = cutting.next();
    if (!element) return all + "!";
    if (!*element) return all;
    all.append(**element).append("|");
  }
}

}  // namespace

TEST_CASE("lines come out the same however the stream is cut into pieces") {
  const std::string text = "one\r\n\n  two  \nthis is too long for it\nthree\n\n \nlast";
  const std::vector<std::string> wanted = {"1:one", "3:two", "4:(too long)", "5:three", "8:last"};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) CHECK(cut(text, piece, 10) == wanted);
  CHECK(cut("", 1, 10).empty());
  CHECK(cut("no end of line in sight", 3, 10) == std::vector<std::string>{"1:(too long)"});
}

TEST_CASE("an array is cut at its commas, wherever brackets and quotes stand in texts") {
  CHECK(elements(R"([{"a":[1,2]}, {"b":"],\"[{"} ,3 ])") == R"({"a":[1,2]}|{"b":"],\"[{"} |3 |)");
  CHECK(elements(" [] \n").empty());
  CHECK(elements("[1,]") == "1||");
  CHECK(elements("{}") == "!");
  CHECK(elements("[1") == "!");
  CHECK(elements("[1}") == "!");
  CHECK(elements("[1] x") == "1|!");
  CHECK(elements("[[[[") == "!");
  CHECK(elements("") == "!");
}
