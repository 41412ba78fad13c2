#include "projections/scorecard/queries.hpp"

#include <array>

#include "core/pg_binary.hpp"
#include "projections/analytics/projection.hpp"
#include "projections/analytics/replies.hpp"
#include "projections/answer.hpp"
#include "projections/conversion/projection.hpp"
#include "projections/install.hpp"
#include "projections/period.hpp"
#include "projections/scorecard/counts.sql.hpp"
#include "projections/scorecard/figures.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::scorecard {
namespace {

void replace(std::string& sql, std::string_view name, const std::string& by) {
  for (std::size_t at = sql.find(name); at != std::string::npos; at = sql.find(name, at + by.size()))
    sql.replace(at, name.size(), by);
}

// Which moment each part of the counts is bounded by.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> bounds = {
    {{":known", "known_at"},
     {":sold", "f.at"},
     {":spent", "coalesce(starts_at, at)"},
     {":quarter", "quarter"},
     {":called", "at"},
     {":asked", "a.at"},
     {":caller", "f.at"}}};

std::string counts_sql(const Period& period, Period::Which which, Params& params) {
  std::string sql{sql::scorecard_counts};
  sql.erase(0, sql.find("WITH"));
  for (const auto& [name, moment] : bounds) replace(sql, name, period.within(moment, which, params));
  replace(sql, ":conversion", rows_schema(conversion::projection));
  replace(sql, ":analytics", rows_schema(analytics::projection));
  return sql;
}

struct Counted {
  std::optional<double> numerator, denominator;

  std::optional<double> value() const {
    if (!numerator || !denominator || *denominator == 0) return std::nullopt;
    return *numerator / *denominator;
  }
};

// In the order of figures(); those that are not measured have no numbers.
Result<std::vector<Counted>> count(Snapshot& snapshot, const TenantSettings& settings, const Period& period,
                                   Period::Which which) {
  Params params;
  params.text(snapshot.tenant().value()).text(settings.currency);
  settings.initial_value_e4 ? params.integer(*settings.initial_value_e4) : params.null();
  for (const std::string_view baseline : {"human_cost", "human_escalation"}) {
    const auto stated = settings.target(baseline);
    stated ? params.real(*stated) : params.null();
  }
  const auto waits = analytics::reply_waits(snapshot, period, which, analytics::ReplyGroup::none);
  if (!waits) return waits.error();
  if (waits->empty())
    params.null();
  else
    params.real(*analytics::percentile(waits->begin()->second, 0.95) / 1'000);
  std::string list;
  for (const Figure& figure : figures()) {
    const auto column = [&](std::string_view sql) {
      list.append(list.empty() ? "(" : ", (").append(sql.empty() ? "NULL" : sql).append(")::float8");
    };
    column(figure.numerator);
    column(figure.denominator);
  }
  const std::string counts = counts_sql(period, which, params);
  const std::string zone = period.zone_exists(params);
  const auto rows = snapshot.fetch("SELECT " + list + " FROM (" + counts + ") AS c WHERE " + zone, params);
  if (!rows && rows.error().code == "data") return rejected("query", "tz: no such time zone");
  if (!rows) return rows.error();
  std::vector<Counted> counted;
  for (std::size_t i = 0; i < figures().size(); ++i) {
    const auto number = [&](std::size_t column) {
      const auto field = rows->value(0, column);
      return field ? std::optional{pg::read_real(*field)} : std::nullopt;
    };
    counted.push_back({number(2 * i), number(2 * i + 1)});
  }
  return counted;
}

void write_number(json::Writer& out, std::string_view name, std::optional<double> number) {
  out.key(name);
  number ? out.number(*number) : out.null();
}

void write_figures(json::Writer& out, std::string_view name, const TenantSettings& settings,
                   const std::vector<Counted>& counted) {
  out.key(name).open('[');
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const Figure& figure = figures()[i];
    const Target target = target_of(figure, settings);
    const auto reached = met(figure, target, counted[i].value());
    out.open('{').key("figure").string(figure.name);
    write_number(out, "value", counted[i].value());
    out.key("unit").string(unit_name(figure.unit));
    write_number(out, "target_least", target.least);
    write_number(out, "target_most", target.most);
    out.key("met");
    reached ? out.boolean(*reached) : out.null();
    write_number(out, "numerator", counted[i].numerator);
    write_number(out, "denominator", counted[i].denominator);
    out.key("measured").boolean(figure.measured()).key("how").string(figure.how).close('}');
  }
  out.close(']');
}

void write_csv_figures(std::string& body, std::string_view period, const TenantSettings& settings,
                       const std::vector<Counted>& counted) {
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const Figure& figure = figures()[i];
    const Target target = target_of(figure, settings);
    const auto reached = met(figure, target, counted[i].value());
    const auto number = [&](std::optional<double> value) {
      std::string text;
      if (value) json::Writer(text).number(*value);
      body.append(text).append(",");
    };
    body.append(period).append(figure.name).append(",");
    number(counted[i].value());
    body.append(unit_name(figure.unit)).append(",");
    number(target.least);
    number(target.most);
    body.append(!reached ? "" : *reached ? "true" : "false").append(",");
    number(counted[i].numerator);
    number(counted[i].denominator);
    body.append(figure.measured() ? "true," : "false,");
    write_csv_field(body, figure.how);
    body.append("\r\n");
  }
}

Result<http::Response> scorecard(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {}, period_parameters); !known) return known.error();
  auto snapshot = Snapshot::open(context, request,
                                 {&conversion::projection, &analytics::projection, &workspace::projection});
  if (!snapshot) return snapshot.error();
  const auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  const auto period = Period::of(request, context.clock, *settings);
  if (!period) return period.error();
  const auto now = count(*snapshot, *settings, *period, Period::Which::asked);
  if (!now) return now.error();
  std::vector<Counted> before;
  if (period->compared()) {
    auto counted = count(*snapshot, *settings, *period, Period::Which::before);
    if (!counted) return counted.error();
    before = std::move(*counted);
  }
  if (wants_csv(request)) {
    std::string body = period->compared() ? "period," : "";
    body += "figure,value,unit,target_least,target_most,met,numerator,denominator,measured,how\r\n";
    write_csv_figures(body, period->compared() ? "asked," : "", *settings, *now);
    write_csv_figures(body, "before,", *settings, before);
    return csv_answer(*snapshot, std::move(body));
  }
  return snapshot->answer([&](json::Writer& out) {
    out.key("tz").string(period->zone()).key("currency").string(settings->currency);
    write_figures(out, "figures", *settings, *now);
    if (period->compared()) write_figures(out, "before", *settings, before);
  });
}

}  // namespace

void add_routes(http::Routes& routes, const QueryContext& context) {
  routes.get("/v1/scorecard", http::Scope::read, answering(context, scorecard));
}

}  // namespace trunkline::scorecard
