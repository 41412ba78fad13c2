// The catalogue as it is embedded: what the files say is what decides.
#include "schemas/catalogue.hpp"

#include <doctest/doctest.h>

#include "schemas/judge.hpp"

namespace trunkline {
namespace {

const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto result = Catalogue::load();
    if (!result) FAIL(result.error().message);
    return std::move(result).value();
  }();
  return loaded;
}

}  // namespace

TEST_CASE("every event type has an example that it accepts") {
  Judge judge(catalogue());
  json::Parser parser;
  for (const EventType& type : catalogue().event_types()) {
    CAPTURE(type.dataschema);
    const auto example = parser.parse(type.example_json);
    REQUIRE(example.ok());
    const bool accepted = judge.accepts(*example);
    for (const Issue& issue : judge.issues()) MESSAGE(issue.pointer, " ", issue.message, " ", issue.keyword);
    REQUIRE(accepted);
    CHECK(&judge.type() == &type);
  }
}

}  // namespace trunkline
