// Leads by when they became known: rates, cohorts, time to convert.
#include "projections/answer.hpp"
#include "projections/conversion/asked.hpp"
#include "projections/conversion/projection.hpp"
#include "projections/conversion/queries.hpp"
#include "projections/install.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::conversion {
namespace {

constexpr std::string_view converted = "count(*) FILTER (WHERE conversions > 0)";
constexpr std::string_view lost = "count(*) FILTER (WHERE stage IN ('lost', 'dnc') AND conversions = 0)";

std::string median(std::string_view share, std::string_view moment) {
  return "(1000 * percentile_cont(" + std::string{share} + ") WITHIN GROUP (ORDER BY extract(epoch FROM " +
         std::string{moment} + " - known_at)::float8))";
}

constexpr Dimension dimensions[] = {{"source", "coalesce(source, '')"},
                                    {"campaign", "coalesce(campaign, '')"},
                                    {"channel", "coalesce(channel, '')"},
                                    {"agent", "coalesce(agent_id, '')"}};

// Figures of the leads for which `column` has a moment, by when they became known.
Result<http::Response> of_leads(const QueryContext& context, const http::Request& request,
                                std::span<const ShownColumn> figures, const std::string& column) {
  return answer_figures(
      context, request,
      {{&projection, &workspace::projection},
       "(SELECT * FROM " + rows_schema(projection) + ".leads WHERE " + column + " IS NOT NULL) AS l",
       "known_at",
       figures,
       dimensions});
}

}  // namespace

Result<http::Response> rates(const QueryContext& context, const http::Request& request) {
  static const std::string share = std::string{converted} + "::float8 / ";
  static const std::string of_all = share + "nullif(count(*), 0)";
  static const std::string of_reached = share + "nullif(count(reached_at), 0)";
  static const std::string win_rate =
      share + "nullif(" + std::string{converted} + " + " + std::string{lost} + ", 0)";
  static const std::string response = median("0.5", "response_at"),
                           response_90 = median("0.9", "response_at");
  static const std::string attempt = median("0.5", "attempt_at"), attempt_90 = median("0.9", "attempt_at");
  static const std::string responded = "(1000 * avg(extract(epoch FROM response_at - known_at)))::float8";
  static const ShownColumn figures[] = {
      {"leads", "count(*)", Shown::number},
      {"attempted", "count(attempt_at)", Shown::number},
      {"reached", "count(reached_at)", Shown::number},
      {"converted", converted, Shown::number},
      {"lost", lost, Shown::number},
      {"conversions", "coalesce(sum(conversions), 0)::bigint", Shown::number},
      {"contact_rate", "count(reached_at)::float8 / nullif(count(*), 0)", Shown::real},
      {"conversion_rate", of_all, Shown::real},
      {"conversion_rate_of_reached", of_reached, Shown::real},
      {"win_rate", win_rate, Shown::real},
      {"responded", "count(response_at)", Shown::number},
      {"first_response_mean_ms", responded, Shown::real},
      {"first_response_p50_ms", response, Shown::real},
      {"first_response_p90_ms", response_90, Shown::real},
      {"first_attempt_p50_ms", attempt, Shown::real},
      {"first_attempt_p90_ms", attempt_90, Shown::real}};
  return of_leads(context, request, figures, "known_at");
}

Result<http::Response> time_to_convert(const QueryContext& context, const http::Request& request) {
  static const std::string mean = "(1000 * avg(extract(epoch FROM converted_at - known_at)))::float8";
  static const std::string p50 = median("0.5", "converted_at"), p90 = median("0.9", "converted_at");
  static const ShownColumn figures[] = {
      {"converted", "count(*)", Shown::number},
      {"mean_ms", mean, Shown::real},
      {"p50_ms", p50, Shown::real},
      {"p90_ms", p90, Shown::real},
      {"within_hour", "count(*) FILTER (WHERE converted_at - known_at <= interval '1 hour')", Shown::number},
      {"within_day", "count(*) FILTER (WHERE converted_at - known_at <= interval '24 hours')", Shown::number},
      {"within_week", "count(*) FILTER (WHERE converted_at - known_at <= interval '168 hours')",
       Shown::number},
      {"within_30_days", "count(*) FILTER (WHERE converted_at - known_at <= interval '720 hours')",
       Shown::number},
      {"touches_mean", "avg(touches)::float8", Shown::real}};
  return of_leads(context, request, figures, "converted_at");
}

Result<http::Response> cohorts(const QueryContext& context, const http::Request& request) {
  auto asked = Asked::open(context, request, {});
  if (!asked) return asked.error();
  const std::string week = Statement::local("week", "known_at");
  const std::string rate = std::string{converted} + "::float8 / nullif(count(*), 0)";
  // How many had converted by the end of each week since, up to half a year.
  const std::string weeks =
      "(SELECT jsonb_agg(c.many ORDER BY w.n) FROM generate_series(0, 26) AS w(n), LATERAL (SELECT count(*) "
      "AS many FROM unnest(array_agg(extract(epoch FROM converted_at - known_at))) AS t(s) WHERE t.s < "
      "(w.n + 1) * 604800) AS c)::text";
  const ShownColumn columns[] = {{"group", week, Shown::text},
                                 {"leads", "count(*)", Shown::number},
                                 {"reached", "count(reached_at)", Shown::number},
                                 {"converted", converted, Shown::number},
                                 {"conversion_rate", rate, Shown::real},
                                 {"converted_by_week", weeks, Shown::json}};
  return asked->answer(request, columns, [&](Statement& statement) {
    return "SELECT " + select_list(columns) + " FROM " + rows_schema(projection) +
           ".leads WHERE tenant = $1 AND known_at IS NOT NULL" + statement.within("known_at") +
           " GROUP BY 1 ORDER BY 1";
  });
}

}  // namespace trunkline::conversion
