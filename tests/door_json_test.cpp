// The JSON parsing suite through POST /v1/events: its bytes as they are, and again as a value inside a valid
// event.
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/crypto.hpp"
#include "core/open.hpp"
#include "tests/running_door.hpp"
#include "tests/skip.hpp"
#include "tests/temporary_directory.hpp"

using namespace trunkline;
using trunkline::testing::Door;
using trunkline::testing::shared_dir;

namespace {

struct Case {
  std::string name;
  std::string expect;  // accept | reject | implementation-defined
  std::string bytes;
};

std::vector<Case> read_suite(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  json::Parser parser;
  const std::string whole = text.str();
  const auto parsed = parser.parse(whole);
  REQUIRE(parsed.ok());
  std::vector<Case> cases;
  for (const json::Value each : *parsed->as_array()) {
    const auto one = *each.as_object();
    cases.push_back({std::string{*one.string("name")}, std::string{*one.string("expect")},
                     *from_base64(*one.string("base64"))});
  }
  return cases;
}

// Valid JSON that we refuse all the same: a name twice in one object, and U+0000.
bool against_our_rules(const Case& test) {
  for (const std::string_view part : {"duplicated_key", "null_escape", "escaped_null_in_key"})
    if (test.name.find(part) != std::string::npos) return true;
  return false;
}

std::string event_with(const std::string& value) {
  return R"({"specversion":"1.0","id":"e1","source":"/s","type":"call.ended","subject":"c1","time":"2025-11-13T01:00:00Z",)"
         R"("data":{"metadata":{"value":)" +
         value + "}}}";
}

}  // namespace

TEST_CASE("the JSON suite as it is: refused as JSON or as no event, never stored, never a fault of ours") {
  const auto path = shared_dir() / "data/json/nst_json_test_suite.json";
  SKIP_UNLESS(exists(path), "no shared/data/json: set TRUNKLINE_SHARED");
  Door door;
  for (const Case& test : read_suite(path)) {
    INFO(test.name);
    const auto reply = door.post(test.bytes, "application/json");
    if (test.expect == "reject") CHECK(reply.status == 400);
    if (test.expect == "accept") CHECK(reply.status == 422);
    CHECK((reply.status == 400 || reply.status == 422));
    CHECK(reply.header("Content-Type") == "application/problem+json");
  }
  CHECK(door.stored().empty());
}

TEST_CASE(
    "the JSON suite inside an event: what is accepted reads back equal, what is refused stores nothing") {
  const auto path = shared_dir() / "data/json/nst_json_test_suite.json";
  SKIP_UNLESS(exists(path), "no shared/data/json: set TRUNKLINE_SHARED");
  Door door;
  const TemporaryDirectory directory;
  const std::string pairs = directory.path() + "/pairs", answer = directory.path() + "/answer";
  std::ofstream out(pairs);
  std::size_t accepted = 0;
  for (const Case& test : read_suite(path)) {
    INFO(test.name);
    const auto reply = door.structured(event_with(test.bytes));
    INFO(reply.body);
    if (test.expect == "reject") CHECK(reply.status == 400);
    if (test.expect == "accept") CHECK(reply.status == (against_our_rules(test) ? 422 : 200));
    CHECK((reply.status == 200 || reply.status == 400 || reply.status == 422));
    const auto stored = door.stored();
    REQUIRE(stored.size() == accepted + (reply.status == 200 ? 1 : 0));
    if (reply.status != 200) continue;
    ++accepted;
    const auto opened = open_document(door.keys, stored.back());
    REQUIRE(opened.ok());
    out << test.name << '\t' << base64(test.bytes) << '\t' << base64(*opened) << '\n';
  }
  out.close();
  const std::string script = (trunkline::testing::source_dir() / "tests/oracle/same_json.py").string();
  REQUIRE(std::system(("python3 '" + script + "' < '" + pairs + "' > '" + answer + "'").c_str()) == 0);
  std::stringstream said;
  said << std::ifstream(answer).rdbuf();
  CHECK(said.str() == "compared " + std::to_string(accepted) + "\n");
}
