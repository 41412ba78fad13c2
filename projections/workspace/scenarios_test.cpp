#include "projections/tenant_settings.hpp"
#include "projections/workspace/projection.hpp"
#include "tests/given.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

TestEvent registered(Time time) {
  return TestEvent("tenant.registered", "", time).subject("acme");
}
TestEvent changed(Time time) {
  return TestEvent("tenant.changed", "", time).subject("acme");
}

}  // namespace

TEST_CASE("a tenant's settings are the newest statement of every member, whatever order they come in") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(workspace::projection,
        {registered(at(8)).text("vertical", "real_estate").text("time_zone", "Europe/London"),
         changed(at(10)).text("time_zone", "Europe/Berlin").json("targets", R"({"csat_average":4.6})"),
         changed(at(9))
             .text("time_zone", "Asia/Tokyo")
             .json("targets", R"({"csat_average":4.2,"hand_off":0.1})")})
      .then("SELECT tenant, vertical, time_zone, settings ->> 'targets' FROM tenants",
            {R"(acme|real_estate|Europe/Berlin|{"hand_off": 0.1, "csat_average": 4.6})"});
}

TEST_CASE("what a tenant does not state has the default of its vertical") {
  const auto nothing = read_settings("");
  REQUIRE(nothing.ok());
  CHECK(nothing->time_zone == "UTC");
  CHECK(nothing->pipeline == std::vector<std::string>{"new", "contacted", "qualified", "converted"});
  CHECK(nothing->score.start == 0);
  const auto estate =
      read_settings(R"({"vertical":"real_estate","pipeline":["new","won"],"limits":{"agents":null}})");
  REQUIRE(estate.ok());
  CHECK(estate->score.start == 50);
  CHECK(estate->score.stale_call == -10);
  CHECK(estate->pipeline.back() == "won");
  CHECK(estate->limits.at("agents") == std::nullopt);
  const auto own =
      read_settings(R"({"vertical":"real_estate","score_rules":{"call":3},"targets":{"hand_off":0.2}})");
  REQUIRE(own.ok());
  CHECK(own->score.start == 0);
  CHECK(own->score.call == 3);
  CHECK(own->target("hand_off") == 0.2);
  CHECK(own->target("csat_average") == std::nullopt);
}
