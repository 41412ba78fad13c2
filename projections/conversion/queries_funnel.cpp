// How far leads came, and how long each step took. A lead that skips a step counts as having passed it, at
// the moment of the next one that it took; such a step took no time of its own and is in no median.
#include <algorithm>

#include "projections/conversion/asked.hpp"
#include "projections/conversion/projection.hpp"
#include "projections/conversion/queries.hpp"
#include "projections/install.hpp"

namespace trunkline::conversion {
namespace {

const std::initializer_list<std::string_view> touch_steps = {
    "page_view", "quote_started", "call_completed", "demo_scheduled", "proposal_viewed", "converted"};

constexpr std::size_t steps_max = 30;

// "a,b,c"; nullopt when the parameter is missing.
Result<std::optional<std::vector<std::string>>> listed(const http::Query& query, std::string_view name) {
  const auto text = query.text(name, 1000);
  if (!text) return text.error();
  if (!text->has_value()) return std::optional<std::vector<std::string>>{};
  std::vector<std::string> steps;
  for (std::string_view rest = **text; !rest.empty() && steps.size() <= steps_max;) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    steps.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const bool good = !steps.empty() && steps.size() <= steps_max &&
                    std::none_of(steps.begin(), steps.end(), [](const auto& step) { return step.empty(); });
  if (!good)
    return rejected(
        "query", std::string{name} + ": up to " + std::to_string(steps_max) + " names, with commas between");
  return std::optional{std::move(steps)};
}

std::vector<std::string> as_texts(std::initializer_list<std::string_view> names) {
  return {names.begin(), names.end()};
}

// The tenant's own pipeline unless the question names others.
Result<std::vector<std::string>> stages_of(const http::Query& query, const TenantSettings& settings) {
  auto stages = listed(query, "stages");
  if (!stages) return stages.error();
  return stages->has_value() ? std::move(**stages) : settings.pipeline;
}

Result<std::vector<std::string>> steps_of(const http::Query& query) {
  auto steps = listed(query, "steps");
  if (!steps) return steps.error();
  return steps->has_value() ? std::move(**steps) : as_texts(touch_steps);
}

constexpr ShownColumn columns[] = {
    {"group", "step", Shown::text},
    {"leads", "passed", Shown::number},
    {"share_of_first", "passed::float8 / nullif(first_value(passed) OVER (ORDER BY place), 0)", Shown::real},
    {"share_of_previous", "passed::float8 / nullif(lag(passed) OVER (ORDER BY place), 0)", Shown::real},
    {"took", "took", Shown::number},
    {"since_previous_mean_ms", "mean_ms", Shown::real},
    {"since_previous_p50_ms", "p50_ms", Shown::real},
    {"since_previous_p90_ms", "p90_ms", Shown::real},
};

// `moments` is the JSON column that holds the first moment of each step; "new" is when a lead became known,
// "converted" its first conversion or the statement of that stage.
std::string funnel_sql(Statement& statement, const std::string& steps, std::string_view moments) {
  const std::string json{moments};
  return "WITH own AS (SELECT l.lead, s.place, s.step, CASE s.step WHEN 'new' THEN l.known_at"
         " WHEN 'converted' THEN least(l.converted_at, to_timestamp((" +
         json + "::jsonb->>'converted')::float8 / 1e6)) ELSE to_timestamp((" + json +
         "::jsonb->>s.step)::float8 / 1e6) END AS at FROM " + rows_schema(projection) +
         ".leads l CROSS JOIN unnest(" + steps +
         "::text[]) WITH ORDINALITY AS s(step, place) WHERE l.tenant = $1 AND l.known_at IS NOT NULL" +
         statement.within("l.known_at") +
         "), passed AS (SELECT lead, place, step,"
         " min(at) OVER (PARTITION BY lead ORDER BY place DESC) AS at FROM own),"
         " timed AS (SELECT place, step, at, extract(epoch FROM at - lag(at) OVER (PARTITION BY lead ORDER BY"
         " place))::float8 * 1000 AS took_ms FROM passed),"
         " counted AS (SELECT place, step, count(at) AS passed, count(*) FILTER (WHERE took_ms > 0) AS took,"
         " avg(took_ms) FILTER (WHERE took_ms > 0) AS mean_ms,"
         " percentile_cont(0.5) WITHIN GROUP (ORDER BY took_ms) FILTER (WHERE took_ms > 0) AS p50_ms,"
         " percentile_cont(0.9) WITHIN GROUP (ORDER BY took_ms) FILTER (WHERE took_ms > 0) AS p90_ms"
         " FROM timed GROUP BY place, step) SELECT " +
         select_list(columns) + " FROM counted ORDER BY place";
}

constexpr ShownColumn visitor_columns[] = {
    {"group", "step", Shown::text},
    {"leads", "many", Shown::number},
    {"share_of_previous", "many::float8 / nullif(lag(many) OVER (ORDER BY place), 0)", Shown::real},
};

std::string visitors_sql(Statement& statement) {
  return "WITH counted AS (SELECT coalesce(sum(visitors), 0)::bigint AS visitors,"
         " count(*) FILTER (WHERE visitors > 0 AND talked_at IS NOT NULL) AS conversations,"
         " count(*) FILTER (WHERE visitors > 0 AND captured_at IS NOT NULL) AS leads,"
         " count(*) FILTER (WHERE visitors > 0 AND booked_at IS NOT NULL) AS appointments FROM " +
         rows_schema(projection) + ".leads WHERE tenant = $1 AND known_at IS NOT NULL" +
         statement.within("known_at") + ") SELECT " + select_list(visitor_columns) +
         " FROM counted, LATERAL (VALUES (1, 'visitors', visitors), (2, 'conversations', conversations),"
         " (3, 'leads', leads), (4, 'appointments', appointments)) AS v(place, step, many) ORDER BY place";
}

}  // namespace

Result<http::Response> funnel(const QueryContext& context, const http::Request& request) {
  const auto by = request.query.one_of("by", {"pipeline", "touches", "visitors"});
  if (!by) return by.error();
  const std::string name = by->value_or("pipeline");
  auto asked = Asked::open(context, request, {"by", "stages", "steps"});
  if (!asked) return asked.error();
  const auto says = [&](json::Writer& out) { out.key("by").string(name); };
  if (name == "visitors") return asked->answer(request, visitor_columns, visitors_sql, says);
  const auto steps =
      name == "touches" ? steps_of(request.query) : stages_of(request.query, asked->settings());
  if (!steps) return steps.error();
  const std::string_view moments = name == "touches" ? "steps" : "stages";
  return asked->answer(
      request, columns,
      [&](Statement& statement) { return funnel_sql(statement, statement.bind(*steps), moments); }, says);
}

}  // namespace trunkline::conversion
