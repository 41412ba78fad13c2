// What the lead desk answers. Scope read; parameters common to all queries are in projections/query.hpp.
//
//   GET /v1/lead-desk/by-contact   the desk's row of one contact point: phone, email, visitor_id or token
#pragma once
#include "projections/query.hpp"

namespace trunkline::desk {

void add_routes(http::Routes& routes, const QueryContext& context);

}  // namespace trunkline::desk
