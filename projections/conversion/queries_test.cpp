// The questions over HTTP, as JSON and CSV, over a database filled by the runners.
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

// A member of the group of that name (and currency, where there are several), as JSON text.
std::string figure(std::string_view body, std::string_view group, std::string_view name,
                   std::string_view list = "groups", std::string_view currency = "") {
  json::Parser parser;
  const auto document = parser.parse(body);
  REQUIRE(document.ok());
  for (const json::Value each : *document->as_object()->array(list)) {
    const auto row = each.as_object();
    if (row->string("group").value_or("") != group) continue;
    if (!currency.empty() && row->string("currency") != currency) continue;
    std::string json;
    json::write(json, *row->find(name));
    return json;
  }
  return "(no such group)";
}

TestEvent visit(std::string_view source, int day) {
  return TestEvent("touch.recorded", "ann", at(12, 0, day)).text("kind", "page_view").text("source", source);
}

std::vector<TestEvent> golden_a() {
  return {visit("paid_social", 0),     visit("organic", 5), visit("paid_social", 12),
          visit("branded_search", 30), visit("direct", 38), conversion("ann", 12'000, at(12, 0, 38))};
}

TestEvent worth(TestEvent event, std::string_view value, std::string_view currency) {
  return event.text("value", value).text("currency", currency);
}

}  // namespace

TEST_CASE("golden A by HTTP and CSV: paid social has the first and the third touch's credit") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell(golden_a());
  const std::string body = office.body("/v1/conversion/attribution");
  CHECK(figure(body, "paid_social", "first") == "\"12000.00\"");
  CHECK(figure(body, "paid_social", "linear") == "\"4800.00\"");
  CHECK(figure(body, "paid_social", "position") == "\"5600.00\"");
  CHECK(figure(body, "paid_social", "time_decay") == "\"750.07\"");
  CHECK(figure(body, "organic", "time_decay") == "\"287.44\"");
  CHECK(figure(body, "branded_search", "last_non_direct") == "\"12000.00\"");
  CHECK(figure(body, "branded_search", "time_decay") == "\"3417.04\"");
  CHECK(figure(body, "direct", "last") == "\"12000.00\"");
  CHECK(figure(body, "direct", "time_decay") == "\"7545.45\"");
  const auto csv = office.ask("/v1/conversion/attribution", "acme", "text/csv");
  CHECK(csv.body ==
        "group,currency,conversions,touches,first,last,last_non_direct,linear,position,time_decay\r\n"
        "branded_search,USD,1,1,0.00,0.00,12000.00,2400.00,800.00,3417.04\r\n"
        "direct,USD,1,1,0.00,12000.00,0.00,2400.00,4800.00,7545.45\r\n"
        "organic,USD,1,1,0.00,0.00,0.00,2400.00,800.00,287.44\r\n"
        "paid_social,USD,1,2,12000.00,0.00,0.00,4800.00,5600.00,750.07\r\n");
}

TEST_CASE("the window of attribution is the tenant's rule, and a question may name another") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell(golden_a());
  CHECK(figure(office.body("/v1/conversion/attribution?look_back_days=10"), "branded_search", "first") ==
        "\"12000.00\"");
  office.tell({TestEvent("tenant.changed", "", at(9)).json("attribution", R"({"look_back_days":10})")});
  const std::string ruled = office.body("/v1/conversion/attribution");
  CHECK(member(ruled, "look_back_days") == "10");
  CHECK(figure(ruled, "branded_search", "first") == "\"12000.00\"");
  CHECK(figure(ruled, "paid_social", "first") == "(no such group)");
}

TEST_CASE("rates and values: what has no denominator is null, and currencies are never summed") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  CHECK(figure(office.body("/v1/conversion/rates"), "", "contact_rate") == "null");
  office.tell({worth(captured("ann", at(9)), "40.00", "USD"), captured("bob", at(9), "ad"),
               call_started("ann", at(9, 4)).subject("c1"), call_ended("ann", 60'000, at(9, 6)).subject("c1"),
               conversion("ann", 100, at(10)), worth(conversion("ann", 0, at(11)), "30.00", "EUR"),
               stage_changed("bob", "lost", at(12)),
               worth(TestEvent("cost.recorded", "", at(9)), "25.00", "USD")});
  const std::string rates = office.body("/v1/conversion/rates");
  CHECK(figure(rates, "", "leads") == "2");
  CHECK(figure(rates, "", "contact_rate") == "0.5");
  CHECK(figure(rates, "", "conversion_rate_of_reached") == "1.0");
  CHECK(figure(rates, "", "win_rate") == "0.5");
  CHECK(figure(rates, "", "first_response_p50_ms") == "240000.0");
  CHECK(figure(office.body("/v1/conversion/rates?group_by=source"), "ad", "converted") == "0");
  const std::string values = office.body("/v1/conversion/values");
  CHECK(figure(values, "", "value", "groups", "USD") == "\"100.00\"");
  CHECK(figure(values, "", "uplift", "groups", "USD") == "1.5");
  CHECK(figure(values, "", "cost_per_conversion", "groups", "USD") == "\"25.00\"");
  CHECK(figure(values, "", "value", "groups", "EUR") == "\"30.00\"");
  CHECK(figure(values, "", "uplift", "groups", "EUR") == "null");
}

TEST_CASE("a lead that skips a stage counts as having passed it, and the step took no time of its own") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9)), stage_changed("ann", "contacted", at(10)),
               conversion("ann", 100, at(12)), captured("bob", at(9)),
               stage_changed("bob", "qualified", at(11)), captured("cem", at(9))});
  const std::string funnel = office.body("/v1/conversion/funnel");
  CHECK(figure(funnel, "new", "leads") == "3");
  CHECK(figure(funnel, "contacted", "leads") == "2");
  CHECK(figure(funnel, "qualified", "leads") == "2");
  CHECK(figure(funnel, "qualified", "share_of_previous") == "1.0");
  CHECK(figure(funnel, "qualified", "took") == "1");
  CHECK(figure(funnel, "qualified", "since_previous_p50_ms") == "7200000.0");
  CHECK(figure(funnel, "contacted", "since_previous_mean_ms") == "5400000.0");
  CHECK(figure(funnel, "converted", "leads") == "1");
  CHECK(figure(office.body("/v1/conversion/funnel?stages=new,qualified"), "qualified", "leads") == "1");
  CHECK(office.ask("/v1/conversion/funnel?stages=a,,b").status == 400);
}

TEST_CASE("the funnel of touches and that of visitors") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const std::string visitor = token("vis", 'v');
  const auto anonymous = [&](std::string type, Time time) {
    return TestEvent(std::move(type), "", time)
        .contacts(visitor)
        .json("contact", R"({"visitor_id":")" + visitor + "\"}");
  };
  office.tell({visit("ad", 0), appointment_booked("ann", at(13)), conversion("ann", 100, at(14)),
               anonymous("message.received", at(9)).text("channel", "chat"),
               anonymous("lead.captured", at(10))});
  const std::string touches =
      office.body("/v1/conversion/funnel?by=touches&steps=page_view,quote_started,demo_scheduled,converted");
  CHECK(figure(touches, "page_view", "leads") == "1");
  CHECK(figure(touches, "quote_started", "leads") == "1");
  CHECK(figure(touches, "converted", "since_previous_p50_ms") == "3600000.0");
  const std::string visitors = office.body("/v1/conversion/funnel?by=visitors");
  CHECK(figure(visitors, "visitors", "leads") == "1");
  CHECK(figure(visitors, "leads", "leads") == "1");
  CHECK(figure(visitors, "appointments", "leads") == "0");
}

TEST_CASE("cohorts are weeks on the tenant's clocks, and a changed zone moves leads between them") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(3)), captured("bob", at(12)), conversion("ann", 100, at(9, 0, 8))});
  const std::string utc = office.body("/v1/conversion/cohorts");
  CHECK(figure(utc, "2026-W48", "leads") == "2");
  CHECK(figure(utc, "2026-W48", "conversion_rate") == "0.5");
  CHECK(figure(utc, "2026-W48", "converted_by_week").substr(0, 6) == "[0,1,1");
  office.tell({TestEvent("tenant.changed", "", at(9)).text("time_zone", "America/Los_Angeles")});
  const std::string local = office.body("/v1/conversion/cohorts");
  CHECK(figure(local, "2026-W47", "leads") == "1");
  CHECK(figure(local, "2026-W48", "converted") == "0");
  CHECK(office.ask("/v1/conversion/cohorts?tz=Mars/Olympus").status == 400);
}

TEST_CASE("time to convert, and the same of the period before") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9)), conversion("ann", 100, at(10)), captured("bob", at(9, 0, -1)),
               conversion("bob", 100, at(9, 0, 1))});
  const std::string body =
      office.body("/v1/conversion/time-to-convert?from=2026-11-23&to=2026-11-24&compare=previous");
  CHECK(figure(body, "", "p50_ms") == "3600000.0");
  CHECK(figure(body, "", "within_hour") == "1");
  CHECK(figure(body, "", "p50_ms", "before") == "172800000.0");
  const auto csv =
      office.ask("/v1/conversion/values?from=2026-11-23&to=2026-11-24&compare=previous", "acme", "text/csv");
  CHECK(csv.body.substr(0, 26) == "period,group,currency,conv");
}
