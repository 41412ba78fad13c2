#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/leads/filters.hpp"
#include "projections/leads/judging.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"

namespace trunkline::leads {
namespace {

constexpr std::string_view fields[] = {"stage",         "source",      "line_type",   "region",   "time_zone",
                                       "business_type", "intent",      "assigned_to", "campaign", "currency",
                                       "vip",           "temperature", "opted_out",   "erased"};
constexpr std::string_view groups[] = {"custom", "preferences", "requirements", "consent", "source_details"};
constexpr std::size_t groups_max = 1000;

constexpr ShownColumn figures[] = {
    {"leads", "count(*)", Shown::number},
    {"converted", "count(*) FILTER (WHERE conversions > 0)", Shown::number},
    {"conversions", "sum(conversions)::bigint", Shown::number},
    {"value", "sum(value_e4)::bigint", Shown::money},
    {"calls", "sum(calls)::bigint", Shown::number},
    {"answered", "sum(answered)::bigint", Shown::number},
    {"not_answered", "sum(calls - answered)::bigint", Shown::number},
    {"attempts", "sum(attempts)::bigint", Shown::number},
    {"talk_ms", "sum(talk_ms)::bigint", Shown::number},
    {"messages_in", "sum(messages_in)::bigint", Shown::number},
    {"messages_out", "sum(messages_out)::bigint", Shown::number},
    {"conversations", "sum(conversations)::bigint", Shown::number},
    {"appointments", "sum(appointments)::bigint", Shown::number},
};

// The expression to group by: a column, or a member of the details ("custom.pets").
Result<std::string> group_expression(std::string_view name, Where& where) {
  for (const std::string_view field : fields)
    if (field == name) return std::string{field == "temperature" ? "level" : field} + "::text";
  if (name == "assigned") return std::string{"assigned_to::text"};
  const std::string_view group = name.substr(0, name.find('.'));
  for (const std::string_view known : groups) {
    if (known != group || name.size() < group.size() + 2) continue;
    where.params.texts(
        std::vector<std::string>{std::string{group}, std::string{name.substr(group.size() + 1)}});
    return "details::jsonb #>> " + where.next() + "::text[]";
  }
  std::string known;
  for (const std::string_view field : fields) known.append(field).append(", ");
  return rejected("query", "group_by: one of " + known +
                               "or a field of custom, preferences, requirements, "
                               "consent, source_details (custom.NAME)");
}

}  // namespace

Result<http::Response> counts(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"group_by", "judged_at"}, filter_parameters); !known)
    return known.error();
  const auto group_by = request.query.text("group_by", 120);
  if (!group_by) return group_by.error();
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  auto where = leads::where(*tenant, request.query);
  if (!where) return where.error();
  const auto group = group_by->has_value() ? group_expression(**group_by, *where)
                                           : Result<std::string>{std::string{"NULL::text"}};
  if (!group) return group.error();
  auto judging = open_judging(context, request);
  if (!judging) return judging.error();
  const auto rows = judging->snapshot.fetch(
      "SELECT " + *group + " AS grouped, " + select_list(figures) + " FROM " + judging->leads() + " WHERE " +
          where->sql + " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT " + std::to_string(groups_max),
      where->params);
  if (!rows) return rows.error();
  std::vector<ShownColumn> columns{{"group", "", Shown::text}};
  columns.insert(columns.end(), std::begin(figures), std::end(figures));
  return answer_list(judging->snapshot, request, {"groups", *rows, rows->size(), columns},
                     [&](json::Writer& out) {
                       out.key("group_by");
                       group_by->has_value() ? out.string(**group_by) : out.null();
                     });
}

}  // namespace trunkline::leads
