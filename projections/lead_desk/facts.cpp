#include "projections/lead_desk/facts.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/digest.hpp"
#include "core/money.hpp"

namespace trunkline::desk {
namespace {

constexpr std::size_t packed_size = 36;  // of a fact, without its text

struct Rule {
  std::string_view type;
  FactKind kind;
  std::string_view text;    // the member of `data` that becomes the text
  std::string_view amount;  // and the one that becomes the amount
};

constexpr Rule rules[] = {
    {"lead.captured", FactKind::captured, "source", ""},
    {"lead.stage_changed", FactKind::stage, "stage", ""},
    {"touch.recorded", FactKind::touch, "campaign", ""},
    {"conversion.recorded", FactKind::conversion, "agent_id", "value"},
    {"call.started", FactKind::call_started, "", ""},
    {"call.ended", FactKind::call_ended, "agent_id", "duration_ms"},
    {"message.received", FactKind::received, "channel", ""},
    {"message.sent", FactKind::sent, "channel", ""},
    {"appointment.booked", FactKind::appointment, "", ""},
};

const Rule* rule_for(std::string_view type) {
  const auto found =
      std::find_if(std::begin(rules), std::end(rules), [type](const Rule& r) { return r.type == type; });
  return found == std::end(rules) ? nullptr : found;
}

std::uint64_t id_of(const EventView& event, FactKind kind) {
  thread_local std::string name;
  name.assign(1, static_cast<char>(kind));
  if (kind <= FactKind::stage)
    name.append(event.source).append(1, '\0').append(event.id);
  else
    name.append(event.subject);
  return digest_of(name).low;
}

// Takes one member of `data`; false when it is not what the schema promises.
bool take_member(Fact& fact, const Rule& rule, std::string_view name, json::Value value) {
  if (name == rule.text) {
    const auto text = value.as_string();
    if (!text || text->size() > UINT16_MAX) return false;
    fact.text = *text;
  } else if (name == rule.amount) {
    const auto amount = rule.kind == FactKind::conversion ? parse_money_e4(value.as_string().value_or(""))
                                                          : value.as_integer();
    if (!amount) return false;
    fact.amount = *amount;
  } else if (name == "direction" && rule.kind == FactKind::call_started) {
    if (value.as_string() == "inbound") fact.flags |= flag_inbound;
  } else if (name == "disposition" && rule.kind == FactKind::call_ended) {
    if (value.as_string() == "reached") fact.flags |= flag_reached;
  }
  return true;
}

template <class Number>
void put(char*& at, Number number) {
  std::memcpy(at, &number, sizeof number);
  at += sizeof number;
}

template <class Number>
Number take(const char*& at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  at += sizeof number;
  return number;
}

}  // namespace

Result<std::optional<Fact>> fact_of(const EventView& event) {
  const Rule* rule = rule_for(event.type);
  if (rule == nullptr) return std::optional<Fact>{};
  Fact fact;
  fact.id = id_of(event, rule->kind);
  fact.stamp = event.stamp;
  fact.kind = rule->kind;
  for (const auto [name, value] : event.data)
    if (!take_member(fact, *rule, name, value))
      return rejected("desk", "a field is not as the schema of its event says", "/data/" + std::string{name});
  if (fact.text.empty() && rule->kind >= FactKind::touch && !rule->text.empty()) fact.text = none;
  return std::optional{fact};
}

void unpack(std::string_view packed, Facts& facts) {
  facts.clear();
  for (const char *at = packed.data(), *end = at + packed.size();
       static_cast<std::size_t>(end - at) >= packed_size;) {
    Fact& fact = facts.emplace_back();
    fact.id = take<std::uint64_t>(at);
    fact.stamp.time_us = take<std::int64_t>(at);
    fact.stamp.tie = take<std::uint64_t>(at);
    fact.amount = take<std::int64_t>(at);
    fact.kind = take<FactKind>(at);
    fact.flags = take<std::uint8_t>(at);
    const std::size_t text_size =
        std::min<std::size_t>(take<std::uint16_t>(at), static_cast<std::size_t>(end - at));
    fact.text = {at, text_size};
    at += text_size;
  }
}

std::string pack(const Fact* first, const Fact* last) {
  std::size_t size = 0;
  for (const Fact* fact = first; fact != last; ++fact) size += packed_size + fact->text.size();
  std::string packed(size, '\0');
  char* at = packed.data();
  for (const Fact* fact = first; fact != last; ++fact) {
    put(at, fact->id);
    put(at, fact->stamp.time_us);
    put(at, fact->stamp.tie);
    put(at, fact->amount);
    put(at, fact->kind);
    put(at, fact->flags);
    put(at, static_cast<std::uint16_t>(fact->text.size()));
    std::memcpy(at, fact->text.data(), fact->text.size());
    at += fact->text.size();
  }
  return packed;
}

void Summary::add(const Fact& fact) {
  const std::int64_t time = fact.stamp.time_us;
  const bool call = fact.kind == FactKind::call_started || fact.kind == FactKind::call_ended;
  const bool message = fact.kind == FactKind::received || fact.kind == FactKind::sent;
  first_us = std::min(first_us, time);
  if (call || message) last_contact_us = std::max(last_contact_us, time);
  if (fact.kind == FactKind::sent || (fact.kind == FactKind::call_started && !fact.is(flag_inbound)))
    first_outbound_us = std::min(first_outbound_us, time);
  messages_in += fact.kind == FactKind::received;
  messages_out += fact.kind == FactKind::sent;
  if (fact.kind != FactKind::call_ended) return;
  ++calls;
  answered += fact.is(flag_reached);
  if (fact.is(flag_reached)) talk_ms += fact.amount;
}

void Summary::add(const Summary& other) {
  first_us = std::min(first_us, other.first_us);
  last_contact_us = std::max(last_contact_us, other.last_contact_us);
  first_outbound_us = std::min(first_outbound_us, other.first_outbound_us);
  calls += other.calls;
  answered += other.answered;
  talk_ms += other.talk_ms;
  messages_in += other.messages_in;
  messages_out += other.messages_out;
}

}  // namespace trunkline::desk
