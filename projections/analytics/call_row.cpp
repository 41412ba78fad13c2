#include <charconv>

#include "projections/analytics/rows.hpp"

namespace trunkline::analytics {
namespace {

Text text(const leads::Fields& fields, std::string_view name) {
  const std::string_view value = fields.value(name);
  return value.empty() ? Text{} : Text{value};
}

std::optional<double> real(const leads::Fields& fields, std::string_view name) {
  const std::string_view value = fields.value(name);
  double number = 0;
  if (value.empty() || std::from_chars(value.data(), value.data() + value.size(), number).ec != std::errc{})
    return std::nullopt;
  return number;
}

}  // namespace

CallRow call_row(const leads::Fact& call, std::string packed) {
  CallRow row;
  row.tenant = call.tenant;
  row.call = call.subject;
  row.contact = text(call.fields, "contact");
  row.at = from_micros(call.at_us());
  const std::string_view status = leads::call_status(call);
  if (!status.empty()) row.status = status;
  row.direction = text(call.fields, "direction");
  row.call_type = text(call.fields, "call_type");
  row.provider = text(call.fields, "provider");
  row.agent_id = text(call.fields, "agent_id");
  row.script_id = text(call.fields, "script_id");
  row.prompt_variant = text(call.fields, "prompt_variant");
  row.campaign = text(call.fields, "campaign");
  row.conversation_id = text(call.fields, "conversation_id");
  row.disposition = text(call.fields, "disposition");
  row.outcome = text(call.fields, "outcome");
  row.intent = text(call.fields, "intent");
  row.answered = leads::call_answered(call);
  row.duration_ms = call.fields.integer("duration_ms");
  row.wait_ms = call.fields.integer("wait_ms");
  row.sentiment = real(call.fields, "sentiment");
  row.rating = call.fields.integer("rating");
  row.packed = std::move(packed);
  return row;
}

std::optional<leads::Fact> unpack_call(const PackedCall& row) {
  return leads::unpack_fact(row.tenant, "call", row.call, row.packed);
}

}  // namespace trunkline::analytics
