// What one event states about who is who. Pure.
#pragma once
#include <optional>
#include <vector>

#include "core/event.hpp"
#include "projections/people/people.hpp"

namespace trunkline::people {

// Links between contact points (keys as contact_key): those of lead.linked, and of every event whose
// `contact` names several.
std::vector<LinkStatement> stated_links(const EventView& event);
std::optional<UnlinkStatement> stated_unlink(const EventView& event);

}  // namespace trunkline::people
