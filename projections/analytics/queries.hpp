// What the analytics model answers. Scope read; parameters common to all queries are in
// projections/query.hpp, those of figures in projections/answer.hpp and projections/period.hpp.
//
//   GET /v1/analytics/calls         offered, answered, missed …, talk time, waits
//   GET /v1/analytics/messages      messages, conversations, replies, handle time, satisfaction
//   GET /v1/analytics/overview      all figures
//   GET /v1/analytics/agents        what each agent achieved
//   GET /v1/analytics/dispositions  how often each; also outcomes, intents, actions, prompt_variants
//   GET /v1/analytics/durations     of answered calls: mean, p50, p95 … exactly, from the calls themselves
//   GET /v1/analytics/replies       how long people waited for an answer: p50, p95 … one by one; group_by
//                                   agent | channel, a period
//   GET /v1/analytics/heatmap       one figure by local weekday and hour: figure=calls | messages | …
//   GET /v1/analytics/tiles         the last 24 hours, 7 and 30 days, each beside the period before
//   GET /v1/analytics/usage         this calendar month against the plan's limits
//   GET /v1/calls                   call history: filters, cursor or offset, statistics=true
// Quarter-hours belong to the period wholly or not at all, by their beginning. A share of nothing is null,
// not 0.
#pragma once
#include <span>

#include "projections/query.hpp"
#include "projections/query_rows.hpp"

namespace trunkline::analytics {

void add_routes(http::Routes& routes, const QueryContext& context);

std::span<const ShownColumn> overview_figures();

Result<http::Response> call_history(const QueryContext& context, const http::Request& request);
Result<http::Response> heatmap(const QueryContext& context, const http::Request& request);
Result<http::Response> replies(const QueryContext& context, const http::Request& request);
Result<http::Response> tiles(const QueryContext& context, const http::Request& request);
Result<http::Response> usage(const QueryContext& context, const http::Request& request);

}  // namespace trunkline::analytics
