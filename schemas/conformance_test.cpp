// The public conformance suite of JSON Schema 2020-12 against our compiler: what we take in is judged as the
// suite says; what we do not take in is refused when it is compiled, never passed over.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "schemas/compile.hpp"
#include "schemas/walk.hpp"
#include "tests/skip.hpp"

namespace trunkline::schemas {
namespace {

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Where we differ, and mean to. The suite's `format.json` has formats as mere notes; its optional parts ask
// more of addresses and URIs than a door should, and less of times.
constexpr std::string_view our_own_rules[] = {
    "nul characters in strings: match string with nul",  // U+0000 is refused everywhere
    "is only an annotation by default",                  // formats assert
    "validation of e-mail addresses: a quoted string",   // nobody's address in this trade
    "validation of e-mail addresses: an IPv",
    "leap second on a wrong",  // core/clock takes any :60 as the next second
    "a second fraction of fifteen nines",
    "validation of URIs: invalid userinfo",  // a URI is judged by its scheme and its characters
    "validation of URIs: non-numeric port",
    "validation of URIs: leading zero in an embedded IPv4",
    "validation of URIs: square brackets are not allowed in a path",
};

bool is_our_own_rule(std::string_view test) {
  return std::ranges::any_of(our_own_rules,
                             [&](std::string_view rule) { return test.find(rule) != test.npos; });
}

struct Tally {
  int groups = 0, refused = 0, tests = 0, differing = 0;
};

void run_group(json::Object group, const std::string& file, Tally& tally) {
  ++tally.groups;
  std::string text;
  json::write(text, *group.find("schema"));
  Sources sources;
  Program program;
  REQUIRE(sources.add({file, text}));
  Compiler compiler(sources, program);
  const auto root = compiler.compile({0, "", sources.document(0).root});
  if (!root) {
    CHECK(root.error().fault == Fault::stop);
    ++tally.refused;
    return;
  }
  Walk walk(program);
  for (const json::Value entry : *group.array("tests")) {
    const json::Object test = *entry.as_object();
    const std::string name =
        std::string{*group.string("description")} + ": " + std::string{*test.string("description")};
    walk.begin(sources.document(0).id);
    const bool accepted = walk.visit(*root, *test.find("data"), Mode::whole);
    ++tally.tests;
    CHECK_MESSAGE(accepted == walk.issues().empty(), file, name);
    if (accepted == *test.boolean("valid")) continue;
    ++tally.differing;
    CHECK_MESSAGE(is_our_own_rule(name), file, " ", name);
  }
}

}  // namespace

TEST_CASE("the conformance suite agrees with every verdict on the schemas that we take in") {
  const auto path = testing::shared_dir() / "data/json/json_schema_test_suite_draft2020-12.json";
  SKIP_UNLESS(exists(path), "no JSON Schema test suite: set TRUNKLINE_SHARED");
  json::Parser parser;
  std::string text = read_whole(path);
  // Whole numbers beyond 64 bits are refused by the parser, before any schema: here they become reals.
  RE2::GlobalReplace(&text, "(-[0-9]{19})[0-9]+", "\\1e1");
  RE2::GlobalReplace(&text, "([0-9]{20})[0-9]+", "\\1e9");
  const auto suite = parser.parse(text);
  REQUIRE(suite.ok());
  Tally tally;
  for (const json::Value file : *suite->as_array())
    for (const json::Value group : *file.as_object()->array("groups"))
      run_group(*group.as_object(), std::string{*file.as_object()->string("file")}, tally);
  MESSAGE(tally.groups, " schemas, ", tally.refused, " of them refused when compiled; ", tally.tests,
          " verdicts, ", tally.differing, " of them by our own rule");
  CHECK(tally.tests == 1053);
  CHECK(tally.refused == 223);
  CHECK(tally.differing == 19);
}

}  // namespace trunkline::schemas
