// Conversions and costs by when they happened.
#include <algorithm>
#include <cmath>

#include "projections/conversion/asked.hpp"
#include "projections/conversion/projection.hpp"
#include "projections/conversion/queries.hpp"
#include "projections/install.hpp"

namespace trunkline::conversion {
namespace {

struct Grouping {
  std::string_view name;
  std::string_view column;  // of a conversion and of a cost; empty: a moment's day, week or month
  bool costs_have_it;
  bool of_calls = false;  // a call's cost has it of its call
};
constexpr Grouping groupings[] = {{"agent", "agent_id", true, true},
                                  {"campaign", "campaign", true, true},
                                  {"channel", "channel", true},
                                  {"source", "source", false},
                                  {"script", "script_id", false},
                                  {"day", "", true},
                                  {"week", "", true},
                                  {"month", "", true}};

struct Groups {
  std::string sold = "NULL::text", spent = "NULL::text";
};

Result<Groups> groups_of(const http::Request& request) {
  const auto by = request.query.one_of(
      "group_by", {"agent", "campaign", "channel", "source", "script", "day", "week", "month"});
  if (!by) return by.error();
  Groups groups;
  if (!by->has_value()) return groups;
  for (const Grouping& each : groupings) {
    if (each.name != **by) continue;
    groups.sold = each.column.empty() ? Statement::local(each.name, "f.at")
                                      : "f." + std::string{each.column} + "::text";
    if (each.costs_have_it)
      groups.spent =
          each.column.empty() ? Statement::local(each.name, "coalesce(f.starts_at, f.at)") : groups.sold;
    if (each.of_calls) groups.spent = "coalesce(" + groups.spent + ", k." + std::string{each.column} + ")";
  }
  return groups;
}

// A cost of a period counts where the period begins.
std::string sql_of(Statement& statement, const Groups& groups, std::string_view columns) {
  const std::string rows = rows_schema(projection);
  return "WITH sold AS (SELECT " + groups.sold +
         " AS grouped, coalesce(f.currency, '') AS currency, count(*) AS conversions,"
         " sum(f.value_e4)::bigint AS value_e4,"
         " count(l.initial_value_e4) FILTER (WHERE l.currency = f.currency) AS with_initial,"
         " sum(f.value_e4) FILTER (WHERE l.currency = f.currency)::bigint AS lifted_e4,"
         " sum(l.initial_value_e4) FILTER (WHERE l.currency = f.currency)::bigint AS initial_e4"
         " FROM " +
         rows + ".facts f LEFT JOIN " + rows +
         ".contacts c ON c.tenant = f.tenant AND c.contact = f.contact LEFT JOIN " + rows +
         ".leads l ON l.tenant = c.tenant AND l.lead = c.lead AND l.initial_value_e4 IS NOT NULL"
         " WHERE f.tenant = $1 AND f.family = 'conversion' AND f.counted AND f.value_e4 IS NOT NULL" +
         statement.within("f.at") + " GROUP BY 1, 2), spent AS (SELECT " + groups.spent +
         " AS grouped, coalesce(f.currency, '') AS currency, sum(f.value_e4)::bigint AS cost_e4 FROM " +
         rows + ".facts f LEFT JOIN " + rows +
         ".call_ids i ON f.family = 'call_cost' AND i.tenant = f.tenant AND i.id = f.subject LEFT JOIN " +
         rows +
         ".facts k ON f.family = 'call_cost' AND k.tenant = f.tenant AND k.family = 'call' AND k.subject ="
         " coalesce(i.call, f.subject)"
         " WHERE f.tenant = $1 AND f.family IN ('cost', 'call_cost') AND f.value_e4 IS NOT NULL" +
         statement.within("coalesce(f.starts_at, f.at)") + " GROUP BY 1, 2), whole AS (" +
         "SELECT coalesce(s.grouped, p.grouped) AS grouped, coalesce(s.currency, p.currency) AS currency,"
         " coalesce(s.conversions, 0) AS conversions, coalesce(s.value_e4, 0) AS value_e4, s.with_initial,"
         " s.lifted_e4, s.initial_e4, p.cost_e4 FROM sold s FULL JOIN spent p"
         " ON coalesce(p.grouped, '') = coalesce(s.grouped, '') AND p.currency = s.currency)"
         " SELECT " +
         std::string{columns} + " FROM whole ORDER BY 1 NULLS LAST, 2";
}

constexpr ShownColumn columns[] = {
    {"group", "grouped", Shown::text},
    {"currency", "nullif(currency, '')", Shown::text},
    {"conversions", "conversions", Shown::number},
    {"value", "value_e4", Shown::money},
    {"average_value", "round(value_e4::numeric / nullif(conversions, 0))::bigint", Shown::money},
    {"with_initial_value", "coalesce(with_initial, 0)", Shown::number},
    {"average_initial_value", "round(initial_e4::numeric / nullif(with_initial, 0))::bigint", Shown::money},
    {"uplift", "(lifted_e4 - initial_e4)::float8 / nullif(initial_e4, 0)", Shown::real},
    {"cost", "cost_e4", Shown::money},
    {"cost_per_conversion", "round(cost_e4::numeric / nullif(conversions, 0))::bigint", Shown::money},
};

}  // namespace

Result<http::Response> values(const QueryContext& context, const http::Request& request) {
  const auto groups = groups_of(request);
  if (!groups) return groups.error();
  auto asked = Asked::open(context, request, {"group_by"});
  if (!asked) return asked.error();
  const std::string list = select_list(columns);
  return asked->answer(request, columns,
                       [&](Statement& statement) { return sql_of(statement, *groups, list); });
}

Result<http::Response> attribution(const QueryContext& context, const http::Request& request) {
  const auto by = request.query.one_of("by", {"source", "channel", "agent", "script", "campaign", "kind"});
  if (!by) return by.error();
  const auto one = request.query.text("conversion", 255);
  if (!one) return one.error();
  auto asked = Asked::open(context, request, {"by", "look_back_days", "half_life_days", "conversion"});
  if (!asked) return asked.error();
  const auto rule = [&](std::string_view name, double stated) {
    return request.query.integer(name, 1, 3'650, std::max<std::int64_t>(1, std::llround(stated)));
  };
  const auto look_back = rule("look_back_days", asked->settings().look_back_days);
  if (!look_back) return look_back.error();
  const auto half_life = rule("half_life_days", asked->settings().half_life_days);
  if (!half_life) return half_life.error();
  const std::string name = by->value_or("source");
  const std::string group = name + (name == "agent" || name == "script" ? "_id::text" : "::text");
  const ShownColumn shown[] = {{"group", group, Shown::text},
                               {"currency", "currency::text", Shown::text},
                               {"conversions", "count(DISTINCT conversion)", Shown::number},
                               {"touches", "count(place)", Shown::number},
                               {"first", "sum(first_e4)::bigint", Shown::money},
                               {"last", "sum(last_e4)::bigint", Shown::money},
                               {"last_non_direct", "sum(last_non_direct_e4)::bigint", Shown::money},
                               {"linear", "sum(linear_e4)::bigint", Shown::money},
                               {"position", "sum(position_e4)::bigint", Shown::money},
                               {"time_decay", "sum(decay_e4)::bigint", Shown::money}};
  const auto days = [](std::int64_t many) { return "interval '" + std::to_string(many * 24) + " hours'"; };
  return asked->answer(
      request, shown,
      [&](Statement& statement) {
        std::string where = " WHERE true" + statement.within("converted_at");
        if (one->has_value()) where += " AND conversion = " + statement.bind(**one);
        return "SELECT " + select_list(shown) + " FROM " + std::string{projection.name} +
               ".credits_within($1, " + days(*look_back) + ", " + days(*half_life) + ")" + where +
               " GROUP BY 1, 2 ORDER BY 1 NULLS LAST, 2";
      },
      [&](json::Writer& out) {
        out.key("by").string(name).key("look_back_days").number(*look_back);
        out.key("half_life_days").number(*half_life);
      });
}

}  // namespace trunkline::conversion
