#include "core/json.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace trunkline;

namespace {
std::string rewritten(std::string_view text) {
  json::Parser parser;
  const auto value = parser.parse(text);
  if (!value) return value.error().code;
  std::string out;
  json::write(out, *value);
  return out;
}
}  // namespace

TEST_CASE("a document is written back with the same values in the same order") {
  const std::string_view text =
      R"({"b":[1,-2,18446744073709551615,1.5,1e300,true,false,null],"a":{"":"x"},"c":[]})";
  CHECK(rewritten(text) ==
        R"({"b":[1,-2,18446744073709551615,1.5,1e+300,true,false,null],"a":{"":"x"},"c":[]})");
}

TEST_CASE("a real number stays a real number and reads back equal") {
  for (const double number : {0.1, 1.0, -0.0, 123456789.0, 5e-324, std::numeric_limits<double>::max()}) {
    std::string text;
    json::write_number(text, number);
    json::Parser parser;
    const auto value = parser.parse(text);
    REQUIRE(value.ok());
    CHECK(value->kind() == json::Kind::real);
    CHECK(*value->as_number() == number);
  }
}

TEST_CASE("strings survive whatever they hold") {
  std::string text;
  for (int c = 1; c < 0x80; ++c) text.push_back(static_cast<char>(c));
  text += "\xC3\xA9\xF0\x9F\x93\x9E\"\\/";
  std::string written;
  json::write_string(written, text);
  json::Parser parser;
  const auto value = parser.parse(written);
  REQUIRE(value.ok());
  CHECK(*value->as_string() == text);
}

TEST_CASE("a broken document is refused as JSON, a too deep one as too deep") {
  for (const auto* text :
       {"", "{", "[1,]", "{\"a\":1,}", "nul", "01", "\"\\x\"", "\"a", "[1] 2", "\"\xFF\"", "1e999"}) {
    CAPTURE(text);
    CHECK(rewritten(text) == "json");
  }
  CHECK(rewritten(std::string(json::depth_max + 1, '[') + std::string(json::depth_max + 1, ']')) ==
        "too_deep");
  const auto deep = std::string(json::depth_max - 1, '[') + std::string(json::depth_max - 1, ']');
  CHECK(rewritten(deep) == deep);
}

TEST_CASE("a reader of another kind gives nothing") {
  json::Parser parser;
  const auto value = parser.parse(R"({"n":1,"s":"x","r":1.5})");
  REQUIRE(value.ok());
  const auto object = *value->as_object();
  CHECK_FALSE(object.string("n"));
  CHECK_FALSE(object.integer("s"));
  CHECK_FALSE(object.integer("r"));
  CHECK_FALSE(object.find("absent"));
  CHECK(object.number("n") == 1.0);
}

TEST_CASE("the writer sets the commas") {
  std::string out;
  json::Writer writer(out);
  writer.open('{').key("a").open('[').number(1).number(2.5).null().close(']').key("b").boolean(true);
  writer.key("c").open('{').close('}').key("d").string("x").close('}');
  CHECK(out == R"({"a":[1,2.5,null],"b":true,"c":{},"d":"x"})");
}
