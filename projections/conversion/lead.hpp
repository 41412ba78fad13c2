// What follows for a lead from its members' entries: its row, and what came before each of its conversions.
// Pure, and a function of the members as a set.
#pragma once
#include <span>
#include <vector>

#include "projections/conversion/contact.hpp"
#include "projections/conversion/rows.hpp"

namespace trunkline::conversion {

// The newest touches that a conversion's journey holds: nobody reads, and no model weighs, more.
inline constexpr std::size_t journey_touches_max = 1'000;

struct Lead {
  LeadRow row;
  std::vector<JourneyRow> journeys;  // of conversions that count
};

// All members, in any order, at least one.
Lead derive_lead(std::span<const Contact* const> members);

}  // namespace trunkline::conversion
