// What several events tell and what says by itself whom it is about: calls, appointments, conversions, costs.
// Each is a row; the contact point that it named last has its entries, so a fact that is corrected, reversed
// or turns out to be of somebody else takes them out there and puts them in here.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "projections/conversion/entry.hpp"
#include "projections/conversion/rows.hpp"
#include "projections/leads/fact.hpp"

namespace trunkline::conversion {

// The fact that an event tells, with what this event alone says of it; nullopt for all other families.
std::optional<leads::Fact> stated_fact(const EventView& event);

// What a provider asks for a call is a fact of its own, under the provider's id of the call: of a call that
// several tell of, each has its price.
std::optional<leads::Fact> stated_call_cost(const EventView& event, const leads::Fact& call);

FactRow fact_row(const leads::Fact& fact, std::string packed);

// What it adds to its contact point; texts view the fact.
Entries entries_of(const leads::Fact& fact);

}  // namespace trunkline::conversion
