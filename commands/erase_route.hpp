// POST /v1/leads/{id}/erase?wait_ms=: commands/erase.hpp over HTTP. Scope `command`.
#pragma once
#include "commands/erase.hpp"
#include "core/http.hpp"

namespace trunkline {

// Answers {"lead_id","erased_contacts","event_id","position"}. `erasing` outlives the routes.
void add_erase_route(http::Routes& routes, Erasing& erasing);

}  // namespace trunkline
