#include "projections/leads/statements.hpp"

#include <algorithm>
#include <array>

#include "core/json.hpp"
#include "core/money.hpp"

namespace trunkline::leads {
namespace {

using Names = std::initializer_list<std::string_view>;

struct Family {
  std::string_view name;
  FieldNames members;  // clear members of `data` that become fields of the same name
};
constexpr Family families[] = {
    {"call",
     {"direction", "agent_id", "script_id", "provider", "call_type", "duration_ms", "disposition", "outcome",
      "intent", "campaign", "conversation_id", "wait_ms", "line_type", "reason"}},
    {"message",
     {"direction", "conversation_id", "channel", "role", "content_type", "agent_id", "script_id", "campaign",
      "language"}},
    {"conversation",
     {"channel", "agent_id", "topic", "priority", "outcome", "intent", "reason", "campaign", "language"}},
    {"appointment",
     {"kind", "starts_at", "ends_at", "channel", "agent_id", "listing_id", "resource_id", "time_zone",
      "reason", "campaign", "conversation_id", "currency"}},
    {"conversion", {"currency", "agent_id", "campaign", "channel", "source", "kind", "reason", "call_id"}},
    {"touch", {"kind", "campaign", "channel", "agent_id", "source", "currency"}},
    {"followup",
     {"reason", "script_id", "priority", "max_attempts", "channel", "call_id", "conversation_id", "error"}},
};
// Members of the object `analysis` that count as the fact's own.
constexpr FieldNames analysis_members = {"outcome", "intent", "disposition"};
// What is said about a lead: each statement is a fact of its own.
constexpr FieldNames entry_members = {"temperature",    "stage",        "reason",         "kind",
                                      "source",         "channel",      "agent_id",       "assigned_to",
                                      "listing_id",     "campaign",     "line_type",      "outcome",
                                      "interest",       "favourite",    "viewing_booked", "viewing_completed",
                                      "listing_ids",    "requirements", "score",          "call_id",
                                      "conversation_id"};

// The types that say when their fact happened; of other types the earliest counts.
const Names defining_types = {"call.started",         "message.received",   "message.sent",
                              "conversation.started", "appointment.booked", "conversion.recorded",
                              "touch.recorded",       "followup.scheduled"};

struct TypeStatement {
  std::string_view type;
  FieldName field;
  std::string_view value;
  std::uint8_t rank;
};
constexpr TypeStatement type_statements[] = {
    {"call.requested", "status", "pending", 0},
    {"call.queued", "status", "queued", 1},
    {"call.started", "status", "ringing", 2},
    {"call.started", "started", "true", 0},
    {"call.ringing", "status", "ringing", 2},
    {"call.ringing", "started", "true", 0},
    {"call.connected", "status", "connected", 3},
    {"call.connected", "connected", "true", 0},
    {"call.connected", "started", "true", 0},
    {"call.transferred", "transferred", "true", 0},
    {"call.ended", "ended", "true", 0},
    {"call.ended", "started", "true", 0},
    {"message.received", "direction", "inbound", 0},
    {"message.received", "status", "received", 1},
    {"message.sent", "direction", "outbound", 0},
    {"message.sent", "status", "sent", 1},
    {"message.read", "status", "read", 4},
    {"conversation.started", "status", "active", 0},
    {"conversation.escalated", "status", "escalated", 0},
    {"conversation.escalated", "escalated", "true", 0},
    {"conversation.resolved", "status", "resolved", 0},
    {"conversation.abandoned", "status", "abandoned", 0},
    {"appointment.booked", "status", "scheduled", 0},
    {"appointment.booked", "booked", "true", 0},
    {"appointment.confirmed", "status", "confirmed", 0},
    {"appointment.rescheduled", "status", "scheduled", 0},
    {"appointment.cancelled", "status", "cancelled", 0},
    {"appointment.completed", "status", "completed", 0},
    {"appointment.no_show", "status", "no_show", 0},
    {"conversion.recorded", "recorded", "true", 0},
    {"conversion.reversed", "reversed", "true", 0},
    {"followup.scheduled", "status", "pending", 0},
    {"followup.due", "status", "pending", 0},
    {"followup.attempted", "status", "processing", 1},
    {"followup.completed", "status", "completed", 2},
    {"followup.failed", "status", "failed", 2},
    {"followup.cancelled", "status", "cancelled", 3},  // never run, whatever else is heard of it
};

bool one_of(std::string_view text, Names values) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

std::string text_of(json::Value value) {
  if (const auto text = value.as_string()) return std::string{*text};
  std::string json;
  json::write(json, value);
  return json;
}

// A status that the data states: what a call ended as, how far a message got. Higher ranks outlast lower
// ones.
std::uint8_t status_rank(std::string_view family, std::string_view status) {
  constexpr std::array<std::string_view, 4> calls = {"pending", "queued", "ringing", "connected"};
  constexpr std::array<std::string_view, 5> messages = {"queued", "sent", "failed", "delivered", "read"};
  const auto rank = [&](const auto& order, std::size_t otherwise) {
    const auto at = std::find(order.begin(), order.end(), status);
    return static_cast<std::uint8_t>(at == order.end() ? otherwise
                                                       : static_cast<std::size_t>(at - order.begin()));
  };
  if (family == "call") return rank(calls, calls.size());
  if (family == "message") return rank(messages, 1);
  return 0;
}

void state_time(const EventView& event, Fact& fact) {
  fact.earliest_us = event.stamp.time_us;
  if (event.type == "call.ended") {
    const auto started = parse_time(event.data.string("started_at").value_or(""));
    fact.earliest_us = started ? to_micros(*started)
                               : fact.earliest_us - fact.fields.integer("duration_ms").value_or(0) * 1000;
  }
  const bool entry = fact.family.find('.') != std::string::npos;
  if (entry || one_of(event.type, defining_types)) fact.fields.state("at", "", event.stamp, 1);
}

// Names that a follow-up has in common with other facts.
void state_follow_up(const EventView& event, Fact& fact) {
  struct Renamed {
    std::string_view member;
    FieldName field;
  };
  for (const auto& [member, field] :
       {Renamed{"action", "kind"}, Renamed{"due_at", "starts_at"}, Renamed{"assignee_id", "agent_id"}})
    if (const auto value = event.data.string(member)) fact.fields.state(field, *value, event.stamp);
  if (event.type != "followup.attempted") return;
  // The greatest attempt that was told of, in any order.
  const std::int64_t attempt = std::clamp<std::int64_t>(event.data.integer("attempt").value_or(1), 1, 250);
  fact.fields.state("attempts", std::to_string(attempt), event.stamp, static_cast<std::uint8_t>(attempt));
}

// What a conversation says of itself outranks what is gathered from its messages.
constexpr std::uint8_t own_rank = 1;

void state_members(const EventView& event, const FieldNames& members, Fact& fact) {
  const std::uint8_t rank = fact.family == "conversation" ? own_rank : std::uint8_t{0};
  copy_members(event.data, members, event.stamp, fact.fields, rank);
  if (const auto analysis = event.data.object("analysis"))
    copy_members(*analysis, analysis_members, event.stamp, fact.fields, rank);
  for (const TypeStatement& stated : type_statements)
    if (stated.type == event.type) fact.fields.state(stated.field, stated.value, event.stamp, stated.rank);
  if (const auto status = event.data.string("status"))
    fact.fields.state("status", *status, event.stamp, status_rank(fact.family, *status));
  if (const auto value = event.data.string("value"))
    if (const auto amount = parse_money_e4(*value))
      fact.fields.state("value_e4", std::to_string(*amount), event.stamp);
  if (!event.contacts.empty()) fact.fields.state("contact", event.first_contact(), event.stamp, rank);
  if (fact.family == "followup") state_follow_up(event, fact);
}

bool is_entry_family(std::string_view family) {
  return family == "lead" || family == "consent";
}

// ---- details

constexpr FieldNames detail_members = {"stage",      "source",        "campaign",
                                       "partner_id", "business_type", "city",
                                       "state",      "region",        "country",
                                       "time_zone",  "language",      "line_type",
                                       "currency",   "intent",        "temperature",
                                       "vip",        "score",         "first_name",
                                       "last_name",  "business_name", "estimated_participants"};
const Names detail_groups = {"custom", "preferences", "requirements"};
// Of a capture: where the lead came from.
const Names capture_members = {"conversation_id", "call_id",     "agent_id",
                               "channel",         "captured_by", "partner_id"};

void state_group(std::string_view group, json::Object members, const Stamp& stamp, Fields& to) {
  for (const auto [name, value] : members) {
    std::string json;
    json::write(json, value);
    to.state(std::string{group} + "." + std::string{name}, json, stamp);
  }
}

void state_consent(const EventView& event, Fields& to) {
  const auto kind = event.data.string("kind").value_or("messaging");
  to.state("consent." + std::string{kind}, event.type == "consent.given" ? "\"given\"" : "\"withdrawn\"",
           event.stamp);
}

void state_capture(const EventView& event, Fields& to) {
  for (const auto [name, value] : event.data) {
    if (!one_of(name, capture_members) || value.is_null()) continue;
    std::string json;
    json::write(json, value);
    to.state("source_details." + std::string{name}, json, event.stamp);
  }
}

// At equal times the opt-out wins, whatever the content's hash says.
void state_opt_out(const EventView& event, Fields& to) {
  const bool out = event.type == "lead.opted_out";
  to.state("opt_out", out ? "true" : "false", {event.stamp.time_us, out ? UINT64_MAX : event.stamp.tie});
}

}  // namespace

void copy_members(json::Object from, const FieldNames& members, const Stamp& stamp, Fields& to,
                  std::uint8_t rank) {
  for (const auto [member, value] : from) {
    const FieldName name{member};
    if (!members.has(name.code()) || value.is_null()) continue;
    const auto text = value.as_string();
    text ? to.state(name, *text, stamp, rank) : to.state(name, text_of(value), stamp, rank);
  }
}

std::optional<Fact> stated_fact(const EventView& event) {
  const std::string_view family = event.family();
  Fact fact;
  fact.tenant = event.tenant;
  if (is_entry_family(family)) {
    fact.family = event.type;
    fact.subject = std::string{event.source} + "#" + std::string{event.id};
    state_members(event, entry_members, fact);
  } else {
    const auto known = std::find_if(std::begin(families), std::end(families),
                                    [&](const Family& each) { return each.name == family; });
    if (known == std::end(families)) return std::nullopt;
    fact.family = family;
    // A reversal may have a subject of its own and name the conversion.
    fact.subject = event.type == "conversion.reversed"
                       ? event.data.string("conversion_id").value_or(event.subject)
                       : event.subject;
    state_members(event, known->members, fact);
  }
  state_time(event, fact);
  return fact;
}

std::vector<Fact> stated_entries(const EventView& event) {
  std::vector<Fact> entries;
  const auto analysis = event.data.object("analysis");
  if (!analysis || event.contacts.empty()) return entries;
  const std::string subject = std::string{event.source} + "#" + std::string{event.id};
  const auto entry = [&](std::string_view family, std::string id) -> Fields& {
    Fact& fact = entries.emplace_back();
    fact.tenant = event.tenant;
    fact.family = family;
    fact.subject = std::move(id);
    fact.earliest_us = event.stamp.time_us;
    fact.fields.state("at", "", event.stamp, 1);
    fact.fields.state("contact", event.first_contact(), event.stamp);
    const FieldName about = event.family() == "call" ? FieldName{"call_id"} : FieldName{"conversation_id"};
    fact.fields.state(about, event.subject, event.stamp);
    return fact.fields;
  };
  if (const auto learnt = analysis->find("requirements"))
    entry("lead.requirements_changed", subject).state("requirements", text_of(*learnt), event.stamp);
  if (const auto listings = analysis->array("listings"))
    for (const json::Value each : *listings) {
      const auto listing = each.as_object();
      const auto id = listing ? listing->string("listing_id") : std::nullopt;
      if (id)
        copy_members(*listing, {"listing_id", "interest", "favourite"}, event.stamp,
                     entry("lead.interest_recorded", subject + "#" + std::string{*id}));
    }
  return entries;
}

std::optional<Fact> gathered_conversation(const EventView& event) {
  if (event.type != "message.received" && event.type != "message.sent") return std::nullopt;
  const auto conversation = event.data.string("conversation_id");
  if (!conversation || conversation->empty()) return std::nullopt;
  Fact fact;
  fact.tenant = event.tenant;
  fact.family = "conversation";
  fact.subject = *conversation;
  fact.earliest_us = event.stamp.time_us;
  const Stamp earliest{-event.stamp.time_us, ~event.stamp.tie};
  if (const auto channel = event.data.string("channel")) fact.fields.state("channel", *channel, earliest);
  if (!event.contacts.empty()) fact.fields.state("contact", event.first_contact(), earliest);
  return fact;
}

Fields stated_details(const EventView& event) {
  Fields details;
  if (event.type == "lead.opted_out" || event.type == "lead.opted_in") state_opt_out(event, details);
  if (event.family() == "consent") state_consent(event, details);
  if (const auto analysis = event.data.object("analysis"))
    if (const auto learnt = analysis->object("requirements"))
      state_group("requirements", *learnt, event.stamp, details);
  if (event.family() != "lead") return details;
  copy_members(event.data, detail_members, event.stamp, details);
  for (const std::string_view group : detail_groups)
    if (const auto members = event.data.object(group)) state_group(group, *members, event.stamp, details);
  if (event.type == "lead.captured") state_capture(event, details);
  if (event.type == "lead.stage_changed")
    details.state("stage_reason", event.data.string("reason").value_or(""), event.stamp);
  if (event.type == "lead.score_stated")
    if (const auto score = event.data.number("score")) {
      std::string text;
      json::write_number(text, *score);
      details.state("stated_score", text, event.stamp);
    }
  if (event.type == "lead.assigned")
    details.state("assigned_to", event.data.string("agent_id").value_or(""), event.stamp);
  if (event.type == "lead.captured" || event.type == "lead.details_changed")
    if (const auto amount = parse_money_e4(event.data.string("value").value_or("")))
      details.state("initial_value_e4", std::to_string(*amount), event.stamp);
  return details;
}

bool has_text(std::string_view type) {
  return one_of(type, {"message.received",
                       "message.sent",
                       "call.transcribed",
                       "call.analyzed",
                       "call.ended",
                       "call.rated",
                       "conversation.started",
                       "conversation.analyzed",
                       "conversation.escalated",
                       "conversation.resolved",
                       "conversation.rated",
                       "lead.note_added",
                       "lead.info_sent",
                       "lead.captured",
                       "lead.requirements_changed",
                       "lead.interest_recorded",
                       "appointment.booked",
                       "appointment.rescheduled",
                       "appointment.cancelled",
                       "touch.recorded",
                       "followup.scheduled"});
}

bool has_names(std::string_view type) {
  return one_of(type, {"lead.captured", "lead.details_changed"});
}

}  // namespace trunkline::leads
