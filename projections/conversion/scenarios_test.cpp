#include "projections/conversion/projection.hpp"
#include "tests/given.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

Given given(std::vector<TestEvent> events) {
  return testing::given(conversion::projection, std::move(events));
}

TestEvent visit(std::string_view person, std::string_view source, Time time) {
  return TestEvent("touch.recorded", person, time).text("kind", "page_view").text("source", source);
}

TestEvent sale(std::string_view person, std::int64_t value, Time time) {
  return testing::conversion(person, value, time).subject("sale");
}

constexpr std::string_view journeys = "SELECT conversion, place, kind, source FROM journeys";
constexpr std::string_view linear = "SELECT conversion, source, linear FROM credits";

}  // namespace

TEST_CASE("golden A: every model's credits to the cent, and they sum to the value") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({visit("ann", "paid_social", at(12, 0, 0)), visit("ann", "organic", at(12, 0, 5)),
         visit("ann", "paid_social", at(12, 0, 12)), visit("ann", "branded_search", at(12, 0, 30)),
         visit("ann", "direct", at(12, 0, 38)), sale("ann", 12'000, at(12, 0, 38)).subject("sale")})
      .then(
          "SELECT place, source, first::numeric(9,2), last::numeric(9,2), last_non_direct::numeric(9,2),"
          " linear::numeric(9,2), credits.position::numeric(9,2), decay::numeric(9,2) FROM credits",
          {"1|paid_social|12000.00|0.00|0.00|2400.00|4800.00|175.19",
           "2|organic|0.00|0.00|0.00|2400.00|800.00|287.44",
           "3|paid_social|0.00|0.00|0.00|2400.00|800.00|574.88",
           "4|branded_search|0.00|0.00|12000.00|2400.00|800.00|3417.04",
           "5|direct|0.00|12000.00|0.00|2400.00|4800.00|7545.45"});
}

TEST_CASE("what cannot be shared evenly goes by the cent to the largest remainders, then to the earlier") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({visit("ann", "a", at(9)), visit("ann", "b", at(10)), visit("ann", "c", at(11)),
         sale("ann", 100, at(12)).subject("sale")})
      .then("SELECT source, linear::numeric(9,2) FROM credits", {"a|33.34", "b|33.33", "c|33.33"});
}

TEST_CASE("a late touch, and one of another contact point that turns out to be hers, take their share") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({visit("ann", "ad", at(9)), sale("ann", 120, at(12)).subject("sale")})
      .when({visit("anns-mail", "letter", at(10)), linked("ann", "anns-mail", at(15)),
             visit("ann", "late", at(11)), visit("ann", "after", at(13))})
      .then(journeys, {"sale|1|page_view|ad", "sale|2|page_view|letter", "sale|3|page_view|late"})
      .then(linear, {"sale|ad|40.0000000000000000", "sale|letter|40.0000000000000000",
                     "sale|late|40.0000000000000000"});
}

TEST_CASE("a link that was wrong is taken back as if it had never been") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({visit("ann", "ad", at(9)), visit("bob", "letter", at(10)), sale("ann", 120, at(12)).subject("sale"),
         linked("ann", "bob", at(13)), unlinked("bob", at(14))})
      .then(journeys, {"sale|1|page_view|ad"})
      .then("SELECT lead, members, conversions, touches FROM leads",
            {token("ann") + "|1|1|1", token("bob") + "|1|0|1"});
}

TEST_CASE("a reversed conversion has no journey, no credit and no part in the lead, but is still told") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  auto reversal = conversion_reversed("", "sale", at(14)).text("reason", "refund");
  given({visit("ann", "ad", at(9)), sale("ann", 120, at(12)).subject("sale"), reversal})
      .then("SELECT conversion, counted, reason, value::int FROM conversions", {"sale|f|refund|120"})
      .then(journeys, {})
      .then(linear, {})
      .then("SELECT conversions, converted_at, stage FROM leads", {"0||new"});
}

TEST_CASE("a conversion of which it is learnt later whose it is counts for her from then on") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto nobodys = TestEvent("conversion.recorded", "", at(12))
                           .subject("sale")
                           .text("value", "120.00")
                           .text("currency", "USD");
  given({visit("ann", "ad", at(9)), nobodys}).then(linear, {"sale||120.0000000000000000"});
  given({visit("ann", "ad", at(9)), nobodys, sale("ann", 120, at(12)).subject("sale").id("again")})
      .then(linear, {"sale|ad|120.0000000000000000"});
}

TEST_CASE("calls, chats and appointments are touches by themselves, and once where they are stated as well") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({call_started("ann", at(9)).subject("c1"), call_ended("ann", 60'000, at(9, 2)).subject("c1"),
         call_ended("ann", 0, at(9, 30), "no_answer").subject("c2"),
         message_received("ann", at(10), "sms").text("conversation_id", "talk"),
         message_received("ann", at(10, 5), "sms").text("conversation_id", "talk"),
         appointment_booked("ann", at(11)).subject("demo"), sale("ann", 90, at(12)).subject("sale"),
         TestEvent("touch.recorded", "ann", at(9, 3)).text("kind", "call_completed").text("call_id", "c1")})
      .then("SELECT place, kind, channel, agent_id, at FROM journeys",
            {"1|call_completed|||2026-11-23 09:03:00+00", "2|sms_reply|sms||2026-11-23 10:00:00+00",
             "3|demo_scheduled|||2026-11-23 11:00:00+00"});
}

TEST_CASE("a capture, a stage, a touch that is said again of somebody else is no longer the first one's") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({captured("ann", at(8)).id("c"), stage_changed("ann", "qualified", at(8, 30)).id("s"),
         visit("ann", "ad", at(9)).subject("t"), sale("ann", 120, at(12)),
         sale("bob", 80, at(12)).subject("bobs")})
      .when({captured("bob", at(8, 1)).id("c"), stage_changed("bob", "qualified", at(8, 31)).id("s"),
             visit("bob", "ad", at(9, 1)).subject("t"), visit("cem", "ad", at(7)).subject("t")})
      .then(journeys, {"bobs|1|page_view|ad"})
      .then("SELECT lead, captured_at IS NULL, touches, stages::text FROM leads",
            {token("ann") + "|t|0|{}",
             token("bob") + "|f|1|{\"qualified\": " + std::to_string(to_micros(at(8, 31))) + "}",
             token("cem") + "|t|0|{}"});
}

TEST_CASE("the stage that comes with a capture counts as the other stages do") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({captured("ann", at(9)).text("stage", "qualified")}).then("SELECT stage FROM leads", {"qualified"});
}

TEST_CASE("a call that several providers tell of is one call and one touch, whichever of its ids are named") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto priced = [](TestEvent event, const std::string& value) {
    return event.json("cost", R"({"value":")" + value + R"(","currency":"USD"})");
  };
  given({call_started("ann", at(9)).subject("twilio-1").json("provider_ids", R"({"call":"CA1"})"),
         priced(TestEvent("call.ended", "ann", at(9, 2)), "0.02")
             .subject("twilio-1")
             .number("duration_ms", 120'000),
         priced(TestEvent("call.ended", "", at(9, 2)), "0.30")
             .subject("retell-1")
             .text("agent_id", "ella")
             .number("duration_ms", 110'000),
         TestEvent("touch.recorded", "ann", at(9, 3))
             .text("kind", "call_completed")
             .text("call_id", "twilio-1"),
         sale("ann", 90, at(12))})
      .when({TestEvent("call.analyzed", "", at(9, 5))
                 .subject("retell-1")
                 .json("provider_ids", R"({"call":"CA1"})")})
      .then("SELECT subject, contact FROM conversion_v1.facts WHERE family = 'call'",
            {"retell-1|" + token("ann")})
      .then("SELECT place, kind, at FROM journeys", {"1|call_completed|2026-11-23 09:03:00+00"})
      .then("SELECT subject, agent_id, value::numeric(9,2) FROM costs",
            {"retell-1|ella|0.30", "twilio-1|ella|0.02"})
      .then("SELECT lead, attempt_at, reached_at, touches FROM leads",
            {token("ann") + "|2026-11-23 09:00:00+00|2026-11-23 09:00:00+00|1"});
}

TEST_CASE("a call whose second id is of somebody else counts for whom it named last, and for nobody twice") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({call_ended("ann", 60'000, at(9)).subject("b-1"), call_ended("bob", 60'000, at(9, 1)).subject("c-1"),
         sale("bob", 90, at(12))})
      .when(
          {TestEvent("call.analyzed", "", at(9, 5)).subject("a-1").json("provider_ids", R"({"call":"b-1"})"),
           TestEvent("call.analyzed", "", at(9, 6)).subject("a-1").json("provider_ids", R"({"call":"c-1"})")})
      .then("SELECT lead, touches FROM leads", {token("ann") + "|0", token("bob") + "|1"})
      .then("SELECT id, call FROM conversion_v1.call_ids", {"a-1|a-1", "b-1|a-1", "c-1|a-1"});
}

TEST_CASE("first response and first attempt count from the capture; who was there before has no response") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({captured("ann", at(9)), call_started("ann", at(9, 3)).subject("c1"),
         call_ended("ann", 0, at(9, 4), "voicemail").subject("c1"),
         call_started("ann", at(9, 10)).subject("c2"), call_ended("ann", 60'000, at(9, 11)).subject("c2"),
         message_received("bob", at(8)), captured("bob", at(9)), message_sent("bob", at(9, 1))})
      .then("SELECT lead, attempt_at, reached_at, response_at FROM leads",
            {token("ann") + "|2026-11-23 09:03:00+00|2026-11-23 09:10:00+00|2026-11-23 09:10:00+00",
             token("bob") + "|2026-11-23 09:01:00+00|2026-11-23 08:00:00+00|"});
}

TEST_CASE("stages are kept with the first moment of each, a corrected statement in place of the old one") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({captured("ann", at(9)), stage_changed("ann", "contacted", at(10)).id("s1"),
         stage_changed("ann", "qualified", at(11)).id("s1"), stage_changed("ann", "lost", at(12))})
      .then(
          "SELECT stage, (SELECT string_agg(key, ',' ORDER BY key) FROM jsonb_object_keys(stages) AS key) "
          "FROM leads",
          {"lost|lost,qualified"});
}

TEST_CASE("what calls cost and what was stated as cost are both told, each once") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto cost = TestEvent("cost.recorded", "", at(9))
                        .subject("bill")
                        .text("value", "12.50")
                        .text("currency", "USD")
                        .text("kind", "model");
  given(
      {cost,
       call_ended("ann", 60'000, at(9)).subject("c1").json("cost", R"({"value":"0.0305","currency":"USD"})")})
      .then("SELECT family, subject, value::numeric(9,4), currency, kind FROM costs",
            {"call|c1|0.0305|USD|", "cost|bill|12.5000|USD|model"});
}
