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

// What an analysis of a call or conversation says about its person, as entries of their own: requirements
// learnt, listings discussed. Only where the event names the person.
std::vector<Fact> stated_entries(const EventView& event);

// A message makes its conversation known: on which channel, and with whom (what the first message that says
// so says, until the conversation itself does).
std::optional<Fact> gathered_conversation(const EventView& event);

// Details of the contact that the event is about: names as in the rows' columns; those of the groups custom,
// preferences, requirements, consent and source_details as "group.name" with a JSON value.
Fields stated_details(const EventView& event);

// States those of an object's members that are named here and not null: text as it is, all else as JSON.
void copy_members(json::Object from, const FieldNames& members, const Stamp& stamp, Fields& to,
                  std::uint8_t rank = 0);

// Event types whose sealed part holds text that a timeline shows, and those whose sealed part may hold names.
bool has_text(std::string_view type);
bool has_names(std::string_view type);

}  // namespace trunkline::leads
