#include "projections/conversion/asked.hpp"

#include "projections/answer.hpp"
#include "projections/conversion/projection.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::conversion {
namespace {

constexpr std::size_t groups_max = 10'000;

void write_groups(json::Writer& out, std::string_view name, const BinaryRows& rows,
                  std::span<const ShownColumn> columns) {
  out.key(name).open('[');
  for (std::size_t row = 0; row < rows.size(); ++row) {
    out.open('{');
    write_members(out, rows, row, columns);
    out.close('}');
  }
  out.close(']');
}

std::string csv_of(const BinaryRows& rows, const BinaryRows* before, std::span<const ShownColumn> columns) {
  std::string body = before != nullptr ? "period," : "";
  write_csv_names(body, columns);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (before != nullptr) body += "asked,";
    write_csv_row(body, rows, row, columns);
  }
  for (std::size_t row = 0; before != nullptr && row < before->size(); ++row) {
    body += "before,";
    write_csv_row(body, *before, row, columns);
  }
  return body;
}

}  // namespace

Statement::Statement(const TenantId& tenant, const Period& period, Period::Which which)
    : period_(period), which_(which) {
  params_.text(tenant.value()).text(period.zone());
}

std::string Statement::within(std::string_view moment) {
  return " AND (now() AT TIME ZONE $2::text) IS NOT NULL AND " + period_.within(moment, which_, params_);
}

std::string Statement::local(std::string_view unit, std::string_view moment) {
  const auto grouping = time_grouping(unit, moment, "$2");
  return grouping ? grouping->label : std::string{};
}

std::string Statement::bind(const std::vector<std::string>& texts) {
  return place(params_.texts(texts));
}

std::string Statement::bind(const std::string& text) {
  return place(params_.text(text));
}

Result<Asked> Asked::open(const QueryContext& context, const http::Request& request,
                          std::initializer_list<std::string_view> names) {
  if (const auto known = knows_only(request.query, names, period_parameters); !known) return known.error();
  auto snapshot = Snapshot::open(context, request, {&projection, &workspace::projection});
  if (!snapshot) return snapshot.error();
  auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  auto period = Period::of(request, context.clock, *settings);
  if (!period) return period.error();
  return Asked(std::move(*snapshot), std::move(*settings), std::move(*period));
}

Result<BinaryRows> Asked::fetch(Period::Which which, const std::function<std::string(Statement&)>& sql) {
  Statement statement(snapshot_.tenant(), period_, which);
  const std::string text = sql(statement);
  auto rows = snapshot_.fetch(text, statement.params());
  if (!rows && rows.error().code == "data") return rejected("query", "tz: no such time zone");
  if (rows && rows->size() > groups_max)
    return rejected("query", "more than " + std::to_string(groups_max) + " groups; narrow the period");
  return rows;
}

Result<http::Response> Asked::answer(const http::Request& request, std::span<const ShownColumn> columns,
                                     const std::function<std::string(Statement&)>& sql,
                                     const std::function<void(json::Writer&)>& more) {
  const auto rows = fetch(Period::Which::asked, sql);
  if (!rows) return rows.error();
  std::optional<BinaryRows> before;
  if (period_.compared()) {
    auto fetched = fetch(Period::Which::before, sql);
    if (!fetched) return fetched.error();
    before = std::move(*fetched);
  }
  if (wants_csv(request)) return csv_answer(snapshot_, csv_of(*rows, before ? &*before : nullptr, columns));
  return snapshot_.answer([&](json::Writer& out) {
    out.key("tz").string(period_.zone());
    more(out);
    write_groups(out, "groups", *rows, columns);
    if (before) write_groups(out, "before", *before, columns);
  });
}

}  // namespace trunkline::conversion
