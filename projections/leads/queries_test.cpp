// What is answered about one lead beyond its row.
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

std::string of_ann(std::string_view what) {
  return "/v1/leads/" + token("ann") + "/" + std::string{what};
}

TestEvent estate(Time time) {
  return TestEvent("tenant.registered", "", time).subject("acme").text("vertical", "real_estate");
}

TestEvent wants(std::string_view requirements, Time time) {
  return TestEvent("lead.requirements_changed", "ann", time).json("requirements", std::string{requirements});
}

std::string lead(Office& office, std::string_view more = "") {
  return member(office.body("/v1/leads/" + token("ann") + std::string{more}), "lead");
}

}  // namespace

TEST_CASE("score and temperature are judged by the tenant's rules at the asked time") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.clock().move(at(12) - office.clock().now());
  office.tell({call_ended("ann", 60'000, at(9)).subject("c1")});
  CHECK(member(lead(office), "score") == "0.0");
  CHECK(member(lead(office), "temperature") == "cold");
  office.tell({estate(at(1)), wants(R"({"has_deposit":true,"urgency":"immediate"})", at(10))});
  CHECK(member(lead(office), "score") == "95.0");  // 50 + 5 + 10 + 20 + 10 for the call of today
  CHECK(member(lead(office), "temperature") == "hot");
  CHECK(member(lead(office, "?judged_at=2026-12-10T00:00:00Z"), "score") == "85.0");
  CHECK(member(lead(office, "?judged_at=2027-03-01T00:00:00Z"), "score") == "75.0");
  CHECK(office.body("/v1/leads?temperature=hot&score_from=90").find(token("ann")) != std::string::npos);
  CHECK(office.body("/v1/leads?temperature=warm").find(token("ann")) == std::string::npos);
  CHECK(office.body("/v1/leads/counts?group_by=temperature").find(R"("group":"hot")") != std::string::npos);
  office.tell(
      {TestEvent("lead.score_stated", "ann", at(11)).number("score", 12).text("temperature", "warm")});
  CHECK(member(lead(office), "score") == "12.0");
  CHECK(member(lead(office), "temperature") == "warm");
}

TEST_CASE("leads are sorted and paged by their score") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  std::vector<TestEvent> story = {estate(at(1))};
  for (const char* name : {"ann", "bob", "cem"})
    for (int i = 0; i <= (name[0] - 'a'); ++i)
      story.push_back(call_ended(name, 1'000, at(9, i)).subject(std::string{name} + std::to_string(i)));
  office.tell(story);
  const std::string first = office.body("/v1/leads?sort=-score&limit=2");
  CHECK(first.find(token("cem")) < first.find(token("bob")));
  CHECK(first.find(token("ann")) == std::string::npos);
  CHECK(office.body("/v1/leads?sort=-score&limit=2&cursor=" + member(first, "next")).find(token("ann")) !=
        std::string::npos);
}

TEST_CASE("requirements are told as they are and how they came to be so, whatever order the news came in") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({wants(R"({"budget_max":"1200.00","bedrooms_min":2})", at(11)),
               wants(R"({"budget_max":"900.00"})", at(9)),
               wants(R"({"budget_max":"1200.00","areas":["Hove"]})", at(12))});
  const std::string answer = office.body(of_ann("requirements"));
  CHECK(member(answer, "now") == R"({"areas":["Hove"],"bedrooms_min":2,"budget_max":"1200.00"})");
  CHECK(
      member(member(answer, "history"), "budget_max") ==
      R"([{"at":"2026-11-23T09:00:00.000000Z","value":"900.00"},{"at":"2026-11-23T11:00:00.000000Z","value":"1200.00"}])");
  CHECK(member(answer, "statements").starts_with(R"([{"at":"2026-11-23T12:00:00.000000Z")"));
  CHECK(office.ask("/v1/leads/" + token("nobody") + "/requirements").status == 404);
}

TEST_CASE("interest is told per listing: talked about, liked, viewed, sent") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const auto interest = [](std::string_view level, Time time) {
    return TestEvent("lead.interest_recorded", "ann", time)
        .text("listing_id", "flat-1")
        .text("interest", level);
  };
  office.tell({interest("high", at(9)), interest("low", at(12)).json("favourite", "true"),
               interest("medium", at(10)),
               TestEvent("lead.info_sent", "ann", at(13))
                   .json("listing_ids", R"(["flat-1","flat-2"])")
                   .text("channel", "email"),
               TestEvent("appointment.booked", "ann", at(14))
                   .subject("v")
                   .text("kind", "viewing")
                   .text("listing_id", "flat-2"),
               TestEvent("call.analyzed", "ann", at(15))
                   .subject("c")
                   .json("analysis", R"({"listings":[{"listing_id":"flat-3","interest":"rejected"}]})")});
  const std::string listings = member(office.body(of_ann("listings")), "listings");
  CHECK(
      listings.find(
          R"({"listing_id":"flat-1","first_mentioned":"2026-11-23T09:00:00.000000Z","last_mentioned":"2026-11-23T13:00:00.000000Z","discussed":3,"interest":"low","favourite":true,"viewing_booked":false)") !=
      std::string::npos);
  CHECK(listings.find(R"("listing_id":"flat-2")") != std::string::npos);
  CHECK(listings.find(R"("viewing_booked":true)") != std::string::npos);
  CHECK(listings.find(R"("interest":"rejected")") != std::string::npos);
}

TEST_CASE(
    "a lead's value is told by currency; expected is what one brings on average until it has converted") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({TestEvent("tenant.registered", "", at(1)).subject("acme").text("vertical", "insurance"),
               captured("ann", at(9)), captured("bob", at(9)), conversion("bob", 100, at(10)),
               captured("cem", at(9)).text("currency", "EUR"),
               touch("ann", "spring", at(11)).text("value", "1.50")});
  const std::string ann = office.body(of_ann("value"));
  CHECK(ann.find(
            R"("currency":"USD","initial":"40.00","touches":"1.50","converted":"0.00","expected":"50.00")") !=
        std::string::npos);
  CHECK(office.body("/v1/leads/" + token("bob") + "/value")
            .find(R"("converted":"100.00","expected":"100.00")") != std::string::npos);
  CHECK(office.body("/v1/leads/" + token("cem") + "/value").find(R"("currency":"EUR","initial":null)") !=
        std::string::npos);
}

TEST_CASE("follow-ups are listed by when they are due, for one lead and for all") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const auto scheduled = [](std::string_view who, std::string_view subject, std::string_view due) {
    return TestEvent("followup.scheduled", who, at(9))
        .subject(std::string{subject})
        .text("action", "call")
        .text("due_at", due);
  };
  office.tell(
      {scheduled("ann", "later", "2026-11-25T09:00:00Z"), scheduled("ann", "first", "2026-11-24T09:00:00Z"),
       scheduled("bob", "bobs", "2026-11-24T12:00:00Z"), scheduled("bob", "done", "2026-11-24T08:00:00Z"),
       TestEvent("followup.completed", "bob", at(10)).subject("done"),
       TestEvent("followup.attempted", "ann", at(11)).subject("later").number("attempt", 2)});
  const std::string all = office.body("/v1/follow-ups?limit=2");
  CHECK(all.find("\"first\"") < all.find("\"bobs\""));
  CHECK(all.find("\"later\"") == std::string::npos);
  CHECK(office.body("/v1/follow-ups?limit=2&cursor=" + member(all, "next"))
            .find(R"("attempts":2,"max_attempts":3)") != std::string::npos);
  CHECK(office.body("/v1/follow-ups?status=completed").find("\"done\"") != std::string::npos);
  CHECK(office.body("/v1/follow-ups?due_to=2026-11-24T10:00:00Z").find("\"bobs\"") == std::string::npos);
  const std::string anns = office.body(of_ann("follow-ups"));
  CHECK(anns.find("\"later\"") != std::string::npos);
  CHECK(anns.find("\"bobs\"") == std::string::npos);
  CHECK(office.ask("/v1/follow-ups", "acme", "text/csv").body.starts_with("id,lead_id,contact,due_at,"));
}

TEST_CASE("the script for a lead is the best that matches, and what it lacks is told") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const auto published = [](std::string_view script, int priority, Time time) {
    return TestEvent("script.published", "", time).subject(std::string{script}).number("priority", priority);
  };
  office.tell({captured("ann", at(9))
                   .text("business_type", "gym")
                   .text("state", "CA")
                   .number("estimated_participants", 20),
               TestEvent("tenant.registered", "", at(1))
                   .subject("acme")
                   .json("regions", R"([{"region":"west","states":["CA"]}])")
                   .text("revenue_per_participant", "2.50"),
               published("any", 0, at(8)), published("gyms", 0, at(7)).text("business_type", "gym"),
               published("gyms-east", 9, at(7)).text("business_type", "gym").text("region", "east"),
               published("older", 0, at(6)).text("business_type", "gym"), published("retired", 99, at(6)),
               TestEvent("script.retired", "", at(10)).subject("retired")});
  const std::string answer = office.body(of_ann("script"));
  CHECK(
      member(answer, "script") ==
      R"({"id":"gyms","priority":0,"business_type":"gym","max_duration_ms":300000,"voice":"alloy","redacted":false})");
  CHECK(member(answer, "matched") == R"({"business_type":"gym","interest_level":"cold","region":"west"})");
  office.tell({published("west", 1, at(11)).text("region", "west")});
  CHECK(member(office.body(of_ann("script")), "script").find(R"("id":"west")") != std::string::npos);
  CHECK(member(office.body("/v1/leads/" + token("ann") + "/script?judged_at=2026-11-23T00:00:00Z"),
               "missing") == "[]");
  CHECK(office.ask("/v1/leads/" + token("nobody") + "/script").status == 404);
}
