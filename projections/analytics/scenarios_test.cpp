#include "projections/analytics/projection.hpp"
#include "tests/given.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

Given given(std::vector<TestEvent> events) {
  return testing::given(analytics::projection, std::move(events));
}

}  // namespace

TEST_CASE("a call counts once, in the quarter-hour where it started, however its news arrives") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({call_started("ann", at(9, 14)).subject("c1"), call_ended("ann", 60'000, at(9, 16)).subject("c1"),
         call_started("bob", at(9, 20)).subject("c2"),
         call_ended("bob", 0, at(9, 31), "no_answer").subject("c2")})
      .then(
          "SELECT quarter, channel, agent_id, attempts, calls_ended, answered, no_answer, talk_ms FROM "
          "quarters",
          {"2026-11-23 09:00:00+00|voice|agent-1|1|1|1|0|60000",
           "2026-11-23 09:15:00+00|voice|agent-1|1|1|0|1|0"});
}

TEST_CASE("a corrected call leaves the agent that had it, and an empty quarter-hour ceases to be") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({call_ended("ann", 60'000, at(9), "reached", "agent-1").subject("c1"),
         call_ended("ann", 90'000, at(10), "reached", "agent-2").subject("c1")})
      .then("SELECT agent_id, calls_ended, talk_ms FROM quarters", {"agent-2|1|90000"});
}

TEST_CASE("messages count by direction and channel, conversations once") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({TestEvent("conversation.started", "ann", at(9)).subject("talk").text("channel", "chat"),
         message_received("ann", at(9, 1)), message_sent("ann", at(9, 2)), message_sent("ann", at(9, 3)),
         TestEvent("conversation.resolved", "ann", at(9, 4)).subject("talk")})
      .then("SELECT sum(messages_in), sum(messages_out), sum(conversations), sum(resolved) FROM quarters",
            {"1|2|1|1"});
}

TEST_CASE("every analysis of a conversation has its outcome, the conversation counts once") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto analyzed = [](std::string_view outcome, Time time) {
    return TestEvent("conversation.analyzed", "ann", time)
        .subject("talk")
        .json("analysis", R"({"outcome":")" + std::string{outcome} + "\"}");
  };
  given({analyzed("negative", at(9)), analyzed("negative", at(10)), analyzed("positive", at(11))})
      .then("SELECT sum(conversations), sum(outcome_negative), sum(outcome_positive) FROM quarters",
            {"1|2|1"});
}

TEST_CASE("a reversed conversion is taken out, a contact point is captured once") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({captured("ann", at(9)), captured("ann", at(12)), captured("bob", at(9)),
         conversion("ann", 120, at(10)).subject("sale"), conversion("bob", 80, at(10)).subject("other"),
         conversion_reversed("ann", "sale", at(11)), appointment_booked("bob", at(13))})
      .then(
          "SELECT sum(leads_captured), sum(conversions), sum(value)::bigint, sum(appointments_booked) FROM "
          "quarters",
          {"2|1|80|1"});
}
