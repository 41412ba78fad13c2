#include "projections/leads/rows.hpp"

namespace trunkline::leads {
namespace {

Text text(const Fields& fields, std::string_view name) {
  const Field* field = fields.find(name);
  if (field == nullptr || field->value.empty()) return std::nullopt;
  return field->value;
}

Instant moment(const Fields& fields, std::string_view name) {
  const auto time = parse_time(fields.value(name));
  return time ? Instant{*time} : std::nullopt;
}

}  // namespace

FactRow fact_row(const Fact& fact, std::string packed) {
  FactRow row;
  row.tenant = fact.tenant;
  row.family = fact.family;
  row.subject = fact.subject;
  if (const std::string_view contact = fact.contact(); !contact.empty()) row.contact = contact;
  row.inherits = fact.inherits();
  row.at = from_micros(fact.at_us());
  row.moments = contribution(fact).moments;
  row.kind = text(fact.fields, fact.family == "call" ? "call_type" : "kind");
  row.channel = fact.family == "call" ? "voice" : text(fact.fields, "channel");
  row.direction = text(fact.fields, "direction");
  const std::string_view status = status_of(fact);
  row.status = status.empty() ? Text{} : Text{status};
  row.agent_id = text(fact.fields, "agent_id");
  row.conversation_id = text(fact.fields, "conversation_id");
  row.disposition = text(fact.fields, "disposition");
  row.outcome = text(fact.fields, "outcome");
  row.campaign = text(fact.fields, "campaign");
  row.stage = text(fact.fields, "stage");
  row.reason = text(fact.fields, "reason");
  row.duration_ms = fact.fields.integer("duration_ms");
  row.value_e4 = fact.fields.integer("value_e4");
  row.currency = text(fact.fields, "currency");
  row.starts_at = moment(fact.fields, "starts_at");
  row.ends_at = moment(fact.fields, "ends_at");
  row.answered = fact.family == "call" && call_answered(fact);
  row.packed = std::move(packed);
  return row;
}

}  // namespace trunkline::leads
