#include "projections/analytics/rows.hpp"

namespace trunkline::analytics {
namespace {

constexpr std::int64_t quarter_us = 15LL * 60 * 1'000'000;

Time quarter_of(std::int64_t at_us) {
  const std::int64_t into = ((at_us % quarter_us) + quarter_us) % quarter_us;
  return from_micros(at_us - into);
}

void add_outcome(std::string_view outcome, Quarter& to) {
  to.outcome_positive = outcome == "positive";
  to.outcome_neutral = outcome == "neutral";
  to.outcome_negative = outcome == "negative";
  to.outcome_escalate = outcome == "escalate";
}

void add_call(const leads::Fact& call, Quarter& to) {
  const std::string_view direction = call.fields.value("direction");
  to.calls_started = call.fields.has("started");
  to.calls_inbound = to.calls_started != 0 && direction == "inbound";
  to.attempts = to.calls_started != 0 && direction == "outbound";
  add_outcome(call.fields.value("outcome"), to);
  if (!call.fields.has("ended")) return;
  const std::string_view status = leads::call_status(call);
  to.calls_ended = 1;
  to.answered = leads::call_answered(call);
  to.talk_ms = to.answered != 0 ? call.fields.integer("duration_ms").value_or(0) : 0;
  to.missed = status == "missed";
  to.voicemail = status == "voicemail";
  to.no_answer = status == "no_answer";
  to.busy = status == "busy";
  to.failed = status == "failed";
  to.transferred = status == "transferred";
}

void add_conversation(const leads::Fact& conversation, Quarter& to) {
  const std::string_view status = conversation.fields.value("status");
  to.conversations = 1;
  to.resolved = status == "resolved";
  to.abandoned = status == "abandoned";
  to.escalated = conversation.fields.has("escalated");
}

void add_conversion(const leads::Fact& conversion, Quarter& to) {
  if (!conversion.fields.has("recorded") || conversion.fields.has("reversed")) return;
  to.conversions = 1;
  to.value_e4 = conversion.fields.integer("value_e4").value_or(0);
}

}  // namespace

Quarter contribution(const leads::Fact& fact) {
  Quarter to;
  to.tenant = fact.tenant;
  to.quarter = quarter_of(fact.at_us());
  to.channel = fact.family == "call" ? std::string_view{"voice"} : fact.fields.value("channel");
  to.agent = fact.fields.value("agent_id");
  if (fact.family == "call") add_call(fact, to);
  if (fact.family == "message") {
    to.messages_in = fact.fields.value("direction") == "inbound";
    to.messages_out = fact.fields.value("direction") == "outbound";
  }
  if (fact.family == "conversation") add_conversation(fact, to);
  if (fact.family == "conversation.analyzed") add_outcome(fact.fields.value("outcome"), to);
  if (fact.family == "appointment") {
    to.appointments_booked = fact.fields.has("booked");
    to.appointments_cancelled = fact.fields.value("status") == "cancelled";
  }
  if (fact.family == "conversion") add_conversion(fact, to);
  if (fact.family == "lead.captured") to.leads_captured = 1;
  return to;
}

}  // namespace trunkline::analytics
