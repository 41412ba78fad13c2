// Stored events for tests, in the language of the trade: one builder for each event, with sensible defaults,
// and changed where it matters:
//
//   touch("ann", "spring", at(9))      conversion("ann", 120,
//   at(12)).of("other_tenant").id("c1").subject("sale-1")
//
// A person is a name; its contact point is the token p_ann000…. What a builder gives is what the journal
// would hold (attributes and clear data, nothing personal), made without schemas. Equal events are equal
// bytes, so giving one twice is a redelivery; the same id() with another content is a correction.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/log/log.hpp"

namespace trunkline::testing {

// A Monday at this hour, and days before and after it.
inline Time at(int hour, int minute = 0, int day = 0) {
  using namespace std::chrono;
  return Time{sys_days{year{2026} / 11 / 23}} + days{day} + hours{hour} + minutes{minute};
}

inline std::string token(std::string_view person, char kind = 'p') {
  std::string text = std::string{kind, '_'} + std::string{person};
  text.resize(24, '0');
  return text;
}

class TestEvent {
 public:
  // The id and the subject follow from type, person and time until they are named.
  TestEvent(std::string type, std::string_view person, Time time)
      : type_(std::move(type)), contacts_(person.empty() ? "" : token(person)), time_(time) {
    id_ = type_ + ":" + std::string{person} + ":" + format_time(time);
    subject_ = type_.substr(0, type_.find('.')) + ":" + std::string{person} + ":" + format_time(time);
    if (!person.empty()) json("contact", R"({"phone":")" + contacts_ + "\"}");
  }

  TestEvent& of(std::string tenant) { return set(tenant_, std::move(tenant)); }
  TestEvent& id(std::string id) { return set(id_, std::move(id)); }
  TestEvent& source(std::string source) { return set(source_, std::move(source)); }
  TestEvent& subject(std::string subject) { return set(subject_, std::move(subject)); }
  TestEvent& when(Time time) { return set(time_, time); }
  TestEvent& contacts(std::string tokens) { return set(contacts_, std::move(tokens)); }

  // Members of `data`; naming one again replaces it.
  TestEvent& text(std::string_view name, std::string_view value) {
    std::string quoted;
    json::write_string(quoted, value);
    return json(name, quoted);
  }
  TestEvent& number(std::string_view name, std::int64_t value) { return json(name, std::to_string(value)); }
  TestEvent& json(std::string_view name, std::string value) {
    for (auto& [known, old] : data_)
      if (known == name) return set(old, std::move(value));
    data_.emplace_back(name, std::move(value));
    return *this;
  }

  // The document as it lies in the journal.
  std::string document(Time recorded = at(0)) const {
    std::string out;
    write(out, format_time(recorded), digest_of(hashed()).text());
    return out;
  }
  Draft draft() const {
    Draft draft{TenantId{tenant_}, document(), 0};
    draft.recordedtime_at = draft.document.find(R"("recordedtime":")") + 16;
    return draft;
  }

 private:
  template <class T>
  TestEvent& set(T& member, T value) {
    member = std::move(value);
    return *this;
  }

  // What the content hash is over: everything but itself and the time of recording.
  std::string hashed() const {
    std::string out;
    write(out, "", "");
    return out;
  }

  void write(std::string& out, std::string_view recorded, std::string_view hash) const {
    json::Writer json(out);
    json.open('{').key("specversion").string("1.0").key("id").string(id_).key("source").string(source_);
    json.key("type").string(type_).key("subject").string(subject_).key("time").string(format_time(time_));
    json.key("dataschema").string("urn:trunkline:" + type_ + ":1").key("tenantid").string(tenant_);
    if (!contacts_.empty()) json.key("contacts").string(contacts_);
    json.key("recordedtime").string(recorded).key("contenthash").string(hash).key("data").open('{');
    for (const auto& [name, value] : data_) json.key(name).raw(value);
    json.close('}').close('}');
  }

  std::string type_, contacts_;
  Time time_;
  std::string tenant_ = "acme";
  std::string id_, source_ = "/test", subject_;
  std::vector<std::pair<std::string, std::string>> data_;
};

inline TestEvent captured(std::string_view person, Time time, std::string_view source = "website_quote") {
  return TestEvent("lead.captured", person, time).text("source", source);
}

inline TestEvent stage_changed(std::string_view person, std::string_view stage, Time time) {
  return TestEvent("lead.stage_changed", person, time).text("stage", stage);
}

inline TestEvent details_changed(std::string_view person, Time time) {
  return TestEvent("lead.details_changed", person, time);
}

inline TestEvent linked(std::string_view person, std::string_view other, Time time,
                        std::string_view by = "person") {
  return TestEvent("lead.linked", person, time)
      .contacts(token(person) + " " + token(other))
      .json("other", R"({"phone":")" + token(other) + "\"}")
      .text("by", by);
}

inline TestEvent unlinked(std::string_view person, Time time, std::string_view by = "person") {
  return TestEvent("lead.unlinked", person, time).text("by", by);
}

inline TestEvent opted_out(std::string_view person, Time time) {
  return TestEvent("lead.opted_out", person, time);
}

inline TestEvent opted_in(std::string_view person, Time time) {
  return TestEvent("lead.opted_in", person, time);
}

inline TestEvent call_started(std::string_view person, Time time, std::string_view direction = "outbound") {
  return TestEvent("call.started", person, time).text("direction", direction).text("agent_id", "agent-1");
}

// A call's subject is the call: name it with subject() where its start and its end shall be one.
inline TestEvent call_ended(std::string_view person, std::int64_t duration_ms, Time time,
                            std::string_view disposition = "reached", std::string_view agent = "agent-1") {
  return TestEvent("call.ended", person, time)
      .text("direction", "outbound")
      .text("agent_id", agent)
      .number("duration_ms", duration_ms)
      .text("disposition", disposition);
}

inline TestEvent message_received(std::string_view person, Time time, std::string_view channel = "chat") {
  return TestEvent("message.received", person, time).text("channel", channel);
}

inline TestEvent message_sent(std::string_view person, Time time, std::string_view channel = "chat") {
  return TestEvent("message.sent", person, time).text("channel", channel);
}

inline TestEvent touch(std::string_view person, std::string_view campaign, Time time) {
  return TestEvent("touch.recorded", person, time).text("kind", "page_view").text("campaign", campaign);
}

inline TestEvent conversion(std::string_view person, std::int64_t value, Time time,
                            std::string_view agent = "agent-1") {
  return TestEvent("conversion.recorded", person, time)
      .text("value", std::to_string(value) + ".00")
      .text("currency", "USD")
      .text("agent_id", agent);
}

inline TestEvent conversion_reversed(std::string_view person, std::string_view conversion_subject,
                                     Time time) {
  return TestEvent("conversion.reversed", person, time).subject(std::string{conversion_subject});
}

inline TestEvent appointment_booked(std::string_view person, Time time) {
  return TestEvent("appointment.booked", person, time).text("kind", "demo");
}

// Not of one person: it names the erased tokens.
inline TestEvent subject_erased(std::string_view person, Time time) {
  return TestEvent("subject.erased", person, time);
}

}  // namespace trunkline::testing
