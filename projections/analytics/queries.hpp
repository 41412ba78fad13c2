// What the analytics model answers. Scope read; parameters common to all queries are in
// projections/query.hpp.
//
//   GET /v1/analytics/calls      started, ended, answered …, talk time, conversions
//   GET /v1/analytics/messages   messages, conversations, outcomes
//   GET /v1/analytics/overview   all figures
//
//   from, to    a day of the time zone (2026-11-23) or an RFC 3339 time; from is included, to is not; either
//   may be left out tz          IANA name, by default UTC: days and hours are those of its clocks group_by
//   agent, channel, hour, day, week, month, weekday_hour; without it one total
// Quarter-hours belong to the period wholly or not at all, by their beginning. A share of nothing is null,
// not 0.
#pragma once
#include "projections/query.hpp"

namespace trunkline::analytics {

void add_routes(http::Routes& routes, const QueryContext& context);

}  // namespace trunkline::analytics
