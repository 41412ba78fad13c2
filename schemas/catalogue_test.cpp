// The catalogue as it is embedded, and what stops a start.
#include "schemas/catalogue.hpp"

#include <doctest/doctest.h>

#include "schemas/catalogue_fixture.hpp"
#include "schemas/judge.hpp"
#include "schemas/program.hpp"

namespace trunkline {
namespace {

using testing::catalogue;

constexpr std::string_view small_envelope =
    R"({"type":"object","properties":{"type":{"type":"string"},"data":{"type":"object"}}})";

// Loads one call/ended schema with these keywords beside what every schema has.
std::string start_says(std::string_view keywords) {
  const std::string schema =
      R"({"$id":"urn:trunkline:call.ended:1","title":"t",)" + std::string{keywords} + "}";
  const SchemaFile files[] = {{"call/ended.v1.json", schema}, {"envelope.v1.json", small_envelope}};
  const auto loaded = Catalogue::load(files);
  if (loaded.ok()) return "";
  CHECK(loaded.error().fault == Fault::stop);
  return loaded.error().message;
}

// Text in the clear that anybody may write anything into.
bool is_free_text(const schemas::Program& program, const schemas::Node& node) {
  using schemas::Op;
  for (std::uint32_t i = node.checks_from; i < node.checks_to; ++i) {
    const schemas::Check& check = program.checks[i];
    if (check.op == Op::one_of_names || check.op == Op::one_of_values) return false;
    if (check.op == Op::format || check.op == Op::pattern) return false;
  }
  return (node.types & schemas::types::string) != 0;
}

void check_clear_texts(const schemas::Program& program, schemas::NodeId id, const std::string& pointer) {
  const schemas::Node& node = *program.nodes[id];
  if (node.treatment != schemas::Treatment::clear) return;
  CHECK_MESSAGE(!is_free_text(program, node), pointer);
  for (std::size_t i = 0; i < node.properties.size(); ++i)
    if (node.properties[i].named)
      check_clear_texts(program, node.properties[i].node, pointer + "/" + node.names.names()[i]);
  if (node.items != schemas::no_node) check_clear_texts(program, node.items, pointer + "/*");
}

}  // namespace

TEST_CASE("every event type has a title and an example that it accepts") {
  Judge judge(catalogue());
  json::Parser parser;
  CHECK(catalogue().event_types().size() >= 57);
  for (const EventType& type : catalogue().event_types()) {
    CAPTURE(type.dataschema);
    CHECK(!type.title.empty());
    const auto example = parser.parse(type.example_json);
    REQUIRE(example.ok());
    const bool accepted = judge.accepts(*example);
    for (const Issue& issue : judge.issues()) MESSAGE(issue.pointer, " ", issue.message, " ", issue.keyword);
    REQUIRE(accepted);
    CHECK(&judge.type() == &type);
  }
}

TEST_CASE("no text stays in the clear unless its schema says what it may be") {
  for (const EventType& type : catalogue().event_types())
    check_clear_texts(catalogue().program(), type.root, type.name);
}

TEST_CASE("types are found by name and by schema, the newest version first") {
  CHECK(catalogue().newest("call.ended")->dataschema == "urn:trunkline:call.ended:1");
  CHECK(catalogue().by_dataschema("urn:trunkline:lead.captured:1")->name == "lead.captured");
  CHECK(catalogue().newest("call.end") == nullptr);
  CHECK(catalogue().by_dataschema("urn:trunkline:call.ended:9") == nullptr);
  const SchemaFile files[] = {{"a/b.v1.json", R"({"$id":"urn:trunkline:a.b:1"})"},
                              {"a/b.v10.json", R"({"$id":"urn:trunkline:a.b:10"})"},
                              {"a/b.v9.json", R"({"$id":"urn:trunkline:a.b:9"})"},
                              {"envelope.v1.json", small_envelope}};
  const auto versions = Catalogue::load(files);
  REQUIRE(versions.ok());
  CHECK(versions->newest("a.b")->version == 10);
}

TEST_CASE("a downloaded schema needs no other file") {
  json::Parser parser;
  const auto schema = parser.parse(catalogue().newest("call.ended")->schema_json);
  REQUIRE(schema.ok());
  const auto bundled = schema->as_object()->object("$defs");
  REQUIRE(bundled.has_value());
  for (const std::string_view id :
       {"urn:trunkline:shared.call:1", "urn:trunkline:shared.person:1", "urn:trunkline:shared.terms:1"})
    CHECK(bundled->object(id)->string("$id") == id);
  const auto listing = parser.parse(catalogue().listing_json());
  CHECK(listing->as_object()->array("schemas")->size() == catalogue().event_types().size());
}

TEST_CASE("a start that meets what it cannot judge stops and names file and place") {
  CHECK(start_says(R"("properties":{"a":{"type":"string"}})").empty());
  CHECK(start_says(R"("properties":{"a/b":{"unevaluatedProperties":false}})") ==
        "call/ended.v1.json#/properties/a~1b/unevaluatedProperties: this keyword is not supported");
  CHECK(start_says(R"("properties":{"a":{"format":"hostname"}})") ==
        "call/ended.v1.json#/properties/a/format: this format is not supported");
  CHECK(start_says(R"("$defs":{"unused":{"x-personel":true}})").find("/$defs/unused/x-personel") !=
        std::string::npos);
  CHECK(start_says(R"x("pattern":"(?=a)")x").find("#/pattern: this pattern is not supported") !=
        std::string::npos);
  CHECK(start_says(R"("$ref":"urn:trunkline:nowhere:1")").find("unknown schema") != std::string::npos);
  CHECK(start_says(R"("$ref":"#/$defs/a")").find("refers to nowhere") != std::string::npos);
  CHECK(start_says(R"("type":"money")").find("there is no such type") != std::string::npos);
}

TEST_CASE("an annotation that would be passed over stops the start") {
  CHECK(start_says(R"("anyOf":[{"properties":{"a":{"x-personal":true}}}])").find("must be reached by") !=
        std::string::npos);
  CHECK(start_says(R"("additionalProperties":{"type":"string","x-contact":"phone"})")
            .find("must be reached by") != std::string::npos);
  CHECK(start_says(R"("allOf":[{"properties":{"a":{"x-personal":true}}}])").empty());
  CHECK(start_says(R"("properties":{"a":{"x-contact":"phone"}})").find("stands beside") != std::string::npos);
  CHECK(start_says(R"("properties":{"a":{"x-stored-as":"b"}})").find("another member") != std::string::npos);
  CHECK(start_says(R"("properties":{"a":{"x-stored-as":"b"},"b":{}})").empty());
  CHECK(start_says(R"("properties":{"a":{"enum":["x"],"x-aliases":{"x":["y"]}}})").find("is in the enum") !=
        std::string::npos);
}

TEST_CASE("a file lies where its id says") {
  const SchemaFile files[] = {{"call/begun.v1.json", R"({"$id":"urn:trunkline:call.ended:1"})"},
                              {"envelope.v1.json", small_envelope}};
  const auto loaded = Catalogue::load(files);
  REQUIRE(!loaded.ok());
  CHECK(loaded.error().message.find("call/ended.v1.json") != std::string::npos);
}

}  // namespace trunkline
