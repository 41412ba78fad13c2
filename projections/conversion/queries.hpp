// What the conversion model answers. Scope read; parameters common to all are those of period.hpp, CSV is by
// Accept. Money is never summed over currencies: where there is any, each group comes once for each. An empty
// denominator gives null. Rules that a question does not name are the tenant's.
//
//   GET /v1/conversion/rates            leads that became known in the period, as they are by now: reached,
//                                       converted, lost; contact, conversion and win rate; first response and
//                                       first attempt. group_by and filters as answer.hpp: source campaign
//                                       channel agent
//   GET /v1/conversion/values           conversions made in the period: value, average, uplift over the
//   initial
//                                       value, cost, cost per conversion. group_by one of agent campaign
//                                       channel source script day week month
//   GET /v1/conversion/funnel           by=pipeline (default): how many passed each stage, and the time
//                                       between; stages=a,b,c instead of the tenant's pipeline
//                                       by=touches: the same over kinds of touch, steps=a,b,c
//                                       by=visitors: visitors, conversations, leads, appointments
//   GET /v1/conversion/attribution      value credited by six models. by= source channel agent script
//   campaign
//                                       kind; look_back_days, half_life_days; conversion=ID for one
//   GET /v1/conversion/cohorts          by week of capture: leads, reached, converted, by weeks since
//   GET /v1/conversion/time-to-convert  from becoming known to the first conversion. group_by as rates
#pragma once
#include "projections/query.hpp"

namespace trunkline::conversion {

void add_routes(http::Routes& routes, const QueryContext& context);

Result<http::Response> rates(const QueryContext& context, const http::Request& request);
Result<http::Response> values(const QueryContext& context, const http::Request& request);
Result<http::Response> funnel(const QueryContext& context, const http::Request& request);
Result<http::Response> attribution(const QueryContext& context, const http::Request& request);
Result<http::Response> cohorts(const QueryContext& context, const http::Request& request);
Result<http::Response> time_to_convert(const QueryContext& context, const http::Request& request);

}  // namespace trunkline::conversion
