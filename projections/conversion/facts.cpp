#include "projections/conversion/facts.hpp"

#include <algorithm>

#include "core/money.hpp"
#include "projections/leads/statements.hpp"

namespace trunkline::conversion {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

void state_member(const EventView& event, leads::FieldName name, leads::Fact& fact) {
  if (const auto text = event.data.string(name.text())) fact.fields.state(name, *text, event.stamp);
}

void state_money(const EventView& event, json::Object from, leads::Fact& fact) {
  const auto amount = parse_money_e4(from.string("value").value_or(""));
  if (!amount) return;
  fact.fields.state("value_e4", std::to_string(*amount), event.stamp);
  fact.fields.state("currency", from.string("currency").value_or(""), event.stamp);
}

leads::Fact stated_cost(const EventView& event) {
  leads::Fact cost;
  cost.tenant = event.tenant;
  cost.family = "cost";
  cost.subject = event.subject;
  cost.earliest_us = event.stamp.time_us;
  cost.fields.state("at", "", event.stamp, 1);
  state_money(event, event.data, cost);
  for (const std::string_view name : {"kind", "starts_at", "ends_at", "agent_id", "campaign", "channel"})
    state_member(event, name, cost);
  return cost;
}

// Connected with a person: what was made of the call says so, else that it was answered at all.
bool reached(const leads::Fact& call) {
  const std::string_view disposition = call.fields.value("disposition");
  if (disposition.empty()) return leads::call_answered(call);
  return one_of(disposition, {"reached", "callback_requested", "not_interested", "dnc"});
}

Entry entry_of(const leads::Fact& fact, EntryKind kind, std::string_view family) {
  Entry entry;
  entry.id = entry_id(family, fact.subject);
  entry.kind = kind;
  entry.at_us = fact.at_us();
  entry.channel = fact.family == "call" ? std::string_view{"voice"} : fact.fields.value("channel");
  entry.agent = fact.fields.value("agent_id");
  entry.script = fact.fields.value("script_id");
  entry.campaign = fact.fields.value("campaign");
  entry.source = fact.fields.value("source");
  return entry;
}

// The ids that stand together in one event: its call's subject among them, as other events may have others.
constexpr std::string_view id_field = "called.";

void state_ids(const EventView& event, leads::Fact& call) {
  const auto ids = event.data.object("provider_ids");
  if (!ids) return;
  const auto state = [&](std::string_view id) {
    if (!id.empty()) call.fields.state(std::string{id_field} + std::string{id}, "", event.stamp);
  };
  state(event.subject);
  for (const auto [kind, id] : *ids) state(id.as_string().value_or(""));
}

Entry call_entry(const leads::Fact& call) {
  Entry entry = entry_of(call, EntryKind::call, "call");
  entry.name = "call_completed";
  if (call.fields.has("started") && call.fields.value("direction") == "outbound") entry.flags |= flag_attempt;
  if (reached(call)) entry.flags |= flag_reached;
  if (leads::call_answered(call)) entry.flags |= flag_touch;
  return entry;
}

Entries call_entries(const leads::Fact& call) {
  Entries entries{call_entry(call)};
  for (const leads::Field field : call.fields) {
    if (!field.name.starts_with(id_field)) continue;
    const std::string_view id = field.name.substr(id_field.size());
    if (id == call.subject) continue;
    Entry alias;
    alias.id = entry_id("call", id);
    alias.kind = EntryKind::alias;
    alias.about = entries.front().id;
    entries.push_back(alias);
  }
  return entries;
}

// Kinds of touch for the usual kinds of appointment: booked, then kept.
struct AppointmentTouch {
  std::string_view kind, booked, completed;
};
constexpr AppointmentTouch appointment_touches[] = {
    {"viewing", "viewing_booked", "viewing_completed"},
    {"demo", "demo_scheduled", "demo_completed"},
    {"", "appointment_booked", "appointment_completed"},  // any other
};

Entries appointment_entries(const leads::Fact& appointment) {
  Entries entries;
  const std::string_view kind = appointment.fields.value("kind");
  const auto* touch = std::find_if(std::begin(appointment_touches), std::end(appointment_touches) - 1,
                                   [&](const AppointmentTouch& each) { return each.kind == kind; });
  Entry entry = entry_of(appointment, EntryKind::appointment, "appointment");
  entry.name = touch->booked;
  if (appointment.fields.has("booked")) entry.flags = flag_touch | flag_booked;
  entries.push_back(entry);
  if (appointment.fields.value("status") == "completed") {
    Entry kept = entry_of(appointment, EntryKind::appointment, "appointment.completed");
    kept.name = touch->completed;
    kept.flags = flag_touch;
    kept.at_us = appointment.fields.find("status")->stamp.time_us;
    entries.push_back(kept);
  }
  return entries;
}

bool counts(const leads::Fact& conversion) {
  return conversion.fields.has("recorded") && !conversion.fields.has("reversed");
}

}  // namespace

std::optional<leads::Fact> stated_fact(const EventView& event) {
  const std::string_view family = event.family();
  if (family == "cost") return stated_cost(event);
  if (!one_of(family, {"call", "appointment", "conversion"})) return std::nullopt;
  auto fact = leads::stated_fact(event);
  if (!fact) return fact;
  state_member(event, "script_id", *fact);
  if (family == "call") state_ids(event, *fact);
  return fact;
}

std::optional<leads::Fact> stated_call_cost(const EventView& event, const leads::Fact& call) {
  const auto stated = event.data.object("cost");
  if (!stated) return std::nullopt;
  leads::Fact cost;
  cost.tenant = call.tenant;
  cost.family = "call_cost";
  cost.subject = event.subject;
  cost.earliest_us = call.earliest_us;
  for (const std::string_view name : {"at", "agent_id", "script_id", "campaign"})
    if (const auto field = call.fields.find(name))
      cost.fields.state(name, field->value, field->stamp, field->rank);
  state_money(event, *stated, cost);
  return cost;
}

FactRow fact_row(const leads::Fact& fact, std::string packed) {
  FactRow row;
  row.tenant = fact.tenant;
  row.family = fact.family;
  row.subject = fact.subject;
  row.contact = fact.fields.text("contact");
  row.at = from_micros(fact.at_us());
  row.counted = fact.family == "conversion" ? counts(fact) : fact.fields.has("value_e4");
  row.value_e4 = fact.fields.integer("value_e4");
  if (row.value_e4) row.currency = std::string{fact.fields.value("currency")};
  row.kind = fact.fields.text("kind");
  row.channel = one_of(fact.family, {"call", "call_cost"}) ? Text{"voice"} : fact.fields.text("channel");
  row.agent_id = fact.fields.text("agent_id");
  row.script_id = fact.fields.text("script_id");
  row.campaign = fact.fields.text("campaign");
  row.source = fact.fields.text("source");
  row.reason = fact.fields.text("reason");
  if (fact.fields.has("reversed")) row.reversed_at = from_micros(fact.fields.find("reversed")->stamp.time_us);
  row.starts_at = fact.fields.time("starts_at");
  row.ends_at = fact.fields.time("ends_at");
  row.packed = std::move(packed);
  return row;
}

Entries entries_of(const leads::Fact& fact) {
  if (fact.fields.value("contact").empty()) return {};
  if (fact.family == "call") return call_entries(fact);
  if (fact.family == "appointment") return appointment_entries(fact);
  if (fact.family != "conversion" || !counts(fact)) return {};
  Entry entry = entry_of(fact, EntryKind::conversion, "conversion");
  entry.name = fact.subject;
  entry.amount = fact.fields.integer("value_e4").value_or(0);
  return {entry};
}

}  // namespace trunkline::conversion
