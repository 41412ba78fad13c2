// The list of everything that is answered from read models.
#include "projections/analytics/queries.hpp"

#include "projections/conversion/queries.hpp"
#include "projections/lead_desk/queries.hpp"
#include "projections/leads/queries.hpp"
#include "projections/query.hpp"
#include "projections/scorecard/queries.hpp"

namespace trunkline {

void add_query_routes(http::Routes& routes, const QueryContext& context) {
  add_status_route(routes, context);
  leads::add_routes(routes, context);
  analytics::add_routes(routes, context);
  conversion::add_routes(routes, context);
  scorecard::add_routes(routes, context);
  desk::add_routes(routes, context);
}

}  // namespace trunkline
