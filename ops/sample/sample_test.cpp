#include "ops/sample/sample.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "core/json.hpp"
#include "schemas/judge.hpp"

namespace trunkline::sample {
namespace {

Settings fortnight(std::uint64_t seed) {
  return {.seed = seed, .days = 14, .until = *parse_time("2026-03-15T00:00:00Z"), .tenants = {}};
}

std::vector<std::string> sample_of(const Settings& settings) {
  auto lines = make_sample(settings);
  REQUIRE(lines.ok());
  return std::move(*lines);
}

TEST_CASE("a seed and an end always give the same history, another seed another one") {
  CHECK(sample_of(fortnight(1)) == sample_of(fortnight(1)));
  CHECK(sample_of(fortnight(1)) != sample_of(fortnight(2)));
}

TEST_CASE("a tenant's history does not depend on the tenants told beside it") {
  const auto all = sample_of(fortnight(1));
  auto settings = fortnight(1);
  settings.tenants = {"harbor-dental"};
  std::vector<std::string> of_all;
  for (const auto& line : all) {
    if (line.find(R"("tenantid":"harbor-dental")") != line.npos) of_all.push_back(line);
  }
  CHECK(sample_of(settings) == of_all);
}

TEST_CASE(
    "events have unique ids, come in the order of time and before the end, and tell of every business") {
  json::Parser parser;
  std::set<std::string> ids;
  std::map<std::string, int> types, tenants;
  std::string last;
  const auto lines = sample_of(fortnight(1));
  for (const auto& line : lines) {
    const auto parsed = parser.parse(line);
    REQUIRE(parsed.ok());
    const auto event = *parsed.value().as_object();
    const std::string tenant{*event.string("tenantid")};
    const std::string time{*event.string("time")};
    CHECK(ids.insert(tenant + " " + std::string{*event.string("id")}).second);
    CHECK(last <= time);
    last = time;
    ++tenants[tenant];
    ++types[std::string{*event.string("type")}];
  }
  CHECK(last < "2026-03-15");
  CHECK(lines.size() > 3000);
  CHECK(lines.size() < 8000);
  CHECK(tenants.size() == tenant_names().size());
  for (const char* type : {"call.ended", "message.received", "lead.captured", "lead.linked", "touch.recorded",
                           "conversion.recorded", "appointment.booked", "conversation.escalated"}) {
    CHECK_MESSAGE(types[type] > 5, type);
  }
}

TEST_CASE("every event fits its schema") {
  const auto catalogue = Catalogue::load();
  REQUIRE(catalogue.ok());
  Judge judge{catalogue.value()};
  json::Parser parser;
  for (const auto& line : sample_of(fortnight(3))) {
    const auto document = parser.parse(line);
    REQUIRE(document.ok());
    const bool accepted = judge.accepts(*document);
    REQUIRE_MESSAGE(accepted, line << (accepted ? "" : judge.issues().front().message));
  }
}

TEST_CASE("an unknown tenant is refused and the known ones are named") {
  auto settings = fortnight(1);
  settings.tenants = {"nobody"};
  const auto refused = make_sample(settings);
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("sameday-cover") != std::string::npos);
}

}  // namespace
}  // namespace trunkline::sample
