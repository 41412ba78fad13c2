#include "projections/leads/fact.hpp"

#include <algorithm>
#include <iterator>

namespace trunkline::leads {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

void add_call(const Fact& call, Contribution& to) {
  to.mark(Moment::activity);
  to.mark(Moment::interaction);
  to.mark(Moment::call);
  to[Sum::calls] = call.fields.has("ended") ? 1 : 0;
  if (call_answered(call)) {
    to[Sum::answered] = 1;
    to[Sum::talk_ms] = call.fields.integer("duration_ms").value_or(0);
  }
  if (call.fields.value("direction") != "outbound" || !call.fields.has("started")) return;
  to[Sum::attempts] = 1;
  to.mark(Moment::outbound);
}

void add_message(const Fact& message, Contribution& to) {
  const std::string_view direction = message.fields.value("direction");
  if (direction.empty()) return;
  to.mark(Moment::activity);
  to.mark(Moment::interaction);
  const bool outbound = direction == "outbound";
  to[outbound ? Sum::messages_out : Sum::messages_in] = 1;
  if (outbound) to.mark(Moment::outbound);
}

void add_conversion(const Fact& conversion, Contribution& to) {
  if (!conversion.fields.has("recorded") || conversion.fields.has("reversed")) return;
  to[Sum::conversions] = 1;
  to[Sum::value_e4] = conversion.fields.integer("value_e4").value_or(0);
  to.currency = conversion.fields.value("currency");
  to.mark(Moment::activity);
  to.mark(Moment::conversion);
}

void add_touch(const Fact& touch, Contribution& to) {
  to[Sum::touches] = 1;
  to[Sum::touch_value_e4] = touch.fields.integer("value_e4").value_or(0);
  to.currency = touch.fields.value("currency");
  to.mark(Moment::activity);
}

void add_appointment(const Fact& appointment, Contribution& to) {
  to[Sum::appointments] = appointment.fields.value("status") == "cancelled" ? 0 : 1;
  to.mark(Moment::activity);
  const bool viewing = appointment.fields.value("kind") == "viewing";
  if (viewing && appointment.fields.value("status") == "completed")
    to.viewed = appointment.fields.value("listing_id");
}

}  // namespace

std::string fact_key(std::string_view tenant, std::string_view family, std::string_view subject) {
  std::string key;
  key.reserve(tenant.size() + family.size() + subject.size() + 2);
  key.append(tenant).push_back('\0');
  key.append(family).push_back('\0');
  return key.append(subject);
}

std::string Fact::key() const {
  return fact_key(tenant, family, subject);
}

bool Fact::inherits() const {
  return family == "message" && !fields.has("contact") && !fields.value("conversation_id").empty();
}

std::string_view Fact::contact() const {
  const std::string_view own = fields.value("contact");
  return own.empty() ? std::string_view{inherited} : own;
}

std::int64_t Fact::at_us() const {
  const auto stated = fields.find("at");
  return stated ? stated->stamp.time_us : earliest_us;
}

void Fact::merge(const Fact& other) {
  fields.merge(other.fields);
  earliest_us = std::min(earliest_us, other.earliest_us);
  if (other.sealed.empty() || sealed == other.sealed) return;
  std::vector<Stamp> all;
  std::set_union(sealed.begin(), sealed.end(), other.sealed.begin(), other.sealed.end(),
                 std::back_inserter(all));
  sealed = std::move(all);
}

bool call_answered(const Fact& call) {
  return call.fields.has("ended") && one_of(call_status(call), {"completed", "transferred"});
}

std::string_view call_status(const Fact& call) {
  const std::string_view stated = call.fields.value("status");
  if (!call.fields.has("ended")) return stated;
  const std::string_view disposition = call.fields.value("disposition");
  if (one_of(disposition, {"voicemail", "no_answer", "busy"})) return disposition;
  if (one_of(stated, {"missed", "voicemail", "failed", "busy", "no_answer"}) && disposition.empty())
    return stated;
  const bool reached = !disposition.empty() || stated == "completed" || call.fields.has("connected") ||
                       call.fields.integer("duration_ms").value_or(0) > 0;
  if (!reached) return "missed";
  return call.fields.has("transferred") ? "transferred" : "completed";
}

std::string_view status_of(const Fact& fact) {
  return fact.family == "call" ? call_status(fact) : fact.fields.value("status");
}

Contribution contribution(const Fact& fact) {
  Contribution to;
  to.contact = fact.contact();
  if (to.contact.empty()) return to;
  to.at_us = fact.at_us();
  to.mark(Moment::seen);
  if (fact.family == "call") add_call(fact, to);
  if (fact.family == "message") add_message(fact, to);
  if (fact.family == "conversation") to[Sum::conversations] = 1;
  if (fact.family == "touch") add_touch(fact, to);
  if (fact.family == "conversion") add_conversion(fact, to);
  if (fact.family == "appointment") add_appointment(fact, to);
  if (fact.family == "lead.captured") to.mark(Moment::captured);
  if (fact.family == "lead.interest_recorded" && fact.fields.value("viewing_completed") == "true")
    to.viewed = fact.fields.value("listing_id");
  return to;
}

std::string pack(const Fact& fact) {
  Packer out;
  out.number(fact.earliest_us).text(fact.inherited).count(fact.sealed.size());
  for (const Stamp& stamp : fact.sealed) out.stamp(stamp);
  fact.fields.pack(out);
  return out.take();
}

std::optional<Fact> unpack_fact(std::string_view tenant, std::string_view family, std::string_view subject,
                                std::string_view bytes) {
  Unpacker in(bytes);
  Fact fact;
  fact.tenant = tenant;
  fact.family = family;
  fact.subject = subject;
  fact.earliest_us = in.number();
  fact.inherited = in.text();
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) fact.sealed.push_back(in.stamp());
  fact.fields = Fields::unpack(in);
  if (!in.finished()) return std::nullopt;
  return fact;
}

}  // namespace trunkline::leads
