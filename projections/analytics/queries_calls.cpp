// Call history: pages of calls, newest first, by cursor or by offset, and on request the statistics of all
// that the filters let through.
#include "core/pg_binary.hpp"
#include "projections/analytics/projection.hpp"
#include "projections/analytics/queries.hpp"
#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/period.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::analytics {
namespace {

constexpr ShownColumn shown[] = {
    {"call", "call"},
    {"contact", "contact"},
    {"started_at", "at", Shown::time},
    {"status", "status"},
    {"direction", "direction"},
    {"call_type", "call_type"},
    {"provider", "provider"},
    {"agent_id", "agent_id"},
    {"script_id", "script_id"},
    {"prompt_variant", "prompt_variant"},
    {"campaign", "campaign"},
    {"conversation_id", "conversation_id"},
    {"disposition", "disposition"},
    {"outcome", "outcome"},
    {"intent", "intent"},
    {"answered", "answered", Shown::boolean},
    {"duration_ms", "duration_ms", Shown::number},
    {"wait_ms", "wait_ms", Shown::number},
    {"sentiment", "sentiment", Shown::real},
    {"rating", "rating", Shown::number},
};
constexpr std::size_t started_at = 2;  // in shown

constexpr ShownColumn statistics[] = {
    {"total", "count(*)", Shown::number},
    {"completed", "count(*) FILTER (WHERE status IN ('completed', 'transferred'))", Shown::number},
    {"missed", "count(*) FILTER (WHERE status IN ('missed', 'no_answer', 'busy', 'failed'))", Shown::number},
    {"answered", "count(*) FILTER (WHERE answered)", Shown::number},
    {"total_duration_ms", "coalesce(sum(duration_ms) FILTER (WHERE answered), 0)::bigint", Shown::number},
    {"mean_duration_ms", "(avg(duration_ms) FILTER (WHERE answered))::double precision", Shown::real},
    {"p50_duration_ms", "percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) FILTER (WHERE answered)",
     Shown::real},
    {"p95_duration_ms", "percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms) FILTER (WHERE answered)",
     Shown::real},
};

struct Choice {
  std::string_view parameter, column;
};
constexpr Choice choices[] = {
    {"status", "status"},           {"direction", "direction"}, {"type", "call_type"},
    {"agent", "agent_id"},          {"provider", "provider"},   {"campaign", "campaign"},
    {"disposition", "disposition"}, {"outcome", "outcome"},     {"intent", "intent"},
    {"script", "script_id"},        {"contact", "contact"},     {"conversation", "conversation_id"}};
constexpr std::string_view parameters[] = {
    "status",  "direction", "type",       "agent",   "provider",     "campaign", "disposition",
    "outcome", "intent",    "script",     "contact", "conversation", "least_ms", "cursor",
    "limit",   "offset",    "statistics", "from",    "to",           "last",     "tz"};

constexpr std::int64_t offset_max = 100'000;

struct Where {
  std::string sql;
  Params params;
};

Result<Where> where_of(const http::Request& request, const Snapshot& snapshot, const Period& period) {
  Where where;
  where.sql = "tenant = " + place(where.params.text(snapshot.tenant().value()));
  where.sql += " AND " + period.zone_exists(where.params);
  where.sql += " AND " + period.within("at", Period::Which::asked, where.params);
  for (const auto& [parameter, column] : choices) {
    const auto values = request.query.texts(parameter);
    if (values.empty()) continue;
    where.sql += " AND " + std::string{column} + " = ANY(" + place(where.params.texts(values)) + "::text[])";
  }
  const auto least = request.query.integer("least_ms", 0, INT64_MAX, 0);
  if (!least) return least.error();
  if (*least > 0) where.sql += " AND duration_ms >= " + place(where.params.integer(*least)) + "::bigint";
  return where;
}

// The statistics of everything, by status as well.
Status write_statistics(Snapshot& snapshot, const Where& where, std::string& json) {
  const std::string from = " FROM " + rows_schema(projection) + ".calls WHERE " + where.sql;
  const auto all = snapshot.fetch("SELECT " + select_list(statistics) + from, where.params);
  if (!all) return all.error();
  const auto by_status = snapshot.fetch(
      "SELECT coalesce(status, 'unknown'), count(*)" + from + " GROUP BY 1 ORDER BY 1", where.params);
  if (!by_status) return by_status.error();
  json::Writer out(json);
  out.open('{');
  write_members(out, *all, 0, statistics);
  out.key("by_status").open('{');
  for (std::size_t i = 0; i < by_status->size(); ++i)
    out.key(*by_status->value(i, 0)).number(pg::read_integer(*by_status->value(i, 1)));
  out.close('}').close('}');
  return done();
}

Status add_cursor(const http::Request& request, Where& page) {
  const auto cursor = read_cursor(request, 2);
  if (!cursor) return cursor.error();
  if (!cursor->has_value()) return done();
  if (!parse_time((**cursor)[0])) return rejected("query", "cursor: not one that this query gave");
  page.sql += " AND (at, call) < (" + place(page.params.text((**cursor)[0])) + "::timestamptz, ";
  page.sql += place(page.params.text((**cursor)[1])) + "::text)";
  return done();
}

}  // namespace

Result<http::Response> call_history(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {}, parameters); !known) return known.error();
  const auto limit = request.query.integer("limit", 1, 200, 20);
  if (!limit) return limit.error();
  const auto offset = request.query.integer("offset", 0, offset_max, 0);
  if (!offset) return offset.error();
  const auto wants_statistics = request.query.boolean("statistics", false);
  if (!wants_statistics) return wants_statistics.error();
  auto snapshot = Snapshot::open(context, request, {&projection, &workspace::projection});
  if (!snapshot) return snapshot.error();
  const auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  const auto period = Period::of(request, context.clock, *settings);
  if (!period) return period.error();
  const auto where = where_of(request, *snapshot, *period);
  if (!where) return where.error();
  Where page = *where;
  if (const auto added = add_cursor(request, page); !added) return added.error();
  const auto rows = snapshot->fetch("SELECT " + select_list(shown) + " FROM " + rows_schema(projection) +
                                        ".calls WHERE " + page.sql + " ORDER BY at DESC, call DESC LIMIT " +
                                        std::to_string(*limit + 1) + " OFFSET " + std::to_string(*offset),
                                    page.params);
  if (!rows && rows.error().code == "data") return rejected("query", "tz: no such time zone");
  if (!rows) return rows.error();
  std::string counted = "null";
  if (*wants_statistics) {
    counted.clear();
    if (const auto written = write_statistics(*snapshot, *where, counted); !written) return written.error();
  }
  ListAnswer answer{"calls", *rows, std::min(rows->size(), static_cast<std::size_t>(*limit)), shown};
  if (rows->size() > answer.size)
    answer.next = cursor_text(
        request, std::vector{format_time(pg::read_time(*rows->value(answer.size - 1, started_at))),
                             std::string{*rows->value(answer.size - 1, 0)}});
  return answer_list(*snapshot, request, answer, [&](json::Writer& out) {
    out.key("tz").string(period->zone()).key("statistics").raw(counted);
  });
}

}  // namespace trunkline::analytics
