// What analytics answers over HTTP, beyond figures by group (projections/period_test.cpp).
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

std::vector<TestEvent> three_calls() {
  return {call_ended("ann", 60'000, at(9, 1)).subject("c1").text("call_type", "sales"),
          call_ended("bob", 120'000, at(10, 2), "reached", "agent-2").subject("c2"),
          call_ended("cem", 0, at(11), "no_answer").subject("c3").text("direction", "inbound")};
}

}  // namespace

TEST_CASE(
    "call history is filtered, paged by cursor or offset, and has statistics of all that the filters let "
    "through") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell(three_calls());
  const std::string first = office.body("/v1/calls?limit=2&statistics=true");
  CHECK(first.find("\"c3\"") < first.find("\"c2\""));
  CHECK(member(first, "statistics")
            .starts_with(R"({"total":3,"completed":2,"missed":1,"answered":2,"total_duration_ms":180000,)"));
  CHECK(member(first, "statistics").find(R"("p50_duration_ms":90000.0,)") != std::string::npos);
  CHECK(member(first, "statistics").ends_with(R"("by_status":{"completed":2,"no_answer":1}})"));
  const std::string rest = office.body("/v1/calls?limit=2&statistics=true&cursor=" + member(first, "next"));
  CHECK(rest.find("\"c1\"") != std::string::npos);
  CHECK(rest.find("\"c2\"") == std::string::npos);
  CHECK(member(office.body("/v1/calls?limit=2&offset=2"), "calls").find("\"c1\"") != std::string::npos);
  CHECK(office.body("/v1/calls?type=sales").find("\"c2\"") == std::string::npos);
  CHECK(office.body("/v1/calls?status=no_answer&direction=inbound").find("\"c3\"") != std::string::npos);
  CHECK(office.body("/v1/calls?least_ms=100000").find("\"c1\"") == std::string::npos);
  CHECK(office.body("/v1/calls?from=2026-11-23T10:30:00Z").find("\"c2\"") == std::string::npos);
  CHECK(office.ask("/v1/calls", "acme", "text/csv").body.starts_with("call,contact,started_at,status,"));
  CHECK(office.ask("/v1/calls?state=x").status == 400);
}

TEST_CASE("percentiles of durations are exact, from the calls themselves") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  std::vector<TestEvent> calls;
  for (int i = 1; i <= 101; ++i)
    calls.push_back(call_ended("ann", i * 1'000, at(12)).subject("c" + std::to_string(i)));
  office.tell(calls);
  const std::string all = member(office.body("/v1/analytics/durations"), "groups");
  CHECK(all.find(R"("p50_ms":51000.0,"p90_ms":91000.0,"p95_ms":96000.0,"most_ms":101000)") !=
        std::string::npos);
  CHECK(office.body("/v1/analytics/durations?group_by=disposition&group_by=day").find("reached") !=
        std::string::npos);
}

TEST_CASE("agents are compared by what they achieved, words counted by what was found") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  auto story = three_calls();
  story.push_back(conversion("bob", 50, at(12), "agent-2"));
  office.tell(story);
  const std::string agents = member(office.body("/v1/analytics/agents"), "groups");
  CHECK(agents.starts_with(
      R"([{"group":"agent-1","calls":2,"attempts":1,"answered":1,"reached":1,"reached_rate":0.5,)"));
  CHECK(agents.find(R"("conversion_rate":1.0)") != std::string::npos);
  CHECK(
      member(office.body("/v1/analytics/dispositions"), "groups") ==
      R"([{"group":"no_answer","calls":1,"conversations":0},{"group":"reached","calls":2,"conversations":0}])");
}

TEST_CASE("the heat map counts by local weekday and hour") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell(three_calls());
  const std::string lines = office.ask("/v1/analytics/heatmap?tz=Europe/Berlin", "acme", "text/csv").body;
  CHECK(lines.find("\r\n1,10,1\r\n1,11,1\r\n1,12,1\r\n1,13,0\r\n") != std::string::npos);
  CHECK(office.ask("/v1/analytics/heatmap?figure=moons").status == 400);
  CHECK(office.ask("/v1/analytics/heatmap?tz=Mars/Base").status == 400);
}

TEST_CASE("tiles show the last 24 hours, 7 and 30 days, each beside the period before") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.clock().move(at(12) - office.clock().now());
  office.tell({call_ended("ann", 1'000, at(11)).subject("c1"),
               call_ended("ann", 1'000, at(11, 0, -2)).subject("c2"),
               call_ended("ann", 1'000, at(11, 0, -8)).subject("c3"),
               call_ended("ann", 1'000, at(11, 0, -9)).subject("c4")});
  const std::string tiles = member(office.body("/v1/analytics/tiles"), "tiles");
  const auto calls = [&](std::string_view tile, std::string_view list) {
    json::Parser parser;
    const auto parsed = parser.parse(tiles);
    auto found = *parsed->as_object()->object(tile);
    if (!list.empty()) found = *found.object(list);
    return *found.integer("calls");
  };
  CHECK(calls("24h", "") == 1);
  CHECK(calls("7d", "") == 2);
  CHECK(calls("7d", "before") == 2);
  CHECK(calls("30d", "") == 4);
}

TEST_CASE("usage is counted by the tenant's calendar month against its plan, unlimited where the plan is") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.clock().move(at(12) - office.clock().now());
  const auto plan = [](std::string_view name, Time time) {
    return TestEvent("tenant.changed", "", time).subject("acme").text("plan", name);
  };
  office.tell({plan("starter", at(1)), message_received("ann", at(9)).text("conversation_id", "t"),
               message_sent("ann", at(9, 1)).text("conversation_id", "t"), call_ended("ann", 61'000, at(10)),
               call_ended("ann", 600'000, at(10, 0, -30))});
  const std::string starter = office.body("/v1/analytics/usage");
  CHECK(member(starter, "chat_messages") == R"({"used":1,"limit":1000,"remaining":999,"over":0})");
  CHECK(member(starter, "voice_minutes") == R"({"used":2,"limit":0,"remaining":0,"over":2})");
  office.tell({plan("business", at(2)).json("limits", R"({"voice_minutes":1})")});
  const std::string business = office.body("/v1/analytics/usage");
  CHECK(member(business, "chat_messages") == R"({"used":1,"limit":null,"remaining":null,"over":0})");
  CHECK(member(business, "voice_minutes") == R"({"used":2,"limit":1,"remaining":0,"over":1})");
}
