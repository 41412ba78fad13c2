// What one event states to the analytics model. Pure.
#pragma once
#include <optional>

#include "core/event.hpp"
#include "projections/leads/fact.hpp"

namespace trunkline::analytics {

// The fact that the event is about, with what this event alone says of it. Families: call, conversation,
// message, appointment, conversion; lead.captured (subject: the contact point, captured once);
// conversation.analyzed and call.reviewed, where every statement is a fact of its own. nullopt: nothing is
// counted of it.
std::optional<leads::Fact> stated_fact(const EventView& event);

// The outcome of one analysis of a conversation counts by itself, beside what it says of the conversation.
std::optional<leads::Fact> stated_analysis(const EventView& event);

}  // namespace trunkline::analytics
