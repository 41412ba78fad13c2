#include "projections/leads/rows.hpp"

namespace trunkline::leads {

FactRow fact_row(const Fact& fact, std::string packed) {
  FactRow row;
  row.tenant = fact.tenant;
  row.family = fact.family;
  row.subject = fact.subject;
  if (const std::string_view contact = fact.contact(); !contact.empty()) row.contact = contact;
  row.inherits = fact.inherits();
  row.at = from_micros(fact.at_us());
  row.moments = contribution(fact).moments;
  row.kind = fact.family == "call" ? fact.fields.text("call_type") : fact.fields.text("kind");
  row.channel = fact.family == "call" ? "voice" : fact.fields.text("channel");
  row.direction = fact.fields.text("direction");
  const std::string_view status = status_of(fact);
  row.status = status.empty() ? Text{} : Text{status};
  row.agent_id = fact.fields.text("agent_id");
  row.conversation_id = fact.fields.text("conversation_id");
  row.disposition = fact.fields.text("disposition");
  row.outcome = fact.fields.text("outcome");
  row.campaign = fact.fields.text("campaign");
  row.stage = fact.fields.text("stage");
  row.reason = fact.fields.text("reason");
  row.duration_ms = fact.fields.integer("duration_ms");
  row.value_e4 = fact.fields.integer("value_e4");
  row.currency = fact.fields.text("currency");
  row.starts_at = fact.fields.time("starts_at");
  row.ends_at = fact.fields.time("ends_at");
  row.answered = fact.family == "call" && call_answered(fact);
  row.packed = std::move(packed);
  return row;
}

}  // namespace trunkline::leads
