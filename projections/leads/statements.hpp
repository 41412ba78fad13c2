// What one event states: a fact (or nothing), details of a contact point, sealed texts. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "projections/leads/fact.hpp"

namespace trunkline::leads {

// The fact that the event is about, with what this event alone says of it. nullopt: its family has no facts
// here.
std::optional<Fact> stated_fact(const EventView& event);

// Details of the contact that the event is about: names as in the rows' columns; those of the groups custom,
// preferences, requirements, consent and source_details as "group.name" with a JSON value.
Fields stated_details(const EventView& event);

// Event types whose sealed part holds text that a timeline shows, and those whose sealed part may hold names.
bool has_text(std::string_view type);
bool has_names(std::string_view type);

}  // namespace trunkline::leads
