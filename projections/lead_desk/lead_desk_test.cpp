#include <doctest/doctest.h>

#include "projections/lead_desk/fold.hpp"
#include "tests/given.hpp"

namespace trunkline {

using desk::lead_desk;
using namespace testing;

TEST_CASE("a late touch takes the conversion from the campaign that had it") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(lead_desk, {touch("ann", "spring", at(9)), conversion("ann", 120, at(12))})
      .when({touch("ann", "summer", at(11))})
      .then("SELECT campaign, conversions, value FROM attribution", {"summer|1|120.0000"});
}

TEST_CASE("a touch after the conversion gets nothing, nor does another person's") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(lead_desk, {conversion("ann", 120, at(12))})
      .when({touch("ann", "summer", at(13)), touch("bob", "spring", at(9))})
      .then("SELECT campaign, conversions, value FROM attribution", {"(none)|1|120.0000"});
}

TEST_CASE("a lead's row tells its whole story") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(lead_desk,
        {captured("ann", at(8), "form"), call_started("ann", at(9)).subject("call-1"),
         call_ended("ann", 60'000, at(9, 1)).subject("call-1"), message_received("ann", at(10)),
         message_sent("ann", at(10, 5), "sms"), touch("ann", "spring", at(7, 30)),
         stage_changed("ann", "qualified", at(9, 30)), call_ended("ann", 5'000, at(11), "voicemail"),
         conversion("ann", 99, at(12)), captured("ann", at(13), "chat")})
      .then(
          "SELECT stage, source, extract(hour FROM first_seen), extract(hour FROM last_contact), calls, "
          "answered, "
          "talk_ms, messages_in, messages_out, first_response_ms, touches, value, extract(hour FROM "
          "converted_at) "
          "FROM leads",
          {"new|form|7|11|2|1|60000|1|1|5400000|1|99.0000|12"});
}

TEST_CASE("a corrected call takes its old figures along") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto ended = call_ended("ann", 60'000, at(9), "reached", "eve").id("x").subject("call-1");
  given(lead_desk, {ended})
      .when({TestEvent(ended).text("agent_id", "bob").text("disposition", "voicemail").when(at(10))})
      .then("SELECT agent, calls, answered, talk_ms FROM agent_day", {"bob|1|0|0"});
}

TEST_CASE("days and hours are UTC, and voice counts started calls only") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(lead_desk, {call_started("ann", at(23, 59), "inbound").subject("c"),
                    call_ended("ann", 9, at(0, 0, 1)).subject("c"),
                    message_received("ann", at(5), "whatsapp"), message_sent("ann", at(5, 1), "whatsapp")})
      .then("SELECT channel, day, hour, inbound, outbound FROM channel_hour",
            {"voice|2026-11-23|23|1|0", "whatsapp|2026-11-23|5|1|1"})
      .then("SELECT day, calls FROM agent_day", {"2026-11-24|1"});
}

TEST_CASE("a thread longer than a segment holds is counted like any other") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  std::vector<TestEvent> events{captured("ann", at(1))};
  for (int i = 0; i < 300; ++i) events.push_back(message_received("ann", at(2 + i / 60, i % 60)));
  given(lead_desk, events)
      .then(
          "SELECT messages_in, stage, extract(hour FROM last_contact), (SELECT sum(inbound) FROM "
          "channel_hour), "
          "(SELECT count(*) BETWEEN 2 AND 4 FROM lead_desk_v1.lead_segments) FROM leads",
          {"300|new|6|300|t"});
}

TEST_CASE("an event without a contact, or of no interest, leaves no row") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(lead_desk,
        {TestEvent("call.ended", "", at(9)), details_changed("ann", at(9)), subject_erased("ann", at(10))})
      .then("SELECT count(*) FROM leads", {"0"});
}

TEST_CASE("a field that is not as its schema says is refused by name, without its value") {
  const auto fold = lead_desk.make_fold({});
  const std::string document =
      conversion("ann", 1, at(9)).text("value", "much").document() + std::string(json::padding, '\0');
  json::Parser parser;
  const auto event =
      view_event(parser, std::string_view{document}.substr(0, document.size() - json::padding));
  REQUIRE(event.ok());
  const auto status = fold->read(*event);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().pointer == "/data/value");
  CHECK(status.error().message.find("much") == std::string::npos);
}

}  // namespace trunkline
