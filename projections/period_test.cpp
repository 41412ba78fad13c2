// Periods, clocks and formats of answers, over a real database: the same figures by JSON and by CSV, days of
// 23 and 25 hours, the tenant's own zone, and the period before.
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

TestEvent call_at(std::string_view time, int n) {
  return call_ended("ann", 60'000, *parse_time(time)).subject("call-" + std::to_string(n));
}

// One call every hour of the local days around a change of clocks.
std::vector<TestEvent> hourly(std::string_view first, int hours) {
  std::vector<TestEvent> calls;
  for (int i = 0; i < hours; ++i) {
    const Time start = *parse_time(first) + std::chrono::hours{i};
    calls.push_back(
        call_ended("ann", 60'000, start + std::chrono::minutes{1}).subject("h" + std::to_string(i)));
  }
  return calls;
}

TestEvent zone_stated(std::string_view zone, Time time) {
  return TestEvent("tenant.changed", "", time).subject("acme").text("time_zone", zone);
}

std::string groups(Office& office, const std::string& target) {
  return member(office.body(target), "groups");
}

}  // namespace

TEST_CASE("the day of the change to summer time has 23 hours, the one back has 25, each hour by itself") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office spring, autumn;
  spring.tell(hourly("2026-03-28T23:00:00Z", 48));
  const std::string march = "/v1/analytics/calls?tz=Europe/Berlin&from=2026-03-29&to=2026-03-30";
  CHECK(groups(spring, march).find(R"("calls":23,)") != std::string::npos);
  CHECK(groups(spring, march + "&group_by=hour").find("T02:00") == std::string::npos);
  autumn.tell(hourly("2026-10-24T22:00:00Z", 48));
  const std::string october = "/v1/analytics/calls?tz=Europe/Berlin&from=2026-10-25&to=2026-10-26";
  CHECK(groups(autumn, october).find(R"("calls":25,)") != std::string::npos);
  const std::string by_hour = groups(autumn, october + "&group_by=hour");
  const auto summer = by_hour.find("2026-10-25T02:00+02:00"), winter = by_hour.find("2026-10-25T02:00+01:00");
  CHECK(summer < winter);
  CHECK(winter != std::string::npos);
}

TEST_CASE(
    "the clocks are the tenant's own unless the question names others; nothing stored changes with them") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({call_at("2026-11-23T23:30:00Z", 1)});
  const std::string days = "/v1/analytics/calls?group_by=day";
  const std::string stored = office.value("SELECT string_agg(q::text, ';') FROM analytics_v1.quarters q");
  CHECK(groups(office, days).find("2026-11-23") != std::string::npos);
  office.tell({zone_stated("Europe/Berlin", at(1))});
  CHECK(groups(office, days).find("2026-11-24") != std::string::npos);
  CHECK(member(office.body(days), "tz") == "Europe/Berlin");
  office.tell({zone_stated("America/New_York", at(2))});
  CHECK(groups(office, days).find("2026-11-23") != std::string::npos);
  CHECK(groups(office, days + "&tz=Asia/Tokyo").find("2026-11-24") != std::string::npos);
  CHECK(office.value("SELECT string_agg(q::text, ';') FROM analytics_v1.quarters q") == stored);
}

TEST_CASE("a compared answer also has the period of the same length right before, in whole local days") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  // The week of the change to summer time is an hour short; the week before it is not.
  office.tell({call_at("2026-03-22T23:01:00Z", 1), call_at("2026-03-29T21:59:00Z", 2),
               call_at("2026-03-15T23:01:00Z", 3), call_at("2026-03-15T22:59:00Z", 4)});
  const std::string week =
      "/v1/analytics/calls?tz=Europe/Berlin&from=2026-03-23&to=2026-03-30&compare=previous";
  CHECK(groups(office, week).find(R"("calls":2,)") != std::string::npos);
  CHECK(member(office.body(week), "before").find(R"("calls":1,)") != std::string::npos);
  CHECK(office.ask("/v1/analytics/calls?compare=previous").status == 400);
  CHECK(office.ask("/v1/analytics/calls?last=7d&from=2026-03-23").status == 400);
}

TEST_CASE("the last 24 hours end with the running quarter-hour, by the clock of the server") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.clock().move(at(12, 20) - office.clock().now());
  office.tell({call_ended("ann", 60'000, at(12, 19)).subject("now"),
               call_ended("ann", 60'000, at(12, 31, -1)).subject("first"),
               call_ended("ann", 60'000, at(12, 29, -1)).subject("earlier")});
  CHECK(groups(office, "/v1/analytics/calls?last=24h").find(R"("calls":2,)") != std::string::npos);
  CHECK(groups(office, "/v1/analytics/calls?last=7d").find(R"("calls":3,)") != std::string::npos);
}

TEST_CASE("lists are CSV for whoever accepts CSV, with the same rows as the JSON") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({call_ended("ann", 60'000, at(9), "reached", "a, \"b\"").subject("c1"),
               call_ended("bob", 30'000, at(10), "reached", "agent-2").subject("c2"),
               conversion("bob", 50, at(11))});
  const http::Response figures =
      office.ask("/v1/analytics/calls?group_by=agent&group_by=day", "acme", "text/csv");
  CHECK(figures.content_type.starts_with("text/csv"));
  CHECK(figures.body.starts_with("agent,day,calls_started,"));
  CHECK(figures.body.find("\r\n\"a, \"\"b\"\"\",2026-11-23,1,") != std::string::npos);
  CHECK(figures.body.find("\r\nagent-2,2026-11-23,1,") != std::string::npos);
  const http::Response leads = office.ask("/v1/leads?limit=1&sort=-value", "acme", "text/csv");
  CHECK(leads.body.starts_with("id,stage,"));
  CHECK(leads.body.find(",50.00,") != std::string::npos);
  CHECK(std::any_of(leads.headers.begin(), leads.headers.end(),
                    [](const auto& header) { return header.first == "Trunkline-Next"; }));
  CHECK(office.ask("/v1/leads/counts?group_by=stage", "acme", "text/csv").body.starts_with("group,leads,"));
  const std::string both = member(office.body("/v1/analytics/calls?group_by=agent&group_by=hour"), "groups");
  CHECK(both.find(R"("group":{"agent":"agent-2","hour":"2026-11-23T09:00+00:00"})") != std::string::npos);
}
