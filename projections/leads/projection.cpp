#include "projections/leads/projection.hpp"

#include "projections/leads/fold.hpp"
#include "projections/leads/tables.sql.hpp"
#include "projections/leads/views.sql.hpp"
#include "projections/recount.hpp"

namespace trunkline::leads {

const Projection projection = {"leads", 1, sql::leads_tables, sql::leads_views, make_fold, recount};

}  // namespace trunkline::leads
