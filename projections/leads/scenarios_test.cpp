// The rules of the leads model as stories; given.hpp tells each again doubled, backwards and shuffled.
#include "projections/leads/projection.hpp"
#include "tests/given.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

Given given(std::vector<TestEvent> events) {
  return testing::given(leads::projection, std::move(events));
}

}  // namespace

TEST_CASE("a lead has the newest statement of every field") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({captured("ann", at(9)).text("line_type", "cellular"), stage_changed("ann", "qualified", at(11)),
         stage_changed("ann", "contacted", at(10)),
         details_changed("ann", at(12)).text("line_type", "telephone"), captured("bob", at(9), "chat")})
      .then("SELECT lead, stage, source, line_type FROM leads",
            {token("ann") + "|qualified|website_quote|telephone", token("bob") + "|new|chat|"});
}

TEST_CASE(
    "calls are counted once they ended, attempts once they started, talk only where a person answered") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({call_started("ann", at(9)).subject("c1"), call_ended("ann", 60'000, at(9, 1)).subject("c1"),
         call_started("ann", at(10)).subject("c2"),
         call_ended("ann", 20'000, at(10, 1), "voicemail").subject("c2"),
         call_started("ann", at(11)).subject("c3"),
         call_ended("ann", 5'000, at(12)).text("direction", "inbound").subject("c4")})
      .then(
          "SELECT calls, attempts, answered, talk_ms, first_call = first_contact, followed_up_at = "
          "first_seen, "
          "last_call FROM leads",
          {"3|3|2|65000|t|t|2026-11-23 11:59:55+00"})
      .then("SELECT call, status, answered FROM calls",
            {"c1|completed|t", "c2|voicemail|f", "c3|ringing|f", "c4|completed|t"});
}

TEST_CASE(
    "linked contact points are one lead with one set of figures, and an un-link takes them apart again") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  std::vector<TestEvent> story = {captured("bob", at(8)), message_received("bob", at(9)),
                                  message_sent("ann", at(10)), conversion("bob", 120, at(11)),
                                  linked("bob", "ann", at(12), "inferred")};
  given(story).then(
      "SELECT lead, members, stage, messages_in, messages_out, conversions, value::text FROM leads",
      {token("ann") + "|2|converted|1|1|1|120.0000000000000000"});
  given(story)
      .when({unlinked("ann", at(13))})
      .then("SELECT lead, members, stage, messages_in, messages_out, conversions FROM leads",
            {token("ann") + "|1|new|0|1|0", token("bob") + "|1|converted|1|0|1"})
      .then("SELECT token, lead_id FROM contacts",
            {token("ann") + "|" + token("ann"), token("bob") + "|" + token("bob")});
}

TEST_CASE("a reversed conversion counts no more and the lead falls back to its stated stage") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  std::vector<TestEvent> story = {stage_changed("ann", "qualified", at(9)),
                                  conversion("ann", 100, at(10)).subject("sale"),
                                  conversion("ann", 50, at(11)).subject("other")};
  given(story)
      .when({conversion_reversed("ann", "other", at(12))})
      .then("SELECT stage, conversions, value_e4, converted_at FROM leads_v1.leads",
            {"converted|1|1000000|2026-11-23 10:00:00+00"});
  given(story)
      .when({conversion_reversed("ann", "other", at(12)), conversion_reversed("ann", "sale", at(13))})
      .then("SELECT stage, conversions, value_e4, converted_at FROM leads_v1.leads", {"qualified|0|0|"});
}

TEST_CASE("a stage stated after the conversion stands, one before it does not") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({conversion("ann", 100, at(10)), stage_changed("ann", "lost", at(11)), conversion("bob", 100, at(10)),
         stage_changed("bob", "proposal_sent", at(9))})
      .then("SELECT lead, stage FROM leads", {token("ann") + "|lost", token("bob") + "|converted"});
}

TEST_CASE("a fact that is corrected moves: first and last moments are those of the facts that stay") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({message_received("ann", at(8)).subject("m1"), message_received("ann", at(9)).subject("m2"),
         message_received("ann", at(12)).subject("m3"), message_received("bob", at(13)).subject("m1"),
         message_received("bob", at(14)).subject("m3")})
      .then("SELECT lead, messages_in, first_contact, last_contact FROM leads",
            {token("ann") + "|1|2026-11-23 09:00:00+00|2026-11-23 09:00:00+00",
             token("bob") + "|2|2026-11-23 13:00:00+00|2026-11-23 14:00:00+00"});
}

TEST_CASE("a fact without a contact waits for a statement of the same subject that names one") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({TestEvent("call.ended", "", at(9, 5))
             .subject("c1")
             .number("duration_ms", 7'000)
             .text("disposition", "reached"),
         TestEvent("call.ended", "", at(9, 5)).subject("c2").number("duration_ms", 7'000)})
      .when({call_started("ann", at(9)).subject("c1")})
      .then("SELECT lead, calls, talk_ms FROM leads", {token("ann") + "|1|7000"})
      .then("SELECT contact, subject FROM facts", {token("ann") + "|c1", "|c2"});
}

TEST_CASE("opting out and in: the newest counts, and at the same moment the opt-out") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({opted_out("ann", at(9)), opted_in("ann", at(10)), opted_in("bob", at(9)), opted_out("bob", at(9))})
      .then("SELECT lead, opted_out FROM leads", {token("ann") + "|f", token("bob") + "|t"});
}

TEST_CASE("a delivery status goes forwards only, whatever order its news comes in") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto status = [](std::string_view value, Time time) {
    return TestEvent("message.status_changed", "ann", time).subject("m1").text("status", value);
  };
  given({message_sent("ann", at(9)).subject("m1"), status("delivered", at(9, 2)), status("sent", at(9, 3)),
         TestEvent("message.read", "ann", at(9, 4)).subject("m1")})
      .then("SELECT status, direction, at FROM facts", {"read|outbound|2026-11-23 09:00:00+00"});
}

TEST_CASE("an event that names several contact points of a person links them") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const std::string mail = token("ann", 'e');
  given({captured("ann", at(9))
             .contacts(token("ann") + " " + mail)
             .json("contact", R"({"phone":")" + token("ann") + R"(","email":")" + mail + "\"}"),
         message_received("eve", at(10)).contacts(mail).json("contact", R"({"email":")" + mail + "\"}")})
      .then("SELECT lead, members, messages_in FROM leads", {mail + "|2|1"});
}

TEST_CASE("preferences, requirements and custom fields merge one by one") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({details_changed("ann", at(9)).json("custom", R"({"pets":2,"garden":true})"),
         details_changed("ann", at(10))
             .json("custom", R"({"pets":3})")
             .json("preferences", R"({"contact_method":"sms"})")})
      .then("SELECT details ->> 'custom', details #>> '{preferences,contact_method}' FROM leads",
            {R"({"pets": 3, "garden": true}|sms)"});
}

TEST_CASE("what was said about a lead stands in its timeline, each statement by itself") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({captured("ann", at(9)), stage_changed("ann", "contacted", at(10)),
         stage_changed("ann", "lost", at(11)), touch("ann", "spring", at(12)),
         appointment_booked("ann", at(13))})
      .then("SELECT family, stage, campaign FROM timeline ORDER BY at",
            {"appointment||", "lead.captured||", "lead.stage_changed|contacted|", "lead.stage_changed|lost|",
             "touch||spring"})
      .then("SELECT touches, appointments FROM leads", {"1|1"});
}

TEST_CASE(
    "a call that several providers tell of is one call of one lead, whichever of its ids the news name") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({call_started("ann", at(9)).subject("twilio-1").json("provider_ids", R"({"call":"CA1"})"),
         TestEvent("call.ended", "", at(9, 2))
             .subject("retell-1")
             .json("provider_ids", R"({"call":"CA1"})")
             .number("duration_ms", 60'000),
         TestEvent("call.connected", "bob", at(9, 1)).subject("room-1")})
      .when({TestEvent("call.analyzed", "", at(9, 5))
                 .subject("retell-1")
                 .json("provider_ids", R"({"room":"room-1"})")
                 .json("analysis", R"({"outcome":"positive"})")})
      .then("SELECT lead, calls, answered, talk_ms FROM leads",
            {token("ann") + "|0|0|0", token("bob") + "|1|1|60000"})
      .then("SELECT call, contact, outcome FROM calls", {"retell-1|" + token("bob") + "|positive"});
}

TEST_CASE("a message that names nobody is with whom its conversation is, also when that changes") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto reply = [](Time time) {
    return TestEvent("message.sent", "", time).text("conversation_id", "talk").text("channel", "chat");
  };
  const std::vector<TestEvent> story = {
      reply(at(9, 2)).subject("m2"), reply(at(9, 4)).subject("m4"),
      message_received("ann", at(9, 1)).subject("m1").text("conversation_id", "talk"),
      message_received("bob", at(9, 3)).subject("m3").text("conversation_id", "talk")};
  given(story).then("SELECT lead, messages_in, messages_out, conversations FROM leads",
                    {token("ann") + "|1|2|1", token("bob") + "|1|0|0"});
  given(story)
      .when({TestEvent("conversation.started", "bob", at(9)).subject("talk").text("channel", "chat")})
      .then("SELECT lead, messages_in, messages_out, conversations FROM leads",
            {token("ann") + "|1|0|0", token("bob") + "|1|2|1"})
      .then("SELECT subject, contact FROM facts WHERE direction = 'outbound'",
            {"m2|" + token("bob"), "m4|" + token("bob")});
  given(story)
      .when({message_sent("cem", at(9, 5)).subject("m2").text("conversation_id", "talk")})
      .then("SELECT lead, messages_in, messages_out FROM leads",
            {token("ann") + "|1|1", token("bob") + "|1|0", token("cem") + "|0|1"});
}

TEST_CASE("money is never added across currencies, and what names none is in the lead's own") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({conversion("ann", 100, at(9)).subject("a"),
         conversion("ann", 30, at(10)).subject("b").text("currency", "EUR"),
         touch("ann", "spring", at(8)).text("value", "2.50"), captured("bob", at(9)).text("currency", "GBP"),
         conversion("bob", 70, at(10)).subject("c")})
      .then(
          "SELECT lead, currency, value::real, touch_value::real, money FROM leads",
          {token("ann") +
               R"(|EUR|30|2.5|{"EUR": {"touches": "2.50", "converted": "30.00"}, "USD": {"touches": "0.00", "converted": "100.00"}})",
           token("bob") + R"(|GBP|0|0|{"USD": {"touches": "0.00", "converted": "70.00"}})"});
}

TEST_CASE("a follow-up goes on until it is done, and once called off it stays so") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto about = [](std::string type, std::string_view subject, Time time) {
    return TestEvent(std::move(type), "ann", time).subject(std::string{subject});
  };
  const auto scheduled = [&](std::string_view subject, Time time, std::string_view due) {
    return about("followup.scheduled", subject, time).text("action", "call").text("due_at", due);
  };
  given({scheduled("one", at(9), "2026-11-24T09:00:00Z"), scheduled("one", at(10), "2026-11-25T09:00:00Z"),
         about("followup.attempted", "one", at(11)).number("attempt", 1),
         scheduled("two", at(9), "2026-11-24T09:00:00Z"), about("followup.cancelled", "two", at(10)),
         about("followup.completed", "two", at(11)), scheduled("three", at(9), "2026-11-24T10:00:00Z"),
         about("followup.completed", "three", at(12))})
      .then("SELECT follow_up, status, action, due_at FROM follow_ups",
            {"one|processing|call|2026-11-25 09:00:00+00", "three|completed|call|2026-11-24 10:00:00+00",
             "two|cancelled|call|2026-11-24 09:00:00+00"});
}

TEST_CASE("what a score is made of follows from requirements and viewings, each listing once") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto viewing = [](std::string_view subject, std::string_view listing, Time time) {
    return TestEvent("appointment.completed", "ann", time)
        .subject(std::string{subject})
        .text("kind", "viewing")
        .text("listing_id", listing);
  };
  given({TestEvent("lead.requirements_changed", "ann", at(9))
             .json("requirements", R"({"budget_max":"900.00","urgency":"immediate","has_deposit":true})"),
         TestEvent("call.analyzed", "ann", at(10))
             .subject("c")
             .json("analysis", R"({"requirements":{"urgency":"within_month","mortgage_approved":true}})"),
         viewing("v1", "flat-1", at(11)), viewing("v2", "flat-1", at(12)), viewing("v3", "flat-2", at(13)),
         TestEvent("appointment.cancelled", "ann", at(14)).subject("v3")})
      .then("SELECT listings_viewed, mortgage_approved, has_deposit, budget_known, urgency FROM leads",
            {"1|t|t|t|within_month"});
}
