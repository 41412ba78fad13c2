#include "projections/analytics/projection.hpp"

#include "projections/analytics/fold.hpp"
#include "projections/analytics/tables.sql.hpp"
#include "projections/analytics/views.sql.hpp"

namespace trunkline::analytics {

const Projection projection = {"analytics", 1, sql::analytics_tables, sql::analytics_views,
                               [](const FoldSettings& settings) -> std::unique_ptr<Fold> {
                                 return std::make_unique<AnalyticsFold>(settings);
                               }};

}  // namespace trunkline::analytics
