// Figures by group and period (answer.hpp).
#include <algorithm>

#include "projections/answer.hpp"
#include "projections/period.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline {
namespace {

constexpr std::size_t groups_max = 10'000;
constexpr std::size_t groupings_max = 3;
constexpr std::size_t filter_values_max = 50;
constexpr std::string_view time_groupings = "hour, day, week, month, quarter, year, weekday, weekday_hour";

struct Asked {
  Period period;
  std::vector<std::string> groupings;
};

Result<std::vector<std::string>> groupings_of(const http::Query& query, const FiguresQuestion& question) {
  const std::span<const Dimension> dimensions = question.dimensions;
  std::vector<std::string> names = query.texts("group_by");
  if (names.empty() && !question.grouped_by.empty()) names.emplace_back(question.grouped_by);
  if (names.size() > groupings_max) return rejected("query", "group_by: at most three at once");
  for (const std::string& name : names) {
    const bool dimension = std::any_of(dimensions.begin(), dimensions.end(),
                                       [&](const Dimension& each) { return each.name == name; });
    if (dimension || time_grouping(name, "t", "$1")) continue;
    std::string known{time_groupings};
    for (const Dimension& each : dimensions) known.append(", ").append(each.name);
    return rejected("query", "group_by: one of " + known);
  }
  return names;
}

Status add_filters(const http::Query& query, const FiguresQuestion& question, std::string& where,
                   Params& params) {
  for (const Dimension& dimension : question.dimensions) {
    const auto values = query.texts(dimension.name);
    if (values.empty()) continue;
    if (values.size() > filter_values_max)
      return rejected("query", std::string{dimension.name} + ": too many values at once");
    where += " AND " + std::string{dimension.sql} + " = ANY(" + place(params.texts(values)) + "::text[])";
  }
  return done();
}

Result<Question> sql_of(const http::Request& request, const TenantId& tenant, const FiguresQuestion& question,
                        const Asked& asked, Period::Which which) {
  Params params;
  std::string where = "tenant = " + place(params.text(tenant.value()));
  where += " AND " + question.only + " AND " + asked.period.within(question.time_column, which, params);
  where += " AND " + asked.period.zone_exists(params);
  const std::string zone = place(params);
  if (const auto added = add_filters(request.query, question, where, params); !added) return added.error();
  std::string select, group_by, order_by;
  for (std::size_t i = 0; i < asked.groupings.size(); ++i) {
    const auto known = std::find_if(question.dimensions.begin(), question.dimensions.end(),
                                    [&](const Dimension& each) { return each.name == asked.groupings[i]; });
    const std::string column = std::to_string(i + 1), comma = i == 0 ? "" : ", ";
    if (known != question.dimensions.end()) {
      select += "nullif(" + std::string{known->sql} + ", ''), ";
      order_by += comma + column + " NULLS LAST";
    } else {
      const auto grouping = time_grouping(asked.groupings[i], question.time_column, zone);
      select += grouping->label + ", ";
      order_by += comma + (grouping->order == "1" ? column : grouping->order);
    }
    group_by += comma + column;
  }
  return Question{"SELECT " + select + select_list(question.figures) + " FROM " + question.rows + " WHERE " +
                      where + (group_by.empty() ? "" : " GROUP BY " + group_by + " ORDER BY " + order_by) +
                      " LIMIT " + std::to_string(groups_max + 1),
                  std::move(params)};
}

Result<std::vector<Question>> questions_of(const http::Request& request, const TenantId& tenant,
                                           const FiguresQuestion& question, const Asked& asked) {
  std::vector<Question> all;
  for (const auto which : {Period::Which::asked, Period::Which::before}) {
    if (which == Period::Which::before && !asked.period.compared()) break;
    auto sql = sql_of(request, tenant, question, asked, which);
    if (!sql) return sql.error();
    all.push_back(std::move(*sql));
  }
  return all;
}

void write_group(json::Writer& out, const BinaryRows& rows, std::size_t row,
                 const std::vector<std::string>& groupings) {
  out.key("group");
  const auto write = [&](std::size_t column) {
    const auto name = rows.value(row, column);
    name ? out.string(*name) : out.null();
  };
  if (groupings.empty()) return static_cast<void>(out.null());
  if (groupings.size() == 1) return write(0);
  out.open('{');
  for (std::size_t i = 0; i < groupings.size(); ++i) {
    out.key(groupings[i]);
    write(i);
  }
  out.close('}');
}

void write_groups(json::Writer& out, const BinaryRows& rows, const std::vector<std::string>& groupings,
                  std::span<const ShownColumn> figures) {
  out.open('[');
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.open('{');
    write_group(out, rows, i, groupings);
    write_members(out, rows, i, figures, groupings.size());
    out.close('}');
  }
  out.close(']');
}

// The groups' columns are named as they were asked for; a compared answer says of each line which period it
// is.
std::string csv_of(const BinaryRows& rows, const BinaryRows* before,
                   const std::vector<std::string>& groupings, std::span<const ShownColumn> figures) {
  std::vector<ShownColumn> columns;
  for (const std::string& name : groupings) columns.push_back({name, "", Shown::text});
  columns.insert(columns.end(), figures.begin(), figures.end());
  std::string body = before != nullptr ? "period," : "";
  write_csv_names(body, columns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (before != nullptr) body += "asked,";
    write_csv_row(body, rows, i, columns);
  }
  for (std::size_t i = 0; before != nullptr && i < before->size(); ++i) {
    body += "before,";
    write_csv_row(body, *before, i, columns);
  }
  return body;
}

}  // namespace

Result<http::Response> answer_figures(const QueryContext& context, const http::Request& request,
                                      const FiguresQuestion& question) {
  std::vector<std::string_view> names(std::begin(period_parameters), std::end(period_parameters));
  for (const Dimension& each : question.dimensions) names.push_back(each.name);
  if (const auto known = knows_only(request.query, {"group_by"}, names); !known) return known.error();
  const auto groupings = groupings_of(request.query, question);
  if (!groupings) return groupings.error();
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  std::optional<Asked> asked;
  const auto make = [&](const TenantSettings& settings) -> Result<std::vector<Question>> {
    auto period = Period::of(request, context.clock, settings);
    if (!period) return period.error();
    asked = Asked{std::move(*period), *groupings};
    return questions_of(request, *tenant, question, *asked);
  };
  const auto answered = Snapshot::ask(context, request, question.models, make);
  if (!answered && answered.error().code == "data") return rejected("query", "tz: no such time zone");
  if (!answered) return answered.error();
  for (const BinaryRows& each : answered->rows)
    if (each.size() > groups_max)
      return rejected("query",
                      "group_by: more than " + std::to_string(groups_max) + " groups; narrow the period");
  const Snapshot& snapshot = answered->snapshot;
  const BinaryRows& rows = answered->rows.front();
  const BinaryRows* before = answered->rows.size() > 1 ? &answered->rows[1] : nullptr;
  if (wants_csv(request)) return csv_answer(snapshot, csv_of(rows, before, *groupings, question.figures));
  return snapshot.answer([&](json::Writer& out) {
    out.key("tz").string(asked->period.zone()).key("group_by");
    if (groupings->empty()) out.null();
    if (groupings->size() == 1) out.string(groupings->front());
    if (groupings->size() > 1) {
      out.open('[');
      for (const std::string& name : *groupings) out.string(name);
      out.close(']');
    }
    out.key("groups");
    write_groups(out, rows, *groupings, question.figures);
    if (before == nullptr) return;
    out.key("before");
    write_groups(out, *before, *groupings, question.figures);
  });
}

}  // namespace trunkline
