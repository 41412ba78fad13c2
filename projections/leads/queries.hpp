// What the leads model answers. Scope read; parameters common to all queries are in projections/query.hpp.
//
//   GET /v1/leads                a page of leads: filters, sort, cursor, limit
//   GET /v1/leads/counts         leads and their figures grouped by a clear field: group_by, filters
//   GET /v1/leads/by-contact     the lead behind one contact point: phone, email, visitor_id or token
//   GET /v1/leads/{id}           one lead; any member's token leads to it
//   GET /v1/leads/{id}/timeline  what happened, newest first, across channels and members: family, cursor,
//   limit
//   GET /v1/leads/{id}/requirements  what is looked for now, and how it changed
//   GET /v1/leads/{id}/listings      interest per listing: talked about, liked, viewed, sent
//   GET /v1/leads/{id}/value         initial, touches, converted, expected: by currency, never added across
//   GET /v1/leads/{id}/script        the script to use, filled in
//   GET /v1/leads/{id}/follow-ups    what is to be done next for one lead; /v1/follow-ups for all: status,
//   action, assignee, due_from, due_to, cursor, limit
//
// by-contact, the lead itself, its timeline, requirements and listings take as_of=, a time or a position:
// what they would have answered when everything had come in that came in until then.
#pragma once
#include <span>
#include <string>

#include "projections/query.hpp"
#include "projections/query_rows.hpp"

namespace trunkline::leads {

void add_routes(http::Routes& routes, const QueryContext& context);

std::span<const ShownColumn> lead_columns();

// The live rows, or with ?as_of= those of the lead of this token then.
Result<Snapshot> rows_about(const QueryContext& context, const http::Request& request,
                            const std::string& token);

Result<http::Response> list(const QueryContext& context, const http::Request& request);
Result<http::Response> counts(const QueryContext& context, const http::Request& request);
Result<http::Response> by_contact(const QueryContext& context, const http::Request& request);
Result<http::Response> detail(const QueryContext& context, const http::Request& request);
Result<http::Response> requirements(const QueryContext& context, const http::Request& request);
Result<http::Response> listings(const QueryContext& context, const http::Request& request);
Result<http::Response> script(const QueryContext& context, const http::Request& request);
Result<http::Response> value(const QueryContext& context, const http::Request& request);
Result<http::Response> follow_ups(const QueryContext& context, const http::Request& request);
Result<http::Response> follow_ups_of_lead(const QueryContext& context, const http::Request& request);
Result<http::Response> timeline(const QueryContext& context, const http::Request& request);

}  // namespace trunkline::leads
