// Clear, personal and contact points: together they are the event again, and nothing personal stays in the
// clear.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "schemas/catalogue_fixture.hpp"
#include "schemas/judge.hpp"
#include "schemas/program.hpp"
#include "schemas/source.hpp"

namespace trunkline {
namespace {

using testing::catalogue;

// Hands out numbered tokens and remembers what they stand for.
class NumberingSink final : public ContactSink {
 public:
  struct Met {
    ContactKind kind;
    std::string literal, token;
  };

  Result<std::string_view> token(ContactKind kind, std::string_view literal,
                                 std::string_view pointer) override {
    if (literal == "refuse me") return rejected("contact", "is no telephone number");
    const std::string number = std::to_string(met.size());
    const auto [entry, fresh] = met.emplace(pointer, Met{kind, std::string{literal}, "p_" + number});
    CHECK(fresh);
    return std::string_view{entry->second.token};
  }

  std::map<std::string, Met, std::less<>> met;  // by pointer
};

struct Divided {
  NumberingSink sink;
  Separated parts;
  Status status = done();
};

Divided divided(const EventType& type, json::Value data) {
  Judge judge(catalogue());
  Divided result;
  REQUIRE(judge.accepts_data(type, data));
  result.status = judge.separate(result.sink, result.parts);
  return result;
}

Divided divided(std::string_view type, std::string_view data) {
  json::Parser parser;
  const auto parsed = parser.parse(data);
  REQUIRE(parsed.ok());
  return divided(*catalogue().newest(type), *parsed);
}

// Walks the original beside the clear part: each value must be there, or sealed, or stand as a token.
class Rebuilding {
 public:
  Rebuilding(const NumberingSink& sink, json::Object personal) : sink_(&sink), personal_(personal) {}

  void compare(json::Value original, std::optional<json::Value> clear, const std::string& pointer) {
    if (const auto sealed = personal_.find(pointer)) {
      ++found_;
      CHECK_MESSAGE(schemas::equal(original, *sealed), pointer);
      CHECK_MESSAGE((!clear || clear->is_null()), pointer);
      return;
    }
    CAPTURE(pointer);
    REQUIRE(clear.has_value());
    if (const auto met = sink_->met.find(pointer); met != sink_->met.end()) {
      ++found_;
      CHECK(original.as_string() == met->second.literal);
      CHECK(clear->as_string() == met->second.token);
    } else if (const auto object = original.as_object()) {
      compare_members(*object, *clear->as_object(), pointer);
    } else if (original.as_array()) {
      const auto others = schemas::elements(clear);
      const auto own = schemas::elements(original);
      REQUIRE(own.size() == others.size());
      for (std::size_t i = 0; i < own.size(); ++i) compare(own[i], others[i], schemas::step(pointer, i));
    } else {
      const auto time = parse_time(original.as_string().value_or(""));
      CHECK((schemas::equal(original, *clear) || (time && clear->as_string() == format_time(*time))));
    }
  }

  std::size_t found() const { return found_; }

 private:
  void compare_members(json::Object original, json::Object clear, const std::string& pointer) {
    for (const json::Member member : original)
      compare(member.value, clear.find(member.name), schemas::step(pointer, member.name));
    for (const json::Member member : clear) CHECK(original.find(member.name).has_value());
  }

  const NumberingSink* sink_;
  json::Object personal_;
  std::size_t found_ = 0;
};

void check_rebuilds(const EventType& type, json::Value data) {
  const Divided result = divided(type, data);
  REQUIRE(result.status.ok());
  json::Parser clear_parser;
  json::Parser personal_parser;
  const auto clear = clear_parser.parse("{" + result.parts.clear + "}");
  const auto personal = personal_parser.parse("{" + result.parts.personal + "}");
  REQUIRE(clear.ok());
  REQUIRE(personal.ok());
  Rebuilding rebuilding(result.sink, *personal->as_object());
  rebuilding.compare(data, *clear, "");
  CHECK(rebuilding.found() == result.sink.met.size() + personal->as_object()->size());
}

// Writes the value again with members that no schema names put in here and there.
void write_with_strangers(std::string& out, json::Value value, std::mt19937_64& random) {
  if (const auto object = value.as_object()) {
    std::string_view comma = "";
    out += '{';
    for (const json::Member member : *object) {
      out += comma;
      comma = ",";
      json::write_string(out, member.name);
      out += ':';
      write_with_strangers(out, member.value, random);
    }
    constexpr std::string_view strangers[] = {R"("zz~/x":"hush")", R"("zz":{"a":[1,{"b":null}]})",
                                              R"("":[true])"};
    if (random() % 2 == 0)
      out += std::string{comma} + std::string{strangers[random() % std::size(strangers)]};
    out += '}';
  } else if (value.as_array()) {
    std::string_view comma = "";
    out += '[';
    for (const json::Value element : schemas::elements(value)) {
      out += comma;
      comma = ",";
      write_with_strangers(out, element, random);
    }
    out += ']';
  } else {
    json::write(out, value);
  }
}

}  // namespace

TEST_CASE("clear, personal and contact points rebuild every example") {
  const char* stated = std::getenv("TRUNKLINE_SEED");
  const std::uint64_t seed = stated != nullptr ? std::strtoull(stated, nullptr, 10) : 20261121;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  json::Parser parser;
  json::Parser strange_parser;
  for (const EventType& type : catalogue().event_types()) {
    CAPTURE(type.name);
    const auto example = parser.parse(type.example_json);
    REQUIRE(example.ok());
    const json::Value data = *example->as_object()->find("data");
    check_rebuilds(type, data);
    for (int round = 0; round < 20; ++round) {
      std::string text;
      write_with_strangers(text, data, random);
      const auto strange = strange_parser.parse(text);
      REQUIRE(strange.ok());
      check_rebuilds(type, *strange);
    }
  }
}

TEST_CASE("accepted spellings, times and whole numbers come out in one form") {
  const auto result =
      divided("call.ended", R"({"channel":"phone","status":"canceled","intent":"RENT","duration_ms":261000.0,
      "connected_at":"2026-11-20T15:03:10.5+01:00","direction":"outbound","sentiment":1})");
  CHECK(result.parts.clear ==
        R"("channel":"voice","status":"cancelled","intent":"property_enquiry_rent","duration_ms":261000,)"
        R"("connected_at":"2026-11-20T14:03:10.500000Z","direction":"outbound","sentiment":1)");
  CHECK(result.parts.personal.empty());
}

TEST_CASE("a member's other name is stored as the first, and both at once are refused") {
  for (const std::string_view type : {"lead.details_changed", "lead.score_stated"}) {
    const auto result = divided(type, R"({"contact":{"visitor_id":"v-1"},"interest_level":"hot"})");
    CHECK(result.parts.clear == R"("contact":{"visitor_id":"p_0"},"temperature":"hot")");
    CHECK(result.parts.personal.empty());
    json::Parser parser;
    const auto both =
        parser.parse(R"({"contact":{"visitor_id":"v-1"},"interest_level":"hot","temperature":"cold"})");
    Judge judge(catalogue());
    CHECK_FALSE(judge.accepts_data(*catalogue().newest(type), *both));
  }
}

TEST_CASE("contact points become tokens wherever they stand, with the kind that they have") {
  const auto result =
      divided("call.transferred", R"({"contact":{"phone":"+442079460123","email":"Ann@Example.com",
      "visitor_id":"v-1"},"from":"sip:ann@pbx.example.com","to":"(020) 7946 0000","callee":"ella@example.com","reason":"busy"})");
  REQUIRE(result.status.ok());
  const auto& met = result.sink.met;
  CHECK(met.at("/contact/phone").kind == ContactKind::phone);
  CHECK(met.at("/contact/email").kind == ContactKind::email);
  CHECK(met.at("/contact/visitor_id").kind == ContactKind::visitor);
  CHECK(met.at("/from").kind == ContactKind::visitor);
  CHECK(met.at("/to").kind == ContactKind::phone);
  CHECK(met.at("/callee").kind == ContactKind::email);
  CHECK(result.parts.clear.find("example.com") == std::string::npos);
  CHECK(result.parts.clear.find("7946") == std::string::npos);
}

TEST_CASE("a contact point that the sink refuses is named by its place in the event") {
  const auto result =
      divided("lead.linked", R"({"contact":{"phone":"+442079460123"},"other":{"phone":"refuse me"}})");
  REQUIRE(!result.status.ok());
  CHECK(result.status.error().pointer == "/data/other/phone");
}

TEST_CASE("what no schema names is sealed by its pointer, also deep below and under odd names") {
  const auto result =
      divided("call.analyzed",
              R"({"analysis":{"mood/today~":"grim","listings":[{"listing_id":"l","x":[1]}]},"z":null})");
  CHECK(result.parts.clear == R"("analysis":{"listings":[{"listing_id":"l"}]})");
  CHECK(result.parts.personal ==
        R"("/analysis/mood~1today~0":"grim","/analysis/listings/0/x":[1],"/z":null)");
}

TEST_CASE("elements that no schema describes are sealed in their place, and what follows stays in step") {
  const SchemaFile files[] = {{"grid/set.v1.json", R"({"$id":"urn:trunkline:grid.set:1","properties":{
          "rows":{"type":"array","items":{"type":"array"}},
          "pairs":{"type":"array","prefixItems":[{"properties":{"n":{"type":"integer"}}}]},
          "cells":{"type":"array","items":{"properties":{"n":{"type":"integer"}}}},
          "end":{"properties":{"n":{"type":"integer"}}}}})"},
                              {"envelope.v1.json", R"({"properties":{"data":{}}})"}};
  const auto grid = Catalogue::load(files);
  REQUIRE(grid.ok());
  json::Parser parser;
  const auto data = parser.parse(
      R"({"rows":[[{"n":1}],[]],"pairs":[{"n":1},{"n":2}],"cells":[{"n":1,"m":{"n":5}},7,{"n":2}],
      "x":[{"n":3}],"end":{"n":4.0,"m":1}})");
  REQUIRE(data.ok());
  Judge judge(*grid);
  NumberingSink sink;
  Separated parts;
  REQUIRE(judge.accepts_data(*grid->newest("grid.set"), *data));
  REQUIRE(judge.separate(sink, parts).ok());
  CHECK(parts.clear == R"("rows":[null,[]],"cells":[{"n":1},7,{"n":2}],"end":{"n":4})");
  CHECK(parts.personal ==
        R"("/rows/0":[{"n":1}],"/pairs":[{"n":1},{"n":2}],"/cells/0/m":{"n":5},"/x":[{"n":3}],"/end/m":1)");
}

}  // namespace trunkline
