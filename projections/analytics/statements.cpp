#include "projections/analytics/statements.hpp"

#include <algorithm>

#include "projections/leads/statements.hpp"

namespace trunkline::analytics {
namespace {

using Names = std::initializer_list<std::string_view>;

bool one_of(std::string_view text, Names values) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

// What the leads model does not look at.
void copy_more(const EventView& event, leads::Fact& fact) {
  leads::copy_members(event.data,
                      {"sentiment", "confidence", "rating", "prompt_variant", "resolved_by", "thumbs",
                       "fallback", "sequence"},
                      event.stamp, fact.fields);
  if (const auto analysis = event.data.object("analysis"))
    leads::copy_members(*analysis, {"sentiment", "confidence", "actions"}, event.stamp, fact.fields);
}

// A human took part, or the conversation came to its end then.
void state_course(const EventView& event, leads::Fields& fields) {
  if (one_of(event.type, {"conversation.taken_over", "conversation.escalated"}))
    fields.state("human", "true", event.stamp);
  if (one_of(event.type, {"conversation.resolved", "conversation.abandoned"}))
    fields.state("ended", "", event.stamp);
}

leads::Fact entry(const EventView& event, leads::Fact fact) {
  fact.family = event.type;
  fact.subject = std::string{event.source} + "#" + std::string{event.id};
  fact.fields.state("at", "", event.stamp, 1);
  return fact;
}

leads::Fact review_of(const EventView& event) {
  leads::Fact fact;
  fact.tenant = event.tenant;
  fact.earliest_us = event.stamp.time_us;
  leads::copy_members(event.data, {"intent_correct", "answer_correct", "relevance", "agent_id"}, event.stamp,
                      fact.fields);
  return entry(event, std::move(fact));
}

}  // namespace

std::optional<leads::Fact> stated_fact(const EventView& event) {
  const std::string_view family = event.family();
  if (event.type == "call.reviewed") return review_of(event);
  if (family == "message" && !one_of(event.type, {"message.received", "message.sent", "message.rated"}))
    return std::nullopt;
  const bool capture = event.type == "lead.captured";
  if (capture ? event.contacts.empty()
              : !one_of(family, {"call", "conversation", "message", "appointment", "conversion"}))
    return std::nullopt;
  auto fact = leads::stated_fact(event);
  if (!fact) return fact;
  if (capture) {
    fact->subject = event.first_contact();  // captured once, however often it is said: where it was first
    fact->fields.keep_only({"channel", "agent_id"});
    return fact;
  }
  copy_more(event, *fact);
  state_course(event, fact->fields);
  if (family == "message")
    fact->fields.keep_only({"at", "direction", "conversation_id", "channel", "role", "agent_id", "thumbs",
                            "fallback", "sequence"});
  if (family == "appointment") fact->fields.keep_only({"at", "booked", "status", "channel", "agent_id"});
  if (family == "conversion") fact->fields.keep_only({"at", "recorded", "reversed", "channel", "agent_id"});
  return fact;
}

std::optional<leads::Fact> stated_analysis(const EventView& event) {
  if (event.type != "conversation.analyzed") return std::nullopt;
  auto fact = leads::stated_fact(event);
  if (!fact) return fact;
  fact->fields.keep_only({"outcome", "channel", "agent_id"});
  return entry(event, std::move(*fact));
}

}  // namespace trunkline::analytics
