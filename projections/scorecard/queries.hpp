// GET /v1/scorecard: every figure that the tenant is measured by, in one answer. Scope read; parameters are
// those of period.hpp, CSV by Accept.
//
//   figures [{figure, value, unit, target_least, target_most, met, numerator, denominator, measured, how}]
//
// value = numerator / denominator, null where there is nothing to count; so is `met`. Not measured: nothing
// that is told yet says so, and `how` tells why. With compare=previous the same in "before". The position is
// the least of the models that take part.
#pragma once
#include "projections/query.hpp"

namespace trunkline::scorecard {

void add_routes(http::Routes& routes, const QueryContext& context);

}  // namespace trunkline::scorecard
