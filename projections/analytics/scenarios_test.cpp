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
      .then("SELECT sum(leads_captured), sum(conversions), sum(appointments_booked) FROM quarters",
            {"2|1|1"});
}

TEST_CASE("a call that three providers tell of counts once, under its smallest id") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given({call_started("ann", at(9)).subject("twilio-1").json("provider_ids", R"({"call":"CA1"})"),
         call_ended("ann", 60'000, at(9, 2))
             .subject("retell-1")
             .json("provider_ids", R"({"call":"R1","session":"CA1"})"),
         TestEvent("call.connected", "ann", at(9, 1)).subject("room-1"),
         call_started("bob", at(9)).subject("another").json("provider_ids", R"({"call":"CA2"})")})
      .when({TestEvent("call.analyzed", "ann", at(9, 5))
                 .subject("retell-1")
                 .json("provider_ids", R"({"room":"room-1"})")
                 .json("analysis", R"({"outcome":"positive","intent":"get_quote"})")})
      .then("SELECT sum(calls_started), sum(calls_ended), sum(talk_ms), sum(outcome_positive) FROM quarters",
            {"2|1|60000|1"})
      .then("SELECT call, status, intent FROM calls", {"retell-1|completed|get_quote", "another|ringing|"})
      .then("SELECT what, word, calls FROM words",
            {"disposition|reached|1", "intent|get_quote|1", "outcome|positive|1"});
}

TEST_CASE("an answer's delay runs from the first message not yet answered, and is counted for who gave it") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto said = [](TestEvent event, std::string_view conversation) {
    return std::move(event.text("conversation_id", conversation));
  };
  const auto answer = [&](Time time, std::string_view agent, std::string_view role = "assistant") {
    return said(message_sent("ann", time), "talk").text("agent_id", agent).text("role", role);
  };
  given({answer(at(9), "bot"),  // a greeting answers nobody
         said(message_received("ann", at(9, 1)), "talk"), said(message_received("ann", at(9, 2)), "talk"),
         answer(at(9, 4), "bot"), answer(at(9, 5), "bot"),  // nobody waits for the second one
         answer(at(9, 6), "log", "system"), said(message_received("ann", at(9, 10)), "talk"),
         answer(at(9, 20), "kim", "human_agent"), said(message_received("bob", at(9)), "other")})
      .then(
          "SELECT agent_id, sum(replies), sum(reply_ms)::bigint, sum(first_ai), sum(first_ai_ms)::bigint, "
          "sum(first_human), sum(first_human_ms)::bigint FROM quarters WHERE replies > 0 GROUP BY 1",
          {"bot|1|180000|1|180000|0|0", "kim|1|600000|0|0|1|1140000"})
      .then("SELECT conversation, agent_id, messages_in, messages_out FROM conversations",
            {"talk|bot|3|5", "other||1|0"});
}

TEST_CASE("a corrected message leaves its conversation for another, with everything that it made wait") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto in = [](TestEvent event, std::string_view conversation) {
    return std::move(event.text("conversation_id", conversation));
  };
  given({in(message_received("ann", at(9)).subject("m1"), "one"), in(message_sent("ann", at(9, 10)), "one"),
         in(message_received("ann", at(9, 2)).subject("m2"), "one"),
         in(message_sent("ann", at(9, 20)), "two"),
         in(message_received("ann", at(9, 5)).subject("m1"), "two")})
      .then("SELECT sum(replies), sum(reply_ms)::bigint, sum(messages_in), sum(conversations) FROM quarters",
            {"2|1380000|2|2"})
      .then("SELECT conversation, messages_in FROM conversations", {"one|1", "two|1"});
}

TEST_CASE("conversations: handled from start to end, resolved by AI only where no human took part") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto about = [](std::string type, std::string_view conversation, Time time) {
    return TestEvent(std::move(type), "ann", time).subject(std::string{conversation}).text("channel", "chat");
  };
  given({about("conversation.started", "a", at(9)), about("conversation.resolved", "a", at(9, 5)),
         about("conversation.started", "b", at(9)), about("conversation.taken_over", "b", at(9, 2)),
         about("conversation.resolved", "b", at(9, 9)), about("conversation.started", "c", at(9)),
         about("conversation.escalated", "c", at(9, 2)), about("conversation.started", "d", at(9)),
         about("conversation.abandoned", "d", at(10)),
         about("conversation.rated", "a", at(11)).number("rating", 5),
         about("conversation.rated", "b", at(11)).number("rating", 2),
         TestEvent("message.rated", "ann", at(12)).subject("m").text("thumbs", "up")})
      .then(
          "SELECT sum(conversations), sum(resolved), sum(resolved_by_ai), sum(escalated), sum(abandoned), "
          "sum(handled), sum(handle_ms)::bigint, sum(ratings), sum(rating_sum), sum(ratings_good), "
          "sum(thumbs_up) "
          "FROM quarters",
          {"4|2|1|1|1|3|4440000|2|7|1|1"});
}

TEST_CASE("calls: offered and answered, waits, moods, reviews, what was done") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(
      {call_ended("ann", 60'000, at(9, 2))
           .subject("c1")
           .text("direction", "inbound")
           .number("wait_ms", 4'000),
       call_ended("bob", 0, at(9, 3), "no_answer").subject("c2").text("direction", "inbound"),
       TestEvent("call.analyzed", "ann", at(9, 9))
           .subject("c1")
           .json("analysis", R"({"sentiment":-0.25,"confidence":0.9,"actions":["quote_sent","quote_sent"]})"),
       TestEvent("call.rated", "ann", at(9, 10)).subject("c1").number("rating", 4),
       TestEvent("call.reviewed", "", at(12))
           .subject("c1")
           .json("intent_correct", "true")
           .json("relevance", "0.5"),
       TestEvent("call.reviewed", "", at(13)).subject("c1").json("intent_correct", "false")})
      .then(
          "SELECT sum(offered), sum(offered_answered), sum(waited), sum(wait_ms), sum(sentiment_sum)::real, "
          "sum(confidence_sum)::real, sum(ratings_good), sum(reviews), sum(intents_right), "
          "sum(relevance_sum)::real "
          "FROM quarters",
          {"2|1|1|4000|-0.25|0.9|1|2|1|0.5"})
      .then("SELECT what, word, calls FROM words WHERE what = 'action'", {"action|quote_sent|1"});
}
