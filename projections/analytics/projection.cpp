#include "projections/analytics/projection.hpp"

#include "projections/analytics/fold.hpp"
#include "projections/analytics/tables.sql.hpp"
#include "projections/analytics/views.sql.hpp"
#include "projections/recount.hpp"

namespace trunkline::analytics {

namespace {

std::unique_ptr<Fold> make_fold(const FoldSettings& settings) {
  return std::make_unique<AnalyticsFold>(settings);
}

}  // namespace

const Projection projection = {"analytics",          1,         sql::analytics_tables,
                               sql::analytics_views, make_fold, recount};

}  // namespace trunkline::analytics
