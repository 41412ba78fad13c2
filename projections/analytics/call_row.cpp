#include <charconv>

#include "projections/analytics/rows.hpp"

namespace trunkline::analytics {
namespace {

std::optional<double> real(const leads::Fields& fields, leads::FieldName name) {
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
  row.contact = call.fields.text("contact");
  row.at = from_micros(call.at_us());
  const std::string_view status = leads::call_status(call);
  if (!status.empty()) row.status = status;
  row.direction = call.fields.text("direction");
  row.call_type = call.fields.text("call_type");
  row.provider = call.fields.text("provider");
  row.agent_id = call.fields.text("agent_id");
  row.script_id = call.fields.text("script_id");
  row.prompt_variant = call.fields.text("prompt_variant");
  row.campaign = call.fields.text("campaign");
  row.conversation_id = call.fields.text("conversation_id");
  row.disposition = call.fields.text("disposition");
  row.outcome = call.fields.text("outcome");
  row.intent = call.fields.text("intent");
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
